import Diagnostics

/// A net definition (`.prototxt`) as its author wrote it: the text and a view of its layers.
///
/// Layers of every phase are listed, in the order of the file. Nothing is normalised: what is written back
/// is the text plus edits.
package struct NetDefinition: Sendable {
  /// The text the layers are views of.
  package let document: TextDocument
  /// Every layer, whatever its phase, in file order.
  package let layers: [LayerDefinition]
  /// Net inputs of the legacy form, `input: "data"` at the top level.
  package let inputs: [Name]
  /// The level and stages that the file itself sets in `state { … }`; phase comes from the command.
  package let state: NetState
  /// Which of Caffe's three layer syntaxes the file uses.
  package let generation: LayerGeneration

  /// Views `document` as a net.
  ///
  /// - Throws: `NetError` with the place, for a text that has no layers or whose layers are malformed.
  package init(_ document: TextDocument) throws(NetError) {
    self.document = document
    var layers: [LayerDefinition] = []
    var inputs: [Name] = []
    var state = NetState(phase: .test)
    var generation = LayerGeneration.v2
    for field in document.root.fields {
      if field.isNamed("layer") || field.isNamed("layers") {
        let layer = try LayerDefinition(field, in: document)
        // Caffe upgrades the old syntax and then ignores the new one, silently; say it instead.
        if let first = layers.first, (first.generation == .v2) != (layer.generation == .v2) {
          throw NetError(.mixedGenerations, in: document, at: field.nameOffset)
        }
        generation = layer.generation
        layers.append(layer)
      } else if field.isNamed("input") {
        inputs.append(try field.requireName("input", in: document))
      } else if field.isNamed("state"), let message = field.message {
        state = try NetState(message, in: document)
      }
    }
    guard !layers.isEmpty else {
      if let solver = Self.solver(in: document) { throw solver }
      throw NetError(
        .noLayers(fields: document.root.fields.prefix(3).map(\.name)), in: document,
        at: document.root.fields.first(where: { _ in true })?.nameOffset ?? 0)
    }
    self.layers = layers
    self.inputs = inputs
    self.state = state
    self.generation = generation
  }
}

extension NetDefinition {
  /// The name that the file gives the net; nil where it gives none.
  package var name: Name? { document.root.fields.first { $0.isNamed("name") }?.nameValue }

  /// The error for a text that says how to train a net; nil for any other text.
  private static func solver(in document: TextDocument) -> NetError? {
    let nets = ["net", "train_net", "test_net"]
    let settings = nets + ["base_lr", "lr_policy", "max_iter", "solver_mode", "net_param", "train_net_param"]
    guard let first = document.root.fields.first(where: { settings.contains($0.name) }) else { return nil }
    let net = document.root.fields.first { nets.contains($0.name) }?.string
    return NetError(.solver(net: net), in: document, at: first.nameOffset)
  }
}

extension TextField {
  /// The string value, or the error that another kind of value was found.
  func requireName(_ name: String, in document: TextDocument) throws(NetError) -> Name {
    guard let nameValue else {
      throw NetError(.expectedString(field: name, found: kindPhrase), in: document, at: valueOffset)
    }
    return nameValue
  }

  /// How a message speaks of the value: `the number 3`, `the word TEST`, `a message`.
  var kindPhrase: String {
    if message != nil { return "a message" }
    if string != nil { return "the string \(literal)" }
    if number != nil, identifier == nil { return "the number \(literal)" }
    return "the word \(literal)"
  }
}
