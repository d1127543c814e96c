import CaffeIO
import Layers
import Glibc

/// The `.npy` format, version 1, for contiguous arrays of single or double precision.
enum Npy {
  /// Writes a value.
  static func write<S: NetScalar>(_ value: NetValue<S>, to path: String) {
    let sizes = value.shape.map { "\($0)," }.joined(separator: " ")
    let size = MemoryLayout<S>.size
    var header = "{'descr': '<f\(size)', 'fortran_order': False, 'shape': (\(sizes)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = header.utf8.count
    let bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
    guard let file = fopen(path, "wb") else { fail("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, file)
    value.values.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
  }

  /// Reads a value of either precision.
  static func read(_ path: String) -> NetValue<Double> {
    guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count, bytes.count > 10, bytes[6] == 1 else {
      fail("\(path) is no .npy file of version 1")
    }
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<start], as: UTF8.self)
    let isDouble = header.contains("'<f8'")
    guard isDouble || header.contains("'<f4'"), header.contains("'fortran_order': False") else {
      fail("\(path) does not hold a contiguous array of float32 or float64")
    }
    let list = header.split(separator: "(")[1].split(separator: ")", omittingEmptySubsequences: false)[0]
    let shape = list.split(separator: ",").compactMap { size in Int(size.filter(\.isNumber)) }
    let count = shape.reduce(1, *)
    let values = bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        isDouble
          ? raw.loadUnaligned(fromByteOffset: start + index * 8, as: Double.self)
          : Double(raw.loadUnaligned(fromByteOffset: start + index * 4, as: Float.self))
      }
    }
    return NetValue(shape: shape, values: values)
  }
}
