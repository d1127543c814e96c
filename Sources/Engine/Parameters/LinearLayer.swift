import Layers

/// A linear layer with the blobs that it has now: what a fold has to know of it.
struct LinearLayer {
  /// The layer.
  let layer: LayerID
  /// What its parameters say.
  let description: any LinearDescription
  /// Whether it has a bias blob now.
  let hasBias: Bool
  /// Where its channels lie; nil when no weights are at hand.
  let geometry: LinearGeometry?
  /// The parameter that says whether it has a bias.
  let biasPath: [String]
  /// Whether nothing but a definition says that it is linear.
  let isDefinedAlone: Bool

  /// Number of output channels.
  var outputCount: Int { geometry?.outputCount ?? description.outputCount ?? 0 }
  /// Whether it surrounds its input with zeros.
  var pads: Bool { description.pads }

  /// Reads what a layer says, and holds its blobs against it.
  ///
  /// - Throws: a refusal for a layer that is not known as linear, and where parameters and blobs contradict each other.
  init(_ layer: LayerID, in net: WorkingNet) throws(Refusal.Reason) {
    self.layer = layer
    let own = try net.usable(layer).layer as? any LinearDescription
    let meaning = own == nil ? try net.linearMeaning(of: layer) : nil
    guard let description = own ?? meaning, let bias = type(of: description).facts.bias else {
      throw Refusal.Reason(NotLinear(layer: net.graph.named(layer)))
    }
    isDefinedAlone = own == nil
    self.description = description
    hasBias = description.hasBias
    biasPath = bias.path
    guard description.axis == 1 else {
      throw Refusal.Reason(OtherAxis(layer: net.graph.named(layer), axis: description.axis, count: 1))
    }
    guard let blobs = try net.blobs(of: layer) else {
      geometry = nil
      return
    }
    guard blobs.count == (hasBias ? 2 : 1) else {
      throw Refusal.Reason(
        BlobCount(
          layer: net.graph.named(layer), found: blobs.count, expected: hasBias ? .weightsAndBias : .weights))
    }
    let geometry: LinearGeometry
    do {
      geometry = try description.geometry(ofWeights: blobs[0].shape)
    } catch {
      throw Refusal.Reason(
        BlobShape(
          layer: net.graph.named(layer), blob: 0, shape: blobs[0].shape, expected: .axes(error.expected)))
    }
    self.geometry = geometry
    if hasBias, blobs[1].count != geometry.outputCount {
      throw Refusal.Reason(
        BlobShape(
          layer: net.graph.named(layer), blob: 1, shape: blobs[1].shape,
          expected: .axes("[\(geometry.outputCount)]")))
    }
  }

  /// Whether a ReLU behind it can become a parameter of it.
  var canFuseReLU: Bool { !isDefinedAlone && type(of: description).canFuseReLU }

  /// Checks that the definition still describes the layer after a fold: the same linear layer, with a bias if the
  /// fold added one.
  ///
  /// - Parameter hasBias: whether it is to have a bias.
  func checkMeaning(hasBias: Bool, in net: WorkingNet) throws(Refusal.Reason) {
    guard isDefinedAlone else { return }
    do {
      if try LinearLayer(layer, in: net).hasBias == hasBias { return }
    } catch {
      // By a definition without a bias the blob of the bias is one too many.
      guard error.facts is BlobCount else { throw error }
    }
    throw Refusal.Reason(NoBiasByMeaning(layer: net.graph.named(layer), path: biasPath))
  }

  /// Number of dimensions of the top; without weights, the usual one.
  var rank: Int { geometry?.rank ?? (description.window == nil ? 2 : 4) }
}
