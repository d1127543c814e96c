import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// The layer types that only definitions describe, as a proof draws and runs them.
struct DefinedTypes: Sendable {
  private let definitions: DefinitionSet
  private let own: [TypeDefinition]

  /// The built-in definitions, and those of the user.
  ///
  /// - Throws: a `DiagnosticError` for built-in definitions that are wrong.
  init(_ own: [TypeDefinition]) throws {
    self.own = own
    definitions = DefinitionSet(adding: own)
  }

  /// The types that the user defines and the executor does not know.
  var ownTypes: [String] { own.flatMap(\.types).filter { !LayerRegistry.knows($0) } }

  /// The definition of a type that the executor does not know; nil where there is none.
  func definition(ofType type: String) -> TypeDefinition? {
    guard !LayerRegistry.knows(type) else { return nil }
    return definitions.definition(ofType: type).flatMap { $0.isConstant ? nil : $0 }
  }

  /// Whether definitions in Caffe layers say what a type computes, and nothing else does.
  func isInLayersAlone(_ type: String) -> Bool {
    !LayerRegistry.knows(type) && definition(ofType: type) == nil
      && !definitions.inLayers(ofType: type).isEmpty
  }

  /// The definitions of a type that the executor does not know: the one in operators, or else those in Caffe layers, each of which may
  /// describe other layers.
  private func all(ofType type: String) -> [TypeDefinition] {
    if let definition = definition(ofType: type) { return [definition] }
    return isInLayersAlone(type) ? definitions.inLayers(ofType: type) : []
  }

  /// How many bottoms and tops a drawn layer has.
  func sample(ofType type: String) -> LayerSample? {
    let all = all(ofType: type)
    guard !all.isEmpty else { return nil }
    let examples = all.flatMap(\.tests).compactMap(DefinitionExample.init)
    let bottoms = examples.map(\.bottoms.count) + all.map { max($0.bottoms.count, 1) }
    let tops = examples.compactMap(\.topCount)
    return LayerSample(
      bottoms: (bottoms.min() ?? 1)...(bottoms.max() ?? 1), tops: (tops.min() ?? 1)...(tops.max() ?? 1))
  }

  /// Values of parameters to try, taken from the expressions of a definition.
  func hints(ofType type: String) -> [RuleHints.Hint] {
    RuleHints(all(ofType: type).flatMap(\.expressions)).byName["layer"] ?? []
  }

  /// The layers of a net that definitions compute, by number.
  ///
  /// - Parameter net: made for this alone.
  func layers(of net: sending WorkingNet, weights: WeightsFile) -> [LayerID: DefinedLayer] {
    DefinedLayers(net, weights: weights, definitions).byID
  }

  /// The shapes of a drawn layer's tops; nil for a type without a definition.
  ///
  /// - Parameter layouts: what types mean that definitions in Caffe layers describe.
  /// - Throws: `InvalidInstance.shapes` where the definition does not take the bottoms or the blobs.
  func topShapes(
    of layer: LayerDefinition, bottoms: [[Int]], blobs: [NetValue<Double>], layouts: [BlobLayout]
  ) throws -> [[Int]]? {
    let isInOperators = definition(ofType: layer.type) != nil
    guard isInOperators || isInLayersAlone(layer.type) else { return nil }
    var text = ""
    for (name, shape) in zip(layer.bottoms, bottoms) {
      text += "input: \"\(name)\" input_shape { \(shape.map { "dim: \($0)" }.joined(separator: " ")) }\n"
    }
    let source = SourceText(path: "instance.prototxt", bytes: Array(text.utf8) + layer.field.source.bytes)
    let weights = try WeightsFile(layers: [(layer.name, blobs)], path: "instance.caffemodel")
    let net = WorkingNet(
      try NetGraph(NetDefinition(TextDocument(source)), state: NetState(phase: .test)), weights: weights,
      layouts: isInOperators ? [] : layouts)
    let described: (any LayerDescription)?
    if isInOperators {
      described = layers(of: net, weights: weights).first?.value
    } else {
      let only = net.graph.liveLayers.first { _ in true }
      described = only.flatMap { LayerMeaning(of: $0, in: net)?.layer }
    }
    do {
      guard let shapes = try described?.outputShapes(bottoms) else { throw InvalidInstance.shapes }
      return shapes
    } catch {
      throw InvalidInstance.shapes
    }
  }

  /// Blobs for a drawn layer: those of an example of the definition, with the layer's own channels, or as many as the
  /// expressions read, with one number for each channel or a single number.
  func blobs(
    ofType type: String, _ name: Name, bottoms: [[Int]], _ choices: inout Choices
  ) -> [BlobDescription] {
    let all = all(ofType: type)
    guard !all.isEmpty, let bottom = bottoms.first else { return [] }
    let examples = all.flatMap(\.tests).compactMap(DefinitionExample.init)
    let channels = bottom.count > 1 ? bottom[1] : bottom.first ?? 1
    var plans = examples.map { $0.blobs(channels: channels) }
    let last = all.flatMap(\.expressions).compactMap { $0.expression.lastBlob(of: "layer") }.max()
    let count = last.map { $0 + 1 } ?? 0
    guard count <= InstanceBuilder.valueLimit else { return [] }
    if examples.isEmpty || count > 0 {
      plans += [[channels], [1]].map { Array(repeating: $0, count: count) }
    }
    guard !plans.isEmpty else { return [] }
    return choices.pick("\(name).blobs", plans).enumerated().map { index, shape in
      BlobDescription(shape: shape, role: choices.pick("\(name).blobs[\(index)] role", [.weight, .variance]))
    }
  }
}

extension DefinitionExample {
  /// The shapes of the blobs where the first bottom has another number of channels.
  fileprivate func blobs(channels: Int) -> [[Int]] {
    let own = bottoms.first.flatMap { $0.count > 1 ? $0[1] : $0.first }
    return blobs.map { $0.map { $0 == own ? channels : $0 } }
  }
}

extension Expression {
  /// The highest index in expressions like `layer.blobs[2]`; nil where there is none.
  fileprivate func lastBlob(of layer: String) -> Int? {
    var found = form.children.compactMap { $0.lastBlob(of: layer) }
    if case .index(let list, let place) = form, case .member(let owner, let member) = list.form,
      member.text == "blobs", case .name(layer) = owner.form, let number = place.literalInteger
    {
      found.append(number)
    }
    return found.max()
  }
}
