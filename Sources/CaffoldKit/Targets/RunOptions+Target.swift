import RuleModel

extension RunOptions {
  /// The options with the rules that bring a net to the target, and the target.
  ///
  /// A file's own rules that rewrite are the user's rules like others.
  /// - Throws: `DiagnosticError` for a target that there is not or whose file is wrong, `TargetError` for one that takes something
  ///   else than `input`.
  func aimed(at input: Target.Input) throws -> (options: RunOptions, target: Target?) {
    guard let word = target else { return (self, nil) }
    let loaded = try TargetLoader.load(word)
    guard loaded.target.takes == input else {
      throw input == .caffe
        ? TargetError.takesOnnx(loaded.target.id) : TargetError.takesCaffe(loaded.target.id)
    }
    var options = self
    options.rules.extendSelect += loaded.target.mends
    if !loaded.isBuiltin { options.rules.files.append(word) }
    return (options, loaded.target)
  }
}

extension Target {
  /// The type in which the weights are written where the run does not say it; nil where the target takes any.
  var numbers: WeightNumbers? {
    claims.contains { if case .singlePrecision = $0.subject { true } else { false } } ? .float : nil
  }

  /// Caffe's layer types that the program runs as ONNX nodes of these names; nil where it has none.
  var nativeTypes: TypePattern? {
    let patterns = claims.compactMap { claim in
      if case .nativeOperators(let types) = claim.subject { types } else { nil }
    }
    return patterns.dropFirst().reduce(patterns.first) { $0?.union($1) }
  }
}
