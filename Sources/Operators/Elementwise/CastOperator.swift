import CaffeIO

struct CastOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Cast", "the same numbers in another element type; to whole numbers they are rounded towards zero",
    inputs: [.required("input", .all)], outputs: ["output"],
    attributes: [
      .required("to", .int), .int("saturate", 1, opsets: 19...OperatorSignature.opsets.upperBound),
      // Both are about types of eight bits alone.
      .string(
        "round_mode", "up", oneOf: ["up", "down", "nearest"], opsets: 24...OperatorSignature.opsets.upperBound
      ),
    ])

  let type: OperatorElementType

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    guard let type = OperatorElementType(rawValue: attributes.int("to")) else {
      throw OperatorError(
        .attribute(
          "to", expected: "1 (float), 7 (int64), 9 (bool) or 10 (float16)", found: "\(attributes.int("to"))"))
    }
    self.type = type
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    return [OperatorTensor(shape: tensor.shape, values: Self.cast(tensor.values, to: type))]
  }

  private static func cast<S: OperatorScalar>(
    _ values: OperatorValues<S>, to type: OperatorElementType
  ) -> OperatorValues<S> {
    switch (values, type) {
    case (.float, .float), (.float16, .float16), (.int64, .int64), (.bool, .bool): values
    // Halves widen exactly, so all else about them is said of floats.
    case (.float16(let halves), _): cast(.float(S.numbers(HalfPrecision.widened(halves))), to: type)
    case (.float(let numbers), .float16): .float16(HalfPrecision.rounded(Elements.map(numbers) { Float($0) }))
    case (.float(let numbers), .int64): .int64(Elements.map(numbers) { truncated($0) })
    case (.float(let numbers), .bool): .bool(Elements.map(numbers) { $0 != 0 })
    case (.int64(let numbers), .float): .float(Elements.map(numbers) { S($0) })
    case (.int64(let numbers), .float16): .float16(HalfPrecision.rounded(Elements.map(numbers) { Float($0) }))
    case (.int64(let numbers), .bool): .bool(Elements.map(numbers) { $0 != 0 })
    case (.bool(let truths), .float): .float(Elements.map(truths) { $0 ? 1 : 0 })
    case (.bool(let truths), .float16): .float16(Elements.map(truths) { $0 ? 0x3C00 : 0 })
    case (.bool(let truths), .int64): .int64(Elements.map(truths) { $0 ? 1 : 0 })
    }
  }

  /// Numbers that no whole number of 64 bits is near become the smallest one, as x86 does.
  private static func truncated(_ number: some OperatorScalar) -> Int64 {
    Int64(exactly: number.rounded(.towardZero)) ?? .min
  }
}
