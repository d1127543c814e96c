import CaffeIO
import Diagnostics
import Layers
import WireTestSupport

/// A net that bytes decide about: layers of all known types, with the parameters that `rules prove` draws, each on values that
/// are there.
struct DrawnNet {
  /// A parameter blob.
  typealias Blob = (shape: [Int], values: [Float])

  /// The definition.
  private(set) var text = ""
  /// The blobs of the layers that have some.
  private(set) var blobs: [(layer: Name, blobs: [Blob])] = []
  /// Whether numbers or parameters are none of everyday: then a fold may be refused, and differ.
  private(set) var isExtreme = false
  /// Numbers for inputs.
  private(set) var numbers: DrawnNumbers

  private let isHostile: Bool
  private var shapes: [(blob: Name, shape: [Int])] = []

  /// The most numbers of a value or blob.
  private static let limit = 1 << 12
  private static let types = LayerRegistry.descriptions.filter { $0.facts.sample != nil }
  /// Types that folds are about; they come up as often as all others together.
  private static let folded = [
    "Convolution", "BatchNorm", "Scale", "ReLU", "InnerProduct", "Deconvolution", "Bias", "Power", "Dropout",
    "Eltwise", "Concat", "Split", "BN", "DepthwiseConvolution",
  ]
  /// Values of parameters that a reader may not reckon with.
  private static let extremes = [
    "0", "-1", "1", "2147483647", "-2147483648", "4294967295", "3", "1e38", "-1e38", "1e-45", "nan", "inf",
    "9",
  ]

  /// Draws a net; a hostile one also has parameters and blobs that fit nothing.
  init(_ draw: inout Draw, isHostile: Bool = false) {
    self.isHostile = isHostile
    numbers = DrawnNumbers(seed: UInt64(draw.byte()))
    if isHostile {
      numbers.kind = draw.pick(DrawnNumbers.Kind.allCases)
    }
    let rank = draw.pick([4, 4, 4, 2, 3, 5, 1])
    let shape = (0..<rank).map { $0 == 0 ? 1 + draw.number(below: 2) : 1 + draw.number(below: 6) }
    text = "input: \"data\"\ninput_shape { \(shape.map { "dim: \($0)" }.joined(separator: " ")) }\n"
    shapes = [("data", shape)]
    var count = 0
    repeat {
      add(&draw, number: count)
      count += 1
    } while !draw.isEmpty && count < 16
  }

  /// The definition, read.
  var definition: NetDefinition {
    get throws { try NetDefinition(TextDocument(SourceText(path: "fuzz.prototxt", bytes: Array(text.utf8)))) }
  }

  /// The weights, read.
  var weights: WeightsFile {
    get throws { try WeightsFile(InputFile(bytes: Self.encoded(blobs), path: "fuzz.caffemodel")) }
  }

  /// Weights of these blobs, with a layer more: a file without layers is refused.
  static func encoded(_ layers: [(layer: Name, blobs: [Blob])]) -> [UInt8] {
    layers.flatMap { layer in
      Wire.layer("\(layer.layer)", "", blobs: layer.blobs.map { Wire.blob($0.values, $0.shape) })
    } + Wire.layer("another", "")
  }

  private mutating func add(_ draw: inout Draw, number: Int) {
    let type =
      draw.happens(oneIn: 2)
      ? draw.pick(draw.pick(Self.types).facts.names) : draw.pick(Self.folded)
    guard let facts = LayerRegistry.facts(ofType: type) else { return }
    let sample = facts.sample ?? LayerSample()
    func amount(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + draw.number(below: min(range.count, 4))
    }
    let read = (0..<amount(sample.bottoms)).map { _ in
      // The last value more often than others: chains are what folds are about.
      draw.happens(oneIn: 3) ? draw.pick(shapes) : shapes[shapes.count - 1]
    }
    let topCount = amount(sample.tops)
    let name = "l\(number)"
    var parameters = self.parameters(type, sample, read.map(\.shape), topCount, &draw)
    if isHostile, draw.happens(oneIn: 3) { spoil(&parameters, facts, &draw) }
    let inPlace = facts.worksInPlace && topCount == 1 && read.count == 1 && draw.happens(oneIn: 3)
    let tops = (0..<topCount).map { inPlace ? read[0].blob : Name($0 == 0 ? name : "\(name)_\($0)") }
    let line = Self.text(name, type, read.map(\.blob), tops, parameters)
    guard
      let layer = try? NetDefinition(TextDocument(SourceText(path: "layer", bytes: Array(line.utf8)))).layers
        .first
    else { return }
    var limits = LayerLimits()
    limits.valueCount = Self.limit
    var written = WrittenLayer(layer, schema: .caffe, blobShapes: nil, limits: limits)
    var described: [BlobDescription] = []
    var made: [[Int]]?
    if let description = try? LayerRegistry.layer(written) {
      described = (try? description.blobs(read.map(\.shape))) ?? []
      if described.contains(where: { (try? limits.check($0.shape, ofInput: "")) == nil }) { described = [] }
      written = WrittenLayer(layer, schema: .caffe, blobShapes: described.map(\.shape), limits: limits)
      made = try? LayerRegistry.layer(written).outputShapes(read.map(\.shape))
    }
    let fits = made.map { made in
      made.count == tops.count
        && made.allSatisfy { !$0.contains(0) && (try? limits.check($0, ofInput: "")) != nil }
    }
    guard fits == true || isHostile else { return }
    text += line
    if let made, fits == true {
      for (top, shape) in zip(tops, made) {
        shapes.removeAll { $0.blob == top }
        shapes.append((top, shape))
      }
    }
    let stored = described.map { blob in self.blob(blob, &draw) }
    if !stored.isEmpty { blobs.append((Name(name), stored)) }
  }

  private func parameters(
    _ type: String, _ sample: LayerSample, _ bottoms: [[Int]], _ topCount: Int, _ draw: inout Draw
  ) -> ParameterList {
    // The closure outlives no call, though its type says that it could.
    let box = DrawBox(draw)
    var sketch = LayerSketch(type: type, bottoms: bottoms, topCount: topCount) { what, bound in
      box.number(what, below: bound)
    }
    sample.draw(&sketch)
    draw = box.draw
    return sketch.parameters
  }

  /// Gives a parameter a value that nobody drew for it.
  private mutating func spoil(_ parameters: inout ParameterList, _ facts: LayerFacts, _ draw: inout Draw) {
    isExtreme = true
    guard !facts.parameters.isEmpty else { return }
    let message = draw.pick(facts.parameters)
    guard !message.reads.isEmpty else { return }
    let values = (0...draw.number(below: 3)).map { _ in draw.pick(Self.extremes) }
    parameters[[message.name] + draw.pick(message.reads).split(separator: ".").map(String.init)] = values
  }

  private static func text(
    _ name: String, _ type: String, _ bottoms: [Name], _ tops: [Name], _ parameters: ParameterList
  ) -> String {
    let fields =
      [("name", Name(name)), ("type", Name(type))] + bottoms.map { ("bottom", $0) } + tops.map { ("top", $0) }
    let all = fields.map { NewTextField(name: $0, value: .string($1)) } + parameters.fields
    return "layer \(NewTextField.Value.message(all).text)\n"
  }

  private mutating func blob(_ description: BlobDescription, _ draw: inout Draw) -> Blob {
    var numbers = DrawnNumbers(seed: UInt64(draw.byte()))
    if draw.happens(oneIn: 16) {
      numbers.kind = draw.pick(DrawnNumbers.Kind.allCases)
      if numbers.kind != .usual { isExtreme = true }
    }
    var shape = description.shape
    if isHostile, !shape.isEmpty, draw.happens(oneIn: 8) {
      shape[draw.number(below: shape.count)] = draw.number(below: 9)
    }
    let values = numbers.numbers(shape.reduce(1, *)).map { value in
      switch description.role {
      case .weight, .shift, .factor: value
      // A variance far below ε is one of everyday; so is a divisor that is not 1.
      case .variance: numbers.kind == .usual ? abs(value) + 0.01 : value
      case .divisor: numbers.kind == .usual ? abs(value) + 1 : value
      }
    }
    return (shape, values)
  }
}

/// Decisions that a closure takes.
private final class DrawBox {
  private(set) var draw: Draw
  private var known: [String: Int] = [:]

  init(_ draw: Draw) { self.draw = draw }

  /// A number from 0 to below `bound`; asked again under the same name, the same.
  func number(_ what: String, below bound: Int) -> Int {
    if let number = known[what] { return min(number, max(bound, 1) - 1) }
    let number = draw.number(below: bound)
    known[what] = number
    return number
  }
}
