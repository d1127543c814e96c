import CaffeIO
import Diagnostics
import Layers

/// A net as a picture shows it: what its layers are, who reads whom, and what their numbers are like.
///
/// Boxes are numbered: first the layers in the order of the net, then inputs that no layer makes, then the net's outputs.
package struct NetPicture {
  /// A blob of a layer.
  package struct Blob {
    /// The dimensions.
    package var shape: [Int]
    /// How the numbers are stored; nil for a blob that no file gave.
    package var storage: String?
    /// What the numbers are like; nil where they are not known.
    package var statistics: BlobStatistics?
    /// How many numbers lie in each of equal intervals from the smallest to the largest; may be empty.
    package var histogram: [Int] = []
  }

  /// What a box stands for.
  package enum Box {
    /// A layer, by its place in `layers`.
    case layer(Int)
    /// An input that no layer makes.
    case input(InspectResult.Value)
    /// A blob that no layer reads.
    case output(InspectResult.Value)
  }

  /// An arrow from the box that makes a blob to one that reads it.
  package struct Arrow: Equatable {
    /// The number of the box that makes it.
    package var from: Int
    /// The number of the box that reads it.
    package var to: Int
    /// The blob.
    package var blob: Name
  }

  /// Shapes, cost, memory.
  package let facts: InspectResult
  /// The layers as their definition writes them.
  package let texts: [String]
  /// By layer, its parameter blobs.
  package let blobs: [[Blob]]
  /// The boxes.
  package let boxes: [Box]
  /// The arrows, in the order of their readers.
  package let arrows: [Arrow]

  /// The layers.
  package var layers: [InspectResult.Layer] { facts.layers }

  /// - Parameters:
  ///   - files: the files that the picture names.
  ///   - contents: by step, the blobs of the layer; nil for a net without weights, of which only the shapes are known.
  ///   - weights: the file that `contents` refer to.
  init(
    _ described: DescribedNet, _ files: ModelFiles, contents: ((Int) -> [BlobContent])?, weights: WeightsFile?
  ) throws {
    var facts = described.result(files)
    var blobs: [[Blob]] = []
    for place in facts.layers.indices {
      guard let contents, let weights else {
        blobs.append(facts.layers[place].blobs.map { Blob(shape: $0.shape, storage: nil) })
        continue
      }
      let own = contents(place)
      blobs.append(try own.map { try Blob($0, of: weights) })
      facts.layers[place].blobs = own.map {
        .init(shape: $0.shape, count: $0.count, storage: $0.storage.name)
      }
      facts.layers[place].parameters = own.reduce(0) { InspectResult.sum($0, $1.count) }
    }
    self.facts = facts
    self.blobs = blobs
    texts = described.net.steps.map(Self.text)
    (boxes, arrows) = Self.connected(facts)
  }

  /// An ONNX file, whose nodes are the layers; the numbers of its initializers are not looked at.
  ///
  /// - Parameter texts: by node, what the page shows of it.
  init(_ graph: InspectResult, texts: [String]) {
    facts = graph
    self.texts = texts
    blobs = graph.layers.map { $0.blobs.map { Blob(shape: $0.shape, storage: $0.storage) } }
    (boxes, arrows) = Self.connected(graph)
  }

  /// More of a layer than a reader looks at is left out.
  private static let textLimit = 4000

  /// A layer as it is written.
  private static func text(_ step: NetRunner.Step) -> String {
    let field = step.definition.field
    let bytes = field.source.bytes[field.nameRange.lowerBound..<field.valueRange.upperBound]
    let text = String(decoding: bytes.prefix(textLimit), as: UTF8.self)
    return bytes.count > textLimit ? text + "\n…" : text
  }

  private static func connected(_ facts: InspectResult) -> (boxes: [Box], arrows: [Arrow]) {
    var boxes = facts.layers.indices.map(Box.layer)
    var arrows: [Arrow] = []
    // By blob, the box that made its latest version.
    var makers: [Name: Int] = [:]
    let made = Set(facts.layers.filter(\.bottoms.isEmpty).flatMap(\.tops).map(\.name))
    for input in facts.inputs where !made.contains(input.name) {
      makers[input.name] = boxes.count
      boxes.append(.input(input))
    }
    for (place, layer) in facts.layers.enumerated() {
      for bottom in layer.bottoms {
        guard let maker = makers[bottom] else { continue }
        arrows.append(Arrow(from: maker, to: place, blob: bottom))
      }
      for top in layer.tops { makers[top.name] = place }
    }
    for output in facts.outputs {
      guard let maker = makers[output.name] else { continue }
      arrows.append(Arrow(from: maker, to: boxes.count, blob: output.name))
      boxes.append(.output(output))
    }
    return (boxes, arrows)
  }
}

extension NetPicture.Blob {
  /// Looks at the numbers of a blob; nothing is told of those that cannot be read or computed.
  init(_ content: BlobContent, of file: WeightsFile) throws {
    self.init(shape: content.shape, storage: content.storage.name)
    if case .other = content.storage { return }
    do {
      var found = BlobStatistics()
      try content.forEachBlock(of: file) { found.add($0) }
      statistics = found
      histogram = try found.histogram { try content.forEachBlock(of: file, $0) }
    } catch is EmissionError {
      // A number that is finite no more: the fold says so.
      statistics = nil
    }
  }
}

extension WeightsFile {
  /// By name, the blobs of each layer that has blobs; of several layers of one name, those of the last.
  var contentsByLayer: [Name: [BlobContent]] {
    Dictionary(
      layers.filter { !$0.blobs.isEmpty }.map { ($0.name, $0.blobs.map(BlobContent.stored)) }
    ) { _, last in last }
  }
}

extension BlobContent {
  /// Hands on all numbers as they are, or will be, written; a block at a time, which must not escape.
  ///
  /// - Throws: what ``BlobPass`` throws.
  fileprivate func forEachBlock(
    of file: WeightsFile, _ body: (UnsafeBufferPointer<Double>) -> Void
  ) throws {
    guard count > 0 else { return }
    try BlobPass(file, [BlobPass.Form(self)]).run(0..<count) { _, forms in
      switch forms[0] {
      case .doubles(let numbers): body(numbers)
      case .floats(let numbers): numbers.map(Double.init).withUnsafeBufferPointer(body)
      }
    }
  }
}
