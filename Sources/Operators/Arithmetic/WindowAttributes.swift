/// How windows move, as Conv, ConvTranspose and the poolings write it.
struct WindowAttributes {
  /// How pads follow from sizes where they are not written.
  enum AutoPad: String, CaseIterable {
    case notSet = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  private let attributes: OperatorAttributes
  let autoPad: AutoPad

  /// The fields that all of the operators have.
  static let fields: [OperatorAttributeField] = [
    .string("auto_pad", "NOTSET", oneOf: AutoPad.allCases.map(\.rawValue)),
    .optional("pads", .ints), .optional("strides", .ints),
  ]

  init(_ attributes: OperatorAttributes) {
    self.attributes = attributes
    autoPad = AutoPad(rawValue: attributes.string("auto_pad")) ?? .notSet
  }

  /// The sizes of a window, the distance of two, and zeros around the input, per spatial axis.
  struct Sizes {
    let kernel: [Int]
    let strides: [Int]
    let dilations: [Int]
    var pads: [Int]
    var padsBehind: [Int]

    /// How far a window reaches along an axis.
    func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }
  }

  /// The sizes for a number of spatial axes; pads are 0 where they are to follow from sizes.
  ///
  /// - Parameter isDilated: false for operators that have no dilations.
  /// - Throws: `OperatorError` for lists of another length, and sizes that no window has.
  func sizes(kernel: [Int], isDilated: Bool = true) throws(OperatorError) -> Sizes {
    let axes = kernel.count
    let pads = try attributes.sizes("pads", count: 2 * axes, least: 0, default: 0)
    let isWritten = autoPad == .notSet
    return Sizes(
      kernel: kernel, strides: try attributes.sizes("strides", count: axes, least: 1, default: 1),
      dilations: isDilated
        ? try attributes.sizes("dilations", count: axes, least: 1, default: 1) : kernel.map { _ in 1 },
      pads: kernel.indices.map { isWritten ? pads[$0] : 0 },
      padsBehind: kernel.indices.map { isWritten ? pads[axes + $0] : 0 })
  }

  /// How many windows there are along each axis of an input; fills in the pads that follow from sizes.
  ///
  /// - Parameter isCeiled: whether a window that does not fit whole counts, where it begins before the pad behind.
  /// - Throws: `OperatorError` for a window larger than the padded input.
  func outputs(_ sizes: inout Sizes, input: [Int], isCeiled: Bool = false) throws(OperatorError) -> [Int] {
    var outputs: [Int] = []
    for axis in input.indices {
      let (reach, stride) = (sizes.reach(axis), sizes.strides[axis])
      if autoPad == .sameUpper || autoPad == .sameLower {
        let count = (input[axis] + stride - 1) / stride
        let pad = max(0, (count - 1) * stride + reach - input[axis])
        let before = autoPad == .sameUpper ? pad / 2 : (pad + 1) / 2
        sizes.pads[axis] = before
        sizes.padsBehind[axis] = pad - before
      }
      let padded = input[axis] + sizes.pads[axis] + sizes.padsBehind[axis]
      guard padded >= reach else {
        throw OperatorError(
          .input(
            "X", expected: "room for a window of \(reach) along the spatial axis \(axis)",
            found: "\(padded) with its pads"))
      }
      var count = (padded - reach) / stride + 1
      if isCeiled, (padded - reach) % stride != 0, count * stride < input[axis] + sizes.pads[axis] {
        count += 1
      }
      outputs.append(count)
    }
    return outputs
  }
}
