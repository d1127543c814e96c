import CaffeIO
import Diagnostics

/// Values of a net input read from a file: NumPy's `.npy`, or a picture as `.pgm` or `.ppm`.
package struct InputValues: Sendable {
  /// The dimensions.
  package var shape: [Int]
  /// The values, the last dimension running fastest.
  package var values: [Double]
  /// The number type of the file, as NumPy writes it: `<f4`; that of a picture is `|u1`.
  package var type: String

  /// Reads a file by its content.
  ///
  /// A picture becomes [1, channels, height, width] with values from 0 to 255, its channels blue, green, red as
  /// Caffe's nets are mostly trained.
  /// - Throws: `InputValuesError`.
  package init(_ bytes: [UInt8], path: String) throws(InputValuesError) {
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      self = try Self.npy(bytes, path)
    } else if bytes.starts(with: Array("P5".utf8)) || bytes.starts(with: Array("P6".utf8)) {
      self = try Self.netpbm(bytes, path)
    } else {
      throw InputValuesError(path: path, problem: "is neither .npy nor a binary .pgm or .ppm picture")
    }
  }

  private init(shape: [Int], values: [Double], type: String) {
    self.shape = shape
    self.values = values
    self.type = type
  }

  /// NumPy's format, versions 1 to 3: a Python dictionary as text, then the values.
  private static func npy(_ bytes: [UInt8], _ path: String) throws(InputValuesError) -> InputValues {
    func fail(_ problem: String) -> InputValuesError { InputValuesError(path: path, problem: problem) }
    guard bytes.count > 12 else { throw fail("ends within its header") }
    let wide = bytes[6] >= 2
    let length =
      wide
      ? Int(bytes[8]) | Int(bytes[9]) << 8 | Int(bytes[10]) << 16 | Int(bytes[11]) << 24
      : Int(bytes[8]) | Int(bytes[9]) << 8
    let start = wide ? 12 : 10
    guard start + length <= bytes.count else { throw fail("ends within its header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    func after(_ key: String) -> Substring? {
      guard let range = header.firstRange(of: "'\(key)':") else { return nil }
      return header[range.upperBound...].drop { $0 == " " }
    }
    guard let type = after("descr")?.split(separator: "'").first.map(String.init),
      let order = after("fortran_order"), let dimensions = after("shape")
    else { throw fail("has a header that cannot be read") }
    guard order.hasPrefix("False") else {
      throw fail("is in Fortran order; save it with numpy.ascontiguousarray")
    }
    var shape: [Int] = []
    for word in dimensions.drop(while: { $0 == "(" }).prefix(while: { $0 != ")" }).split(separator: ",") {
      guard let size = Int(word.filter { $0 != " " && $0 != "L" }), size >= 0, size < 1 << 31 else {
        throw fail("has a header that cannot be read")
      }
      shape.append(size)
    }
    let sizes = ["<f4": 4, "<f8": 8, "|u1": 1, "<i4": 4, "<f2": 2, "|i1": 1]
    guard let size = sizes[type] else {
      throw fail("holds numbers of type '\(type)'; save it as float32, float64, float16, int32 or uint8")
    }
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw fail("declares too many numbers") }
      count = product
    }
    guard (bytes.count - start - length) / size >= count else {
      throw fail("declares \(count) numbers, it has room for \((bytes.count - start - length) / size)")
    }
    let values = bytes.withUnsafeBytes { raw in
      (0..<count).map { index -> Double in
        let offset = start + length + index * size
        switch type {
        case "<f4": return Double(raw.loadUnaligned(fromByteOffset: offset, as: Float.self))
        case "<f8": return raw.loadUnaligned(fromByteOffset: offset, as: Double.self)
        case "<f2": return Double(raw.loadUnaligned(fromByteOffset: offset, as: Float16.self))
        case "<i4": return Double(raw.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        case "|i1": return Double(raw.loadUnaligned(fromByteOffset: offset, as: Int8.self))
        default: return Double(raw[offset])
        }
      }
    }
    return InputValues(shape: shape, values: values, type: type)
  }

  /// `P5 width height 255` or `P6 …`, comments allowed, then a byte per sample.
  private static func netpbm(_ bytes: [UInt8], _ path: String) throws(InputValuesError) -> InputValues {
    func fail(_ problem: String) -> InputValuesError { InputValuesError(path: path, problem: problem) }
    let channels = bytes[1] == UInt8(ascii: "6") ? 3 : 1
    var position = 2
    var numbers: [Int] = []
    while numbers.count < 3 {
      while position < bytes.count, bytes[position] <= 32 { position += 1 }
      if position < bytes.count, bytes[position] == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != 10 { position += 1 }
        continue
      }
      var number = 0
      let start = position
      while position < bytes.count, (48...57).contains(bytes[position]), number < 1 << 24 {
        number = number * 10 + Int(bytes[position] - 48)
        position += 1
      }
      guard position > start else { throw fail("has a header that cannot be read") }
      numbers.append(number)
    }
    position += 1
    let (width, height) = (numbers[0], numbers[1])
    guard numbers[2] <= 255, numbers[2] > 0, width > 0, height > 0 else {
      throw fail("has samples of more than a byte")
    }
    guard bytes.count - position >= width * height * channels else { throw fail("ends within its samples") }
    var values = [Double](repeating: 0, count: width * height * channels)
    for channel in 0..<channels {
      for place in 0..<width * height {
        values[channel * width * height + place] = Double(
          bytes[position + place * channels + (channels - 1 - channel)])
      }
    }
    return InputValues(shape: [1, channels, height, width], values: values, type: "|u1")
  }
}

/// Why a file cannot be an input.
package struct InputValuesError: DiagnosticError, Equatable {
  /// The file.
  package var path: String
  /// What is wrong, to be read after the path.
  package var problem: String

  /// Makes an error from its parts.
  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The message for the user.
  package var diagnostic: Diagnostic { Diagnostic(.error, at: .file(path), problem) }
}

extension String {
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
