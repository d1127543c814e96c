import CaffeIO
import Diagnostics
import Layers

/// Weights that lack what the layers of a net need.
package struct MissingBlobs: DiagnosticError, Equatable {
  /// The weights file.
  package var path: String
  /// What is missing.
  package var problem: Problem

  /// What is missing.
  package enum Problem: Sendable, Equatable {
    /// Layers that need blobs and have none.
    case layers([LayerSubject])
    /// The file has blobs for other layers only, if any; a layer of the net that needs some.
    case otherNet(stored: [Name], wanted: LayerSubject)
  }

  /// Throws where layers of a net need blobs, and the file has none for them.
  package static func check(_ net: NetRunner, weights: WeightsFile) throws(MissingBlobs) {
    let lacking = net.steps.filter { $0.obstacle?.lacksBlobs ?? false }.map(\.subject)
    guard !lacking.isEmpty else { return }
    let stored = weights.layers.filter { !$0.blobs.isEmpty }.map(\.name)
    let names = Set(net.steps.map(\.subject.name))
    let problem: Problem =
      stored.contains(where: names.contains)
      ? .layers(lacking) : .otherNet(stored: stored, wanted: lacking[0])
    throw MissingBlobs(path: weights.path, problem: problem)
  }

  /// Throws where the layers of a net need blobs, and the file has blobs for none of them.
  package static func check(
    _ definition: NetDefinition, in state: NetState, schema: Schema, weights: WeightsFile
  ) throws {
    let stored = weights.layers.filter { !$0.blobs.isEmpty }.map(\.name)
    let names = Set(stored)
    guard !definition.layers.contains(where: { names.contains($0.name) }) else { return }
    let state = state.merged(with: definition.state)
    for layer in definition.layers where try layer.isIncluded(in: state, of: definition.document) {
      let description = WrittenLayer(layer, schema: schema, blobShapes: [])
      guard Self.obstacle(description)?.lacksBlobs ?? false else { continue }
      throw MissingBlobs(
        path: weights.path, problem: .otherNet(stored: stored, wanted: description.subject))
    }
  }

  private static func obstacle(_ layer: WrittenLayer) -> LayerError? {
    do {
      _ = try LayerRegistry.layer(layer)
      return nil
    } catch {
      return error
    }
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch problem {
    case .layers(let layers):
      let rest =
        layers.count > 1 ? " and \(layers.count - 1) more \(layers.count > 2 ? "layers" : "layer")" : ""
      return Diagnostic(
        .error, at: .file(path),
        "has no blobs for \(layers[0].type) '\(layers[0].name)'\(rest); the net cannot be run without them")
    case .otherNet(let stored, let wanted):
      let shown = stored.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      let more = stored.count > 3 ? " and \(stored.count - 3) more" : ""
      let found = stored.isEmpty ? "it has no blobs at all" : "its blobs are for \(shown)\(more)"
      return Diagnostic(
        .error, at: .file(path),
        "has blobs for none of the net's layers, such as \(wanted.type) '\(wanted.name)'; \(found); give the weights of this net"
      )
    }
  }
}

extension LayerError {
  /// Whether the layer needs blobs and has none.
  fileprivate var lacksBlobs: Bool {
    if case .blobCount(_, 0) = reason { return true }
    return false
  }
}
