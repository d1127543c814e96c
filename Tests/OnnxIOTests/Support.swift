import CaffeIO
import WireTestSupport

@testable import OnnxIO

/// A model as text, one line for each part, elements included: two models with the same text are the same.
func lines(_ model: OnnxModel) throws -> [[UInt8]] {
  var shell = model
  shell.graph.nodes = []
  shell.graph.initializers = []
  // Compared as bytes: two texts that differ in the way a letter is composed are equal as strings.
  var lines = [Array("\(shell)".utf8)] + model.graph.nodes.map { Array("\($0)".utf8) }
  for initializer in model.graph.initializers {
    var shell = initializer
    shell.source = .bytes([])
    lines.append(Array("\(shell) \(initializer.source.strings ?? [])".utf8))
    lines.append(try initializer.source.allBytes())
  }
  return lines
}

/// The bytes of a model file.
func written(_ model: OnnxModel) throws -> [UInt8] { try OnnxWriter(model, path: "net.onnx").modelBytes() }

/// The model that bytes hold.
func read(_ bytes: [UInt8], limits: OnnxLimits = OnnxLimits()) throws -> OnnxModel {
  try OnnxReader(bytes: bytes, path: "net.onnx", limits: limits).read()
}

/// A model with one initializer, put together from the bytes of a `TensorProto`.
func model(ofTensor parts: [UInt8]...) -> [UInt8] {
  Wire.number(1, 8) + Wire.message(7, Wire.message(5, parts.flatMap { $0 }))
}

/// The one initializer of a model that consists of a `TensorProto`.
func tensor(_ parts: [UInt8]...) throws -> OnnxInitializer {
  try read(model(ofTensor: parts.flatMap { $0 })).graph.initializers[0]
}

extension SeededRandom {
  /// A text with letters that are written in several ways and bytes.
  mutating func text() -> String {
    let letters = ["", "a", "conv/1", "é", "e\u{301}", "層", "\n", "\u{0}", "𝄞", "'"]
    return (0..<Int.random(in: 0...4, using: &self)).map { _ in letters.randomElement(using: &self)! }
      .joined()
  }

  /// A list of something.
  mutating func list<Item>(_ most: Int, _ item: (inout SeededRandom) -> Item) -> [Item] {
    let count = Int.random(in: 0...most, using: &self)
    return (0..<count).map { _ in item(&self) }
  }

  /// Bytes.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// A tensor of any type.
  mutating func tensor() -> OnnxTensor {
    let type = Int32.random(in: 1...28, using: &self)
    let shape = list(4) { [0, 1, 2, 3, 7].randomElement(using: &$0)! }
    let count = shape.reduce(1, *)
    guard let byteCount = OnnxElementType.byteCount(count, type) else {
      let strings = (0..<count).map { _ in bytes(Int.random(in: 0...3, using: &self)) }
      return OnnxTensor(elementType: type, shape: shape, bytes: [], strings: strings, name: text())
    }
    return OnnxTensor(elementType: type, shape: shape, bytes: bytes(byteCount), name: text())
  }

  /// The value of an attribute.
  mutating func attribute() -> OnnxAttribute {
    switch Int.random(in: 0..<7, using: &self) {
    case 0: .int(Int64.random(in: .min ... .max, using: &self))
    case 1: .float(Float.random(in: -1...1, using: &self))
    case 2: .string(bytes(Int.random(in: 0...5, using: &self)))
    case 3: .ints(list(5) { Int64.random(in: -2...300, using: &$0) })
    case 4: .floats(list(5) { Float.random(in: -1...1, using: &$0) })
    case 5: .strings(list(3) { $0.bytes(2) })
    default: .tensor(tensor())
    }
  }

  /// A value with or without type and shape.
  mutating func value() -> OnnxValue {
    let shape = list(4) { random in
      [OnnxDimension.known(Int.random(in: 0...9, using: &random)), .symbol("N"), .unknown]
        .randomElement(using: &random)!
    }
    return OnnxValue(
      name: text(), elementType: Int32.random(in: 0...28, using: &self),
      shape: Bool.random(using: &self) ? shape : nil, docString: text(), metadata: texts())
  }

  private mutating func texts() -> [(String, String)] { list(2) { ($0.text(), $0.text()) } }

  /// A whole model, which need not make sense.
  mutating func model() -> OnnxModel {
    let nodes = list(6) { random in
      OnnxNode(
        name: random.text(), type: random.text(), domain: random.text(), overload: random.text(),
        docString: random.text(), inputs: random.list(3) { $0.text() }, outputs: random.list(3) { $0.text() },
        attributes: random.list(4) {
          OnnxNamedAttribute(name: $0.text(), value: $0.attribute(), docString: $0.text())
        },
        metadata: random.texts())
    }
    let initializers = list(5) { random in
      var initializer = OnnxInitializer(name: random.text(), random.tensor())
      initializer.docString = random.text()
      initializer.metadata = random.texts()
      return initializer
    }
    let graph = OnnxGraph(
      name: text(), nodes: nodes, initializers: initializers, inputs: list(3) { $0.value() },
      outputs: list(3) { $0.value() }, values: list(3) { $0.value() }, docString: text(), metadata: texts())
    return OnnxModel(
      irVersion: Int.random(in: 3...14, using: &self), opsets: list(3) { ($0.text(), 17) },
      producerName: text(), producerVersion: text(), domain: text(),
      modelVersion: Int.random(in: -1...9, using: &self), docString: text(), graph: graph, metadata: texts())
  }
}
