import CaffeIO
import Diagnostics
import Testing
import WireTestSupport

@testable import OnnxIO

/// The whole message for everything that can be wrong.
@Suite struct OnnxMessagesTests {
  private static func file(_ tensor: [UInt8]...) -> [UInt8] {
    model(ofTensor: Wire.string(8, "w"), tensor.flatMap { $0 })
  }
  private static func node(_ parts: [UInt8]...) -> [UInt8] {
    Wire.bytes(7, Wire.message(1, Wire.string(3, "conv1"), parts.flatMap { $0 }))
  }
  private static let dims = Wire.number(1, 2)
  private static let float = Wire.number(2, 1)
  private static let place = "net.onnx: byte 4: error: initializer 'w'"

  static let unreadable: [(bytes: [UInt8], message: String)] = [
    ([], "net.onnx: error: is empty; expected an ONNX model"),
    ([0x1F, 0x8B, 8], "net.onnx: error: is compressed with gzip; unpack it first"),
    (Array("layer {\n".utf8), "net.onnx: error: is text, not an ONNX model"),
    (
      Array("version https://git-lfs.github.com/spec/v1".utf8),
      "net.onnx: error: is a git-lfs pointer, not the model itself; run 'git lfs pull' first"
    ),
    (
      Wire.string(1, "caffe\u{1}"),
      "net.onnx: error: begins like the weights of a Caffe net, not like an ONNX model"
    ),
    (Wire.number(1, 8), "net.onnx: error: holds no graph; is it an ONNX model?"),
    (
      Wire.number(7, 8),
      "net.onnx: byte 0: error: field 7 of the model has the wire type of a number, expected a length with bytes"
    ),
    (node(Wire.bytes(1, [0xC3])), "net.onnx: byte 11: error: field 1 of node 'conv1' is not UTF-8"),
    (
      Wire.bytes(7, Wire.message(1, Wire.bytes(5, Wire.string(1, "pads") + Wire.number(2, 1)))),
      "net.onnx: byte 12: error: field 2 of attribute 'pads' of node 0 has the wire type of a number, expected 4 fixed bytes"
    ),
    (
      node(Wire.bytes(5, Wire.string(1, "v") + Wire.number(20, 4))),
      "net.onnx: byte 11: error: attribute 'v' of node 'conv1' has elements of type 0, which does not exist"
    ),
    (
      node(Wire.bytes(5, Wire.bytes(5, Wire.number(2, 9) + Wire.bytes(9, [0])) + Wire.bytes(5, []))),
      "net.onnx: byte 20: error: an attribute of node 'conv1' has field 5 twice"
    ),
    (
      Wire.bytes(7, Wire.bytes(12, Wire.string(1, "y") + Wire.string(2, "?"))),
      "net.onnx: byte 9: error: field 7 of value 'y' has wire type 7, which does not exist"
    ),
    (file(Wire.number(2, 77)), "\(place) has elements of type 77, which does not exist"),
    (file(float, Wire.number(1, -3)), "\(place): the shape -3 has the negative size -3"),
    (
      file(float, Wire.number(1, 1 << 40), Wire.number(1, 1 << 40)),
      "\(place): the shape 1099511627776x1099511627776 has more than 72057594037927934 numbers"
    ),
    (
      file(float, dims, Wire.bytes(9, [1, 2, 3])),
      "\(place) has the shape 2 of float, which takes 8 bytes, but holds 3"
    ),
    (
      file(Wire.number(2, 21), Wire.bytes(9, [])),
      "\(place) has the shape () of uint4, which takes 1 byte, but holds 0"
    ),
    (file(Wire.number(2, 8), dims), "\(place) has the shape 2, which is 2 strings, but holds 0"),
    (
      file(float, dims, Wire.bytes(7, [1, 2])),
      "\(place) has elements of type float in int64_data"
    ),
    (
      file(Wire.number(2, 8), Wire.bytes(9, [1])),
      "\(place) has elements of type string in raw_data"
    ),
    (
      file(float, Wire.bytes(9, [1, 2, 3, 4]), Wire.bytes(4, [1, 2, 3, 4])),
      "\(place) holds elements both in raw_data and in float_data"
    ),
    (
      file(Wire.bytes(5, [1]), Wire.bytes(7, [1])),
      "net.onnx: byte 12: error: initializer 'w' holds elements both in int32_data and in int64_data"
    ),
    (
      file(Wire.number(2, 3), Wire.number(5, 256)),
      "\(place) holds the number 256, which int8 cannot be"
    ),
    (
      file(Wire.number(2, 12), Wire.number(11, 1 << 32)),
      "\(place) holds the number 4294967296, which uint32 cannot be"
    ),
    (
      file(Wire.number(2, 3), Wire.number(5, -129)),
      "\(place) holds the number -129, which int8 cannot be"
    ),
    (
      file(float, Wire.bytes(4, [1])),
      "net.onnx: byte 11: error: field 4 of initializer 'w' has 1 bytes, which is no multiple of 4"
    ),
    (
      file(Wire.bytes(3, [])),
      "net.onnx: byte 9: error: initializer 'w' is stored in segments, which are not read"
    ),
    (
      file(float, Wire.number(14, 1)),
      "\(place) lies in an external file, but the model does not say in which"
    ),
    (
      file(float, external(("location", "w.bin")), Wire.number(14, 1)),
      "\(place) lies in the external file 'w.bin', which was not given"
    ),
    (
      file(Wire.number(2, 8), external(("location", "w.bin")), Wire.number(14, 1)),
      "\(place) has strings in an external file, where only numbers can be"
    ),
  ]

  private static func external(_ entries: (String, String)...) -> [UInt8] {
    entries.flatMap { Wire.message(13, Wire.string(1, $0.0), Wire.string(2, $0.1)) }
  }

  @Test(arguments: 0..<unreadable.count)
  func whatCannotBeRead(index: Int) throws {
    let (bytes, message) = Self.unreadable[index]
    do {
      _ = try read(bytes)
      Issue.record("no error; expected \(message)")
    } catch let error as any DiagnosticError {
      #expect(error.diagnostic.text == message)
    }
  }

  private static func initializer(_ tensor: OnnxTensor) -> OnnxModel {
    OnnxModel(
      irVersion: 8, opsets: [("", 17)],
      graph: OnnxGraph(name: "g", initializers: [OnnxInitializer(name: "w", tensor)]))
  }

  static let unwritable: [(model: OnnxModel, message: String)] = [
    (
      initializer(OnnxTensor(elementType: 1, shape: [2], bytes: [1])),
      "initializer 'w' has the shape 2 of float, which takes 8 bytes, but holds 1"
    ),
    (
      initializer(OnnxTensor(elementType: 8, shape: [2], bytes: [], strings: [[1]])),
      "initializer 'w' has the shape 2, which is 2 strings, but holds 1"
    ),
    (
      initializer(OnnxTensor(elementType: 0, shape: [], bytes: [])),
      "initializer 'w' has elements of type 0, which does not exist"
    ),
    (
      initializer(OnnxTensor(elementType: 1, shape: [-1], bytes: [])),
      "initializer 'w': the shape -1 has the negative size -1"
    ),
    (
      OnnxModel(
        irVersion: 8, opsets: [],
        graph: OnnxGraph(
          name: "g",
          nodes: [
            OnnxNode(
              name: "if1", type: "If", inputs: [], outputs: [],
              attributes: [OnnxNamedAttribute("then_branch", .unread(type: 5))])
          ])),
      "attribute 'then_branch' of node 'if1' has type graph, which is not written"
    ),
  ]

  @Test(arguments: 0..<unwritable.count)
  func whatCannotBeWritten(index: Int) {
    let (model, message) = Self.unwritable[index]
    do throws(OnnxError) {
      _ = try OnnxWriter(model, path: "net.onnx")
      Issue.record("no error; expected \(message)")
    } catch {
      #expect(error.diagnostic.text == "net.onnx: error: " + message)
    }
  }

  @Test func otherSentences() {
    let errors: [(OnnxError, String)] = [
      (
        OnnxError(.initializer(index: nil, name: "w"), .overflow(element: 3, value: 1e39, storage: .float)),
        "error: element 3 of initializer 'w', 1e+39, is too large for a float"
      ),
      (
        OnnxError(path: "net.onnx", .model, .tooLarge(byteCount: 5, limit: 4)),
        "net.onnx: error: the model would have 5 bytes without its weights, and protobuf reads at most 4"
      ),
      (
        OnnxError(path: "net.onnx", .model, .unreadPart(.init(.function, name: "Gelu"))),
        "net.onnx: error: the model has a function 'Gelu', which is not written"
      ),
      (
        OnnxError(path: "net.onnx", .value(name: "x"), .unreadValue(.sequence)),
        "net.onnx: error: value 'x' is a sequence, which is not written"
      ),
      (
        OnnxError(path: "net.onnx", .model, .tooManyParts(limit: 7)),
        "net.onnx: error: the model has more than 7 nodes, values, attributes and names"
      ),
    ]
    for (error, text) in errors { #expect(error.diagnostic.text == text) }
  }
}
