import CaffeIO
import Diagnostics
import Layers

/// A small net with its numbers, made up to try a rule on.
package struct ProofInstance: Sendable {
  /// The definition.
  package let definition: NetDefinition
  /// The parameter blobs of the layers that have some, in the order of the layers.
  package let blobs: [(layer: Name, values: [NetValue<Double>])]
  /// The values of the net inputs.
  package let inputs: [(name: Name, value: NetValue<Double>)]
  /// How large the inputs are: what cancels out below a small part of that is rounding.
  var size = 1.0

  /// The weights as a file holds them, in double precision: a proof is about formulas, not about rounding.
  func weights() throws -> WeightsFile {
    // As Caffe writes them: layers without blobs are in the file too.
    try WeightsFile(
      layers: definition.layers.map { layer in
        (layer.name, blobs.first { $0.layer == layer.name }?.values ?? [])
      }, path: "instance.caffemodel")
  }
}

/// Why a drawn net is none: it is drawn again.
enum InvalidInstance: Error, Equatable {
  /// Parameters and shapes contradict each other.
  case shapes
  /// No layout and no definition fits a layer whose type has some.
  case undescribed(layer: Name, type: String)
  /// More numbers than an instance may have.
  case tooLarge
  /// A type has not as many bottoms or tops as the pattern wants.
  case connections
  /// The net computes numbers that are not finite.
  case notFinite
  /// The net computes no number at all.
  case nothing
}

/// Puts a net together layer by layer; knows the shape of every blob on the way.
struct InstanceBuilder {
  /// The most numbers that one blob or value of an instance may have.
  static let valueLimit = 1 << 14

  var choices: Choices
  private let shapesOfBlobs: BlobShapes
  private let limits: LayerLimits
  /// The shapes of the values, by name; the last version of each.
  private(set) var shapes: [Name: [Int]] = [:]
  private var blobs: [(layer: Name, values: [NetValue<Double>])] = []
  private var inputs: [(name: Name, value: NetValue<Double>)] = []
  private var fields: [NewTextField] = []
  /// The blobs of layers whose numbers are not drawn.
  var given: [Name: [NetValue<Double>]] = [:]

  private var defined: DefinedTypes { shapesOfBlobs.defined }

  init(_ choices: Choices, shapes: BlobShapes) {
    self.choices = choices
    shapesOfBlobs = shapes
    var limits = LayerLimits()
    limits.valueCount = Self.valueLimit
    self.limits = limits
  }

  /// Adds a net input; its numbers are drawn here.
  mutating func addInput(_ name: Name, shape: [Int]) throws {
    try drawInput(name, shape: shape)
    fields.append(NewTextField(name: "input", value: .string(name)))
    fields.append(
      NewTextField(
        name: "input_shape",
        value: .message(shape.map { NewTextField(name: "dim", value: .literal(String($0))) })))
  }

  private mutating func drawInput(_ name: Name, shape: [Int]) throws {
    guard (try? limits.check(shape, ofInput: name)) != nil else { throw InvalidInstance.tooLarge }
    shapes[name] = shape
    let value = NumberFilling.values(BlobDescription(shape: shape, role: .weight), name: name, &choices)
    inputs.append((name, value))
  }

  /// Adds a layer with parameters; its blobs are drawn here. One that the phase leaves out computes nothing.
  mutating func addLayer(
    _ name: Name, type: String, bottoms: [Name], tops: [Name], parameters: [NewTextField],
    isIncluded: Bool = true
  ) throws {
    var fields = [
      NewTextField(name: "name", value: .string(name)),
      NewTextField(name: "type", value: .string(Name(type))),
    ]
    fields += bottoms.map { NewTextField(name: "bottom", value: .string($0)) }
    fields += tops.map { NewTextField(name: "top", value: .string($0)) }
    let layer = NewTextField(name: "layer", value: .message(fields + parameters))
    self.fields.append(layer)
    if isIncluded { try add(try Self.definition([layer]).layers[0]) }
  }

  /// Adds what a layer that is written already computes.
  private mutating func add(_ layer: LayerDefinition) throws {
    let bottoms = try layer.bottoms.map { name in
      guard let shape = shapes[name] else { throw InvalidInstance.connections }
      return shape
    }
    var description = WrittenLayer(layer, schema: .caffe, blobShapes: [], limits: limits)
    if let values = given[layer.name] { return try add(layer, description, bottoms, values) }
    let specifications = try shapesOfBlobs.blobs(of: description, bottoms: bottoms, &choices)
    for blob in specifications
    where (try? limits.check(blob.shape, ofInput: layer.name)) == nil {
      throw InvalidInstance.tooLarge
    }
    let values = specifications.enumerated().map { index, specification in
      NumberFilling.values(specification, name: Name("\(layer.name).blobs[\(index)]"), &choices)
    }
    try addTops(of: layer, &description, bottoms, blobs: values)
    guard !specifications.isEmpty else { return }
    blobs.append((layer.name, values))
  }

  /// Adds a layer whose numbers are given.
  private mutating func add(
    _ layer: LayerDefinition, _ written: WrittenLayer, _ bottoms: [[Int]], _ values: [NetValue<Double>]
  ) throws {
    var written = written
    try addTops(of: layer, &written, bottoms, blobs: values)
    blobs.append((layer.name, values))
  }

  private mutating func addTops(
    of layer: LayerDefinition, _ written: inout WrittenLayer, _ bottoms: [[Int]],
    blobs values: [NetValue<Double>]
  ) throws {
    written.blobShapes = values.map(\.shape)
    // What a layout describes works number by number.
    var tops = layer.tops.map { _ in bottoms.first ?? [] }
    if LayerRegistry.knows(layer.type) {
      tops = try LayerRegistry.layer(written).outputShapes(bottoms)
    }
    if let shapes = try defined.topShapes(
      of: layer, bottoms: bottoms, blobs: values, layouts: shapesOfBlobs.layouts)
    {
      tops = shapes
    }
    guard tops.count == layer.tops.count else { throw InvalidInstance.connections }
    for (name, shape) in zip(layer.tops, tops) {
      try limits.check(shape, of: written.subject)
      guard !shape.contains(0) else { throw InvalidInstance.shapes }
      shapes[name] = shape
    }
  }

  /// The net.
  mutating func finish() throws -> ProofInstance {
    try finish(try Self.definition(fields))
  }

  /// The decision of how large the inputs are.
  static let sizeDecision = "size of the inputs"
  /// How many sizes there are but those by constants.
  static let sizeCount = 4

  /// The net with inputs of the size of 1, larger, or close to a number among the layers' parameters: layers that bend compute the
  /// same as others do on one side of the bend.
  private mutating func finish(_ definition: NetDefinition) throws -> ProofInstance {
    let constants = Array(
      Set(definition.layers.flatMap(\.parameterNumbers).map(\.magnitude)).filter { $0 > 0 && $0 != 1 }
        .sorted()
        .suffix(4))
    var sizes: [(size: Double, isAround: Bool)] = [(1, false), (1, false), (10, false), (100, false)]
    for constant in constants { sizes += [(constant, true), (1.5 * constant, false)] }
    let (size, isAround) = choices.pick(Self.sizeDecision, sizes)
    var instance = ProofInstance(
      definition: definition, blobs: blobs,
      inputs: inputs.map { name, value in
        let values = value.values.map { number in
          guard isAround else { return size * number }
          // Within some percent, on either side and with either sign.
          return (number < 0 ? -size : size) * (1 + (number.magnitude - 1) / 32)
        }
        return (name, NetValue(shape: value.shape, values: values))
      })
    instance.size = max(1, size)
    return instance
  }

  /// The net of a text of somebody else's; its inputs get shapes.
  mutating func finish(
    _ text: SourceText, state: NetState, inputShape: (_ declared: [Int]?, inout Choices) -> [Int]
  ) throws -> ProofInstance {
    var definition = try NetDefinition(TextDocument(text))
    if !definition.inputs.isEmpty {
      let declared = definition.inputShapes
      var editor = TextEditor(definition.document)
      for name in ["input_shape", "input_dim"] {
        for field in definition.document.root.all(name) { editor.remove(field) }
      }
      var dimensions: [NewTextField] = []
      for (index, name) in definition.inputs.enumerated() {
        let shape = inputShape(index < declared.count ? declared[index] : nil, &choices)
        try drawInput(name, shape: shape)
        dimensions.append(
          NewTextField(
            name: "input_shape",
            value: .message(shape.map { NewTextField(name: "dim", value: .literal(String($0))) })))
      }
      editor.append(dimensions, to: definition.document.root)
      definition = try NetDefinition(TextDocument(SourceText(path: text.path, bytes: editor.edited())))
    }
    for layer in definition.layers where try layer.isIncluded(in: state, of: definition.document) {
      guard layer.type != "Input" else {
        let shapes = try WrittenLayer(layer, schema: .caffe, blobShapes: []).integerLists(
          "input_param", "shape", field: "dim")
        for (index, top) in layer.tops.enumerated() where !shapes.isEmpty {
          try drawInput(top, shape: shapes[min(index, shapes.count - 1)])
        }
        continue
      }
      try add(layer)
    }
    return try finish(definition)
  }

  private static func definition(_ fields: [NewTextField]) throws -> NetDefinition {
    let empty = try TextDocument(SourceText(path: "instance.prototxt", bytes: []))
    var editor = TextEditor(empty)
    editor.append(fields, to: empty.root)
    return try NetDefinition(TextDocument(SourceText(path: "instance.prototxt", bytes: editor.edited())))
  }
}
