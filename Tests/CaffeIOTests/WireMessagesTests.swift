import Testing
import WireTestSupport

@testable import CaffeIO

@Suite struct WireMessagesTests {
  private func message(_ bytes: [UInt8], limits: WireLimits = WireLimits()) throws -> String {
    do {
      _ = try WeightsFile(TestFiles.input(bytes), limits: limits)
      return "no error"
    } catch let error as WireFormatError {
      return error.diagnostic.text
    }
  }

  private static func blob(_ body: [UInt8]) -> [UInt8] {
    Wire.layer("conv1", "Convolution", blobs: [body])
  }

  private static let name = Wire.string(1, "conv1") + Wire.string(2, "Conv")

  static let cases: [([UInt8], String)] = [
    ([], "net.caffemodel: error: is empty; expected the weights of a trained net (.caffemodel)"),
    (Wire.number(200, 1), "net.caffemodel: error: holds no layers; is it a .caffemodel?"),
    (
      Wire.number(1, 1) + Wire.number(2, 3),
      "net.caffemodel: byte 0: error: the net's name has the wire type of a number, expected a length with bytes; is it a mean file, a solver state or an ONNX file?"
    ),
    (
      Wire.number(100, 1),
      "net.caffemodel: byte 0: error: field 100 of the net has the wire type of a number, expected a length with bytes"
    ),
    (
      Wire.tag(100, 2) + Wire.varint(1000) + name,
      "net.caffemodel: byte 0: error: layer 0 declares 1000 bytes, only 13 remain"
    ),
    (
      Wire.message(100, name, Wire.tag(7, 2) + Wire.varint(37632) + [0, 0, 0]),
      "net.caffemodel: byte 16: error: blob 0 of layer 'conv1' declares 37632 bytes, only 3 remain"
    ),
    (
      Wire.message(100, Wire.tag(7, 2) + Wire.varint(9)),
      "net.caffemodel: byte 3: error: blob 0 of layer 0 declares 9 bytes, only 0 remain"
    ),
    (
      Wire.message(100, name, Wire.tag(106, 2) + Wire.varint(9)),
      "net.caffemodel: byte 16: error: field 106 of layer 'conv1' declares 9 bytes, only 0 remain"
    ),
    (
      blob(Wire.tag(5, 2) + Wire.varint(12) + [0, 0, 0, 0]),
      "net.caffemodel: byte 25: error: data of blob 0 of layer 'conv1' declares 12 bytes, only 4 remain"
    ),
    (
      blob(Wire.message(7, Wire.number(1, 1 << 62)) + Wire.number(10, 99) + Wire.tag(12, 2) + [1, 120]),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the shape 4611686018427387904, which is 4611686018427387904 values, but its raw data of type 99 has only 1 byte"
    ),
    (
      blob(Wire.message(7, Wire.number(1, 9)) + Wire.number(10, 99) + Wire.tag(12, 2) + [1, 120]),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the shape 9, which is 9 values, but its raw data of type 99 has only 1 byte"
    ),
    (
      blob(Wire.tag(5, 5) + [0, 0]),
      "net.caffemodel: byte 25: error: data of blob 0 of layer 'conv1' declares 4 bytes, only 2 remain"
    ),
    (
      blob(Wire.tag(8, 1) + [0, 0]),
      "net.caffemodel: byte 25: error: double_data of blob 0 of layer 'conv1' declares 8 bytes, only 2 remain"
    ),
    (
      blob(Wire.bytes(77, [0]) + Wire.tag(77, 2) + Wire.varint(2)),
      "net.caffemodel: byte 29: error: field 77 of blob 0 of layer 'conv1' declares 2 bytes, only 0 remain"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 0) + [0x80]),
      "net.caffemodel: byte 10: error: layer 'a' ends within a number"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 0) + Array(repeating: 0xFF, count: 10) + [1]),
      "net.caffemodel: byte 10: error: layer 'a' has a number that does not fit in 64 bits"
    ),
    (
      Wire.layer("a", "T") + [0x07, 0x00],
      "net.caffemodel: byte 9: error: the net has a field numbered 0, field numbers are 1 to 536870911"
    ),
    (
      Wire.layer("a", "T") + Wire.varint(1 << 40),
      "net.caffemodel: byte 9: error: the net has a field numbered 137438953472, field numbers are 1 to 536870911"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 6)),
      "net.caffemodel: byte 9: error: field 9 of layer 'a' has wire type 6, which does not exist"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 4)),
      "net.caffemodel: byte 9: error: layer 'a' ends group 9, which did not begin"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 3) + Wire.tag(8, 4)),
      "net.caffemodel: byte 10: error: layer 'a' ends group 8 where group 9 is open"
    ),
    (
      Wire.layer("a", "T", Wire.tag(9, 3) + Wire.number(1, 1)),
      "net.caffemodel: byte 9: error: layer 'a' has a group 9 that does not end"
    ),
    (
      Wire.layer("a", "T", Array(repeating: 0x4B, count: 101)),
      "net.caffemodel: byte 109: error: layer 'a' nests groups more than 100 deep"
    ),
    (
      Wire.message(100, Wire.number(1, 7)),
      "net.caffemodel: byte 3: error: field 1 of layer 0 has the wire type of a number, expected a length with bytes"
    ),
    (
      Wire.layer("a", "T", Wire.tag(7, 5) + [1, 2, 3, 4]),
      "net.caffemodel: byte 9: error: field 7 of layer 'a' has the wire type of 4 fixed bytes, expected a length with bytes"
    ),
    (
      Wire.message(2, Wire.tag(5, 1) + [0, 0, 0, 0, 0, 0, 0, 0]),
      "net.caffemodel: byte 2: error: field 5 of layer 0 has the wire type of 8 fixed bytes, expected a number"
    ),
    (
      Wire.message(2, Wire.message(1), Wire.message(1)),
      "net.caffemodel: byte 4: error: layer 0 holds two V0 layers"
    ),
    (
      blob(Wire.number(5, 1)),
      "net.caffemodel: byte 25: error: data of blob 0 of layer 'conv1' has the wire type of a number, expected a length with bytes"
    ),
    (
      blob(Wire.tag(5, 3) + Wire.tag(5, 4)),
      "net.caffemodel: byte 25: error: data of blob 0 of layer 'conv1' has the wire type of a group, expected a length with bytes"
    ),
    (
      blob(Wire.number(7, 1)),
      "net.caffemodel: byte 25: error: shape of blob 0 of layer 'conv1' has the wire type of a number, expected a length with bytes"
    ),
    (
      blob(Wire.message(7, Wire.tag(1, 5) + [0, 0, 0, 0])),
      "net.caffemodel: byte 27: error: dim of the shape of blob 0 of layer 'conv1' has the wire type of 4 fixed bytes, expected a number"
    ),
    (
      blob(Wire.bytes(2, [])),
      "net.caffemodel: byte 25: error: channels of blob 0 of layer 'conv1' has the wire type of a length with bytes, expected a number"
    ),
    (
      blob(Wire.bytes(5, [1, 2, 3, 4, 5])),
      "net.caffemodel: byte 25: error: data of blob 0 of layer 'conv1' has 5 bytes, which is no multiple of 4"
    ),
    (
      blob(Wire.number(10, 2) + Wire.bytes(12, [1, 2, 3])),
      "net.caffemodel: byte 27: error: raw_data of blob 0 of layer 'conv1' has 3 bytes, which is no multiple of 2"
    ),
    (
      blob(Wire.bytes(5, Wire.floats([1])) + Wire.bytes(8, Wire.doubles([1]))),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' holds values both in data and in double_data"
    ),
    (
      blob(Wire.bytes(5, Wire.floats([1])) + Wire.bytes(12, [1, 2])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' holds values both in data and in raw_data"
    ),
    (
      blob(Wire.shape([2, -3])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the dimension -3"
    ),
    (
      blob(Wire.legacyShape([1, 1, -1, 1])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the dimension -1"
    ),
    (
      blob(Wire.shape([1 << 40, 1 << 40])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has a shape with more values than can be counted"
    ),
    (
      blob(Wire.shape(Array(repeating: 1, count: 33))),
      "net.caffemodel: byte 27: error: blob 0 of layer 'conv1' has more than 32 axes"
    ),
    (
      blob(Wire.blob([1, 2, 3], [2, 2])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the shape 2x2, which is 4 values, but holds 3"
    ),
    (
      blob(Wire.bytes(7, [])),
      "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' has the shape (), which is 1 value, but holds 0"
    ),
  ]

  @Test(arguments: cases)
  func completeMessages(bytes: [UInt8], expected: String) throws {
    #expect(try message(bytes) == expected)
  }

  @Test func limits() throws {
    var limits = WireLimits()
    limits.layers = 1
    let two = Wire.layer("a", "T", blobs: [[], []]) + Wire.layer("b", "T")
    #expect(
      try message(two, limits: limits) == "net.caffemodel: byte 13: error: the file has more than 1 layers")
    limits = WireLimits()
    limits.blobs = 1
    #expect(
      try message(two, limits: limits) == "net.caffemodel: byte 11: error: the file has more than 1 blobs")
    limits = WireLimits()
    limits.runs = 1
    let runs = Self.blob(Wire.bytes(5, Wire.floats([1])) + Wire.bytes(5, Wire.floats([2])))
    #expect(
      try message(runs, limits: limits)
        == "net.caffemodel: byte 31: error: the file has more than 1 runs of values")
    limits.nameBytes = 3
    #expect(
      try message(Wire.layer("conv", "T"), limits: limits)
        == "net.caffemodel: byte 3: error: layer 0 has a name of 4 bytes, the limit is 3")
  }

  @Test func valuesOfUnknownRawTypes() throws {
    let file = try WeightsFile(TestFiles.input(Self.blob(Wire.number(10, 4) + Wire.bytes(12, [1, 2, 3, 4]))))
    let error = #expect(throws: WireFormatError.self) { try file.values(of: file.layers[0].blobs[0]) }
    #expect(
      error?.diagnostic.text
        == "net.caffemodel: byte 23: error: blob 0 of layer 'conv1' stores values of raw type 4; only 0 (double), 1 (float) and 2 (half) can be read"
    )
  }

  @Test(arguments: [
    ([0x1F, 0x8B, 8, 0], "is compressed with gzip; unpack it first"),
    (Array("PK\u{3}\u{4}....".utf8), "is compressed with zip; unpack it first"),
    (
      Array("\n\n <!DOCTYPE html><html>".utf8),
      "is a web page, not a .caffemodel; the download seems to have failed"
    ),
    (Array("<HTML>\n".utf8), "is a web page, not a .caffemodel; the download seems to have failed"),
    (
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
      "is a git-lfs pointer, not the weights themselves; run 'git lfs pull' first"
    ),
    ([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], "is HDF5 data, not a .caffemodel"),
    (
      Array("name: \"LeNet\"\nlayer { name: \"a\" }\n".utf8),
      "is text, such as a net definition, not the weights of a trained net (.caffemodel)"
    ),
    (
      Array("\u{FEFF}# größer\r\ninput: \"data\"\r\n".utf8),
      "is text, such as a net definition, not the weights of a trained net (.caffemodel)"
    ),
  ])
  func foreignFiles(bytes: [UInt8], sentence: String) throws {
    #expect(try message(bytes) == "net.caffemodel: error: " + sentence)
  }
}
