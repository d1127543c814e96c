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
    for (key, value) in map.texts where key.text != "kernel" {
      guard let parameter = signature.parameters.first(where: { $0.name == key.text }) else {
        throw RuleError(
          .unknownArgument(key.text, kernel: name.text, known: signature.parameters.map(\.name)),
          key.node)
      }
      let text = try value.asText(for: .key(key.text))
      switch parameter.kind {
      case .layer: arguments[key.text] = .capture(try scope.capture(text))
      case .vector: arguments[key.text] = .vector(try scope.check(text, expecting: .tensor(.unknown)))
      }
    }
    for parameter in signature.parameters where parameter.isRequired && arguments[parameter.name] == nil {
      throw RuleError(.missingArgument(parameter.name, kernel: name.text), map.node)
    }
    return KernelCall(kernel: name.text, arguments: arguments, place: source.place(at: map.node.offset))
  }

  private func checkAssignment(_ map: YAMLMap, _ scope: RuleScope) throws -> Assignment {
    try map.rejectUnknownKeys(allowed: RuleGrammar.assignment.names)
    let text = try map.requiredText("set")
    let parts = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw RuleError(.badTarget(text.text), text.node)
    }
    let capture = try scope.capture(RuleText(text: parts[0], node: text.node))
    let target: Assignment.Target
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
    }
    return Assignment(
      target: target, value: try scope.check(try map.requiredText("to"), expecting: .dynamic),
      fallback: try map.text("default").map { try scope.check($0, expecting: .tensor(.unknown)) },
      place: source.place(at: map.node.offset))
  }
}
