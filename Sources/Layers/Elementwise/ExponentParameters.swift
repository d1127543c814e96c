import CaffeIO

/// What Exp and Log read alike: `base` (−1 means e), `scale` and `shift`.
struct ExponentParameters: Sendable {
  /// The natural logarithm of the base.
  let logOfBase: Double
  let scale: Double
  let shift: Double

  /// The fields of `exp_param` or `log_param`.
  static func fields(of message: String) -> ParameterMessage {
    ParameterMessage(message, reads: ["base", "scale", "shift"])
  }

  /// Reads `exp_param` or `log_param`.
  init(_ description: WrittenLayer, message: String) throws(LayerError) {
    try description.require()
    let base = try description.number(message, "base", default: -1)
    logOfBase = base == -1 ? 1 : Double.log(base)
    // A base of 1 has no logarithm to another base.
    guard base == -1 || base > 0, logOfBase.isFinite, message == "exp_param" || logOfBase != 0 else {
      throw description.error(
        .parameter(field: "\(message).base", found: AttributeValue.number(base).phrase, expected: .base))
    }
    scale = try description.number(message, "scale", default: 1)
    shift = try description.number(message, "shift", default: 0)
  }
}
