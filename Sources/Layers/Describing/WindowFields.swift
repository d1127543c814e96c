/// The sizes of a window as a definition writes them: one number for all spatial axes, one for each, or height and width by name.
package struct WindowFields: Sendable, Equatable {
  package let kernel: [Int]
  package let stride: [Int]
  package let pad: [Int]
  /// Zeros behind the bottom where it is not as many as before it: the Synopsys fork writes each side.
  package let padBehind: [Int]?
  package let dilation: [Int]

  /// The fields of a convolution's message.
  static let names = poolingNames + ["dilation"] + sideNames

  /// The fields that a pooling has too.
  static let poolingNames = [
    "kernel_size", "kernel_h", "kernel_w", "stride", "stride_h", "stride_w", "pad", "pad_h", "pad_w",
  ]

  /// The pads of the Synopsys fork's convolutions, a field for each side.
  private static let sideNames = ["pad_t", "pad_l", "pad_b", "pad_r"]

  /// Reads the fields of a message. Empty lists stand for what is not written.
  ///
  /// - Throws: `LayerError` for sizes that Caffe would not take.
  /// - Parameter isPooling: whether the message has neither dilation nor a pad for each side.
  init(_ layer: WrittenLayer, message: String, isPooling: Bool = false) throws(LayerError) {
    let isBySide = !isPooling && Self.sideNames.contains { layer.has(message, $0) }
    func sizes(
      _ name: String, sides: [String], least: Int, default fallback: Int
    ) throws(LayerError) -> [Int] {
      // Sides come first, as in Caffe: written together with the common size they are an error there.
      let hasSides = sides.contains { layer.has(message, $0) }
      var sizes = try layer.integers(message, name)
      var fields = sizes.map { _ in name }
      if hasSides || isBySide && name == "pad" {
        fields = sides
        sizes = []
        for side in sides {
          guard fallback >= least || layer.has(message, side) else {
            throw layer.error(.missingParameter(field: "\(message).\(side)"))
          }
          sizes.append(try layer.integer(message, side, default: fallback))
        }
      }
      for (size, name) in zip(sizes, fields) {
        let field = "\(message).\(name)"
        try layer.require(field, size, least == 0 ? .notNegative : .positive, size >= least)
        // Caffe keeps sizes in an int; the product of two then fits here.
        try layer.require(field, size, .below(1 << 31), size < 1 << 31)
      }
      return sizes
    }
    kernel = try sizes("kernel_size", sides: ["kernel_h", "kernel_w"], least: 1, default: 0)
    stride = try sizes("stride", sides: ["stride_h", "stride_w"], least: 1, default: 1)
    let sides = isBySide ? ["pad_t", "pad_l"] : ["pad_h", "pad_w"]
    pad = try sizes("pad", sides: sides, least: 0, default: 0)
    let behind = isBySide ? try sizes("pad", sides: ["pad_b", "pad_r"], least: 0, default: 0) : nil
    padBehind = behind == pad ? nil : behind
    dilation = isPooling ? [] : try sizes("dilation", sides: [], least: 1, default: 1)
  }

  /// Whether zeros surround the bottom.
  package var pads: Bool { (pad + (padBehind ?? [])).contains { $0 != 0 } }
}
