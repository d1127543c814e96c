import Diagnostics
import RuleModel
import YAML

/// Checks one step of a rule's `transform`.
struct TransformChecker {
  let source: SourceText
  let kernels: [KernelSignature]
  let problems: RuleProblems

  /// The step; what is wrong with an argument of a kernel is gathered, and leaves it out.
  func check(_ map: YAMLMap, _ scope: RuleScope) throws -> Transform {
    if map.value("kernel") != nil { return .kernel(try checkKernel(map, scope)) }
    guard map.value("set") != nil else { throw RuleError(.transformKind, map.node) }
    return .set(try checkAssignment(map, scope))
  }

  private func checkKernel(_ map: YAMLMap, _ scope: RuleScope) throws -> KernelCall {
    let name = try map.requiredText("kernel")
    guard let signature = kernels.first(where: { $0.name == name.text }) else {
      throw RuleError(.unknownKernel(name.text, known: kernels.map(\.name)), name.node)
    }
    var arguments: [String: KernelCall.Argument] = [:]
    var layers: [Int] = []
    var vectors: [(name: String, text: RuleText)] = []
    let before = problems.count
    for (key, value) in map.texts where key.text != "kernel" && key.text != "when" {
      _ = problems.attempt {
        guard let parameter = signature.parameters.first(where: { $0.name == key.text }) else {
          throw RuleError(
            .unknownArgument(key.text, kernel: name.text, known: signature.parameters.map(\.name)),
            key.node)
        }
        let text = try value.asText(for: .key(key.text))
        switch parameter.kind {
        case .layer:
          let capture = try scope.anyCapture(text)
          arguments[key.text] = .capture(capture)
          layers.append(capture)
        case .vector: vectors.append((key.text, text))
        }
      }
    }
    let step = try scope.step(on: layers, at: map.node)
    let condition = try map.text("when").map { try step.scope.check($0, expecting: .boolean) }
    for (name, text) in vectors {
      let vector = problems.attempt {
        try step.scope.assuming(condition).check(text, expecting: .tensor(.unknown))
      }
      if let vector { arguments[name] = .vector(vector) }
    }
    // An argument that is missing may be one of those with something wrong.
    for parameter in signature.parameters where problems.count == before {
      guard parameter.isRequired, arguments[parameter.name] == nil else { continue }
      throw RuleError(.missingArgument(parameter.name, kernel: name.text), map.node)
    }
    return KernelCall(
      kernel: name.text, arguments: arguments, condition: condition, group: step.group,
      place: source.place(at: map.node.offset))
  }

  private func checkAssignment(_ map: YAMLMap, _ scope: RuleScope) throws -> Assignment {
    try map.rejectUnknownKeys(allowed: RuleGrammar.assignment.names)
    let text = try map.requiredText("set")
    let parts = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw RuleError(.badTarget(text.text), text.node)
    }
    let capture = try scope.anyCapture(RuleText(text: parts[0], node: text.node))
    let step = try scope.step(on: [capture], at: map.node)
    let condition = try map.text("when").map { try step.scope.check($0, expecting: .boolean) }
    let inner = step.scope.assuming(condition)
    let fallback = try map.text("default").map { try inner.check($0, expecting: .tensor(.unknown)) }
    let place = source.place(at: map.node.offset)
    if parts.count == 2, parts[1].hasPrefix("blobs[") {
      guard parts[1].hasSuffix("]"), let index = Int(parts[1].dropFirst(6).dropLast()), index >= 0 else {
        throw RuleError(.badTarget(text.text), text.node)
      }
      return Assignment(
        target: .blob(capture: capture, index: index),
        value: .expression(try inner.check(try map.requiredText("to"), expecting: .dynamic)),
        fallback: fallback, condition: condition, group: step.group, place: place)
    }
    // `tops`, `tops[0]` and Caffe's own word.
    let member = parts[1].prefix { $0 != "[" }
    if parts.count == 2, let key = Self.rewriteKeys[String(member)] {
      throw RuleError(.setConnection(text.text, key: key.replacing("capture", with: parts[0])), text.node)
    }
    guard parts.dropFirst().allSatisfy(PatternChecker.isName) else {
      throw RuleError(.badTarget(text.text), text.node)
    }
    let path = Array(parts.dropFirst())
    return Assignment(
      target: .attribute(capture: capture, path: path),
      value: try value(try map.required("to"), of: path, capture: parts[0], text, inner),
      fallback: fallback, condition: condition, group: step.group, place: place)
  }

  /// What of a layer is no parameter, and the key of `rewrite` that changes it.
  private static let rewriteKeys = [
    "name": "rename: {capture: …}", "type": "retype: {capture: …}", "bottom": "bottoms: {capture: […]}",
    "bottoms": "bottoms: {capture: […]}", "top": "rename: {capture.tops: …}",
    "tops": "rename: {capture.tops: …}",
  ]

  /// What a parameter gets: an expression, or a list or mapping as a new layer has it.
  private func value(
    _ node: YAMLNode, of path: [String], capture: String, _ target: RuleText, _ scope: RuleScope
  ) throws -> Assignment.Value {
    let wanted = try scope.typeToSet(path, of: capture, target, isWritten: node.scalar == nil)
    guard node.scalar != nil else {
      let key = RuleText(text: path[path.count - 1], node: target.node)
      return .written(try FieldChecker(scope: scope).value(node, of: key, at: path))
    }
    let text = try node.asText(for: .key("to"))
    if let list = wanted.list, case let checked = try scope.check(text, expecting: .dynamic),
      list.accepts(checked.type)
    {
      return .expression(checked)
    }
    return .expression(try scope.check(text, expecting: wanted.single))
  }
}

extension RuleScope {
  /// The types of what can be written into a field: a single value, and a list where the field is repeated.
  ///
  /// - Throws: for a field that does not exist, and for a message that is not written as a mapping.
  func typeToSet(
    _ path: [String], of capture: String, _ text: RuleText, isWritten: Bool
  ) throws -> (single: ExpressionType, list: ExpressionType?) {
    let length = path.last?.utf8.count ?? 0
    let range = text.text.utf8.count - length..<text.text.utf8.count
    switch attribute(path, of: capture) {
    case .type(.record) where !isWritten, .type(.list(.record)) where !isWritten:
      throw RuleError(.setMessage(text.text), text.node)
    case .type(.shape): return (.number(), .shape(.unknown))
    case .type(.list(let item)): return (item, .list(item))
    case .type(let type): return (type, nil)
    case .dynamic: return (.dynamic, nil)
    case .foreign(let candidates):
      noteForeignField(path[0], from: capture.utf8.count + 1, in: text.node, among: candidates)
      return (.dynamic, nil)
    case .missing(let candidates):
      throw ExpressionError(.noField(path.joined(separator: "."), candidates: candidates), at: range)
        .located(in: text.node)
    }
  }
}
