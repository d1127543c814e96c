import Diagnostics

/// Checks one step of a rule's `transform`.
struct TransformChecker {
  let source: SourceText
  let kernels: [KernelSignature]

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
    for (key, value) in map.texts where key.text != "kernel" && key.text != "when" {
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
    let step = try scope.step(on: layers, at: map.node)
    let condition = try map.text("when").map { try step.scope.check($0, expecting: .boolean) }
    for (name, text) in vectors {
      arguments[name] = .vector(
        try step.scope.assuming(condition).check(text, expecting: .tensor(.unknown)))
    }
    for parameter in signature.parameters where parameter.isRequired && arguments[parameter.name] == nil {
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
    let target: Assignment.Target
    var wanted = ExpressionType.dynamic
    if parts.count == 2, parts[1].hasPrefix("blobs[") {
      guard parts[1].hasSuffix("]"), let index = Int(parts[1].dropFirst(6).dropLast()), index >= 0 else {
        throw RuleError(.badTarget(text.text), text.node)
      }
      target = .blob(capture: capture, index: index)
    } else {
      guard parts.dropFirst().allSatisfy(PatternChecker.isName) else {
        throw RuleError(.badTarget(text.text), text.node)
      }
      target = .attribute(capture: capture, path: Array(parts.dropFirst()))
      wanted = try scope.typeToSet(Array(parts.dropFirst()), of: parts[0], text)
    }
    return Assignment(
      target: target, value: try inner.check(try map.requiredText("to"), expecting: wanted),
      fallback: try map.text("default").map { try inner.check($0, expecting: .tensor(.unknown)) },
      condition: condition, group: step.group,
      place: source.place(at: map.node.offset))
  }
}

extension RuleScope {
  /// The type of what can be written into a field.
  ///
  /// - Throws: for a field that does not exist, and for a message, which is set field by field.
  func typeToSet(_ path: [String], of capture: String, _ text: RuleText) throws -> ExpressionType {
    let length = path.last?.utf8.count ?? 0
    let range = text.text.utf8.count - length..<text.text.utf8.count
    switch attribute(path, of: capture) {
    case .type(.record): throw RuleError(.setMessage(text.text), text.node)
    // One value takes the place of all.
    case .type(.shape): return .number()
    case .type(.list(let item)): return item
    case .type(let type): return type
    case .dynamic, .foreign: return .dynamic
    case .missing(let candidates):
      throw ExpressionError(.noField(path.joined(separator: "."), candidates: candidates), at: range)
        .located(in: text.node)
    }
  }
}
