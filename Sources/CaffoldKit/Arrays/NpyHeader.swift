/// The head of a file in NumPy's format `.npy`: what stands before the numbers.
enum NpyHeader {
  /// The head for numbers of a type as NumPy writes it, `<f4`, in C order. Version 1, or 2 where a shape is that long.
  ///
  /// The head takes a multiple of 64 bytes, so that the numbers are aligned when the file is mapped.
  static func bytes(type: String, shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let isLong = text.utf8.count > 65_000
    let fixed = isLong ? 12 : 10
    let fill = 63 - (fixed + text.utf8.count) % 64
    let padded = Array(text.utf8) + Array(repeating: UInt8(ascii: " "), count: fill) + [UInt8(ascii: "\n")]
    let length = (0..<(isLong ? 4 : 2)).map { UInt8(truncatingIfNeeded: padded.count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [isLong ? 2 : 1, 0] + length + padded
  }
}
