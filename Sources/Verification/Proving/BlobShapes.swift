import CaffeIO
import Diagnostics
import Layers
import RuleModel
import Rules

/// The blobs of a drawn layer: those that its type describes, those of a blob layout, or those that a definition reads.
struct BlobShapes {
  let layouts: [BlobLayout]
  let defined: DefinedTypes

  /// The blobs of a layer; decisions are named after it.
  ///
  /// - Throws: `LayerError` for parameters that cannot be read, `InvalidInstance` for those that contradict the
  ///   bottoms.
  func blobs(
    of layer: WrittenLayer, bottoms: [[Int]], _ choices: inout Choices
  ) throws -> [BlobDescription] {
    let (name, type) = (layer.subject.name, layer.subject.type)
    let facts = LayerRegistry.facts(ofType: type)
    let fitting = layouts.filter { $0.types.accepts(type) && !$0.roles.isEmpty }
    if let facts, facts.blobs != .statistics || fitting.isEmpty {
      var written = layer
      written.knowsBlobs = false
      let description = try LayerRegistry.layer(written)
      let blobs: [BlobDescription]
      do { blobs = try description.blobs(bottoms) } catch { throw InvalidInstance.shapes }
      // Caffe had convolutions of two spatial axes only while files had four dimensions.
      let rank = blobs.first?.shape.count
      let isOld = rank == 4 || rank == 2 && description.window == nil
      return facts.blobs == .weights && isOld ? legacy(blobs, name, &choices) : blobs
    }
    guard !fitting.isEmpty else { return defined.blobs(ofType: type, name, bottoms: bottoms, &choices) }
    let layout = choices.pick("\(name).layout", fitting)
    guard let shape = bottoms.first, shape.count >= 2 else { throw InvalidInstance.shapes }
    return layout.roles.enumerated().map { index, role in
      // A number that nobody reads may be one for each channel or a single one.
      let isSingle =
        role == .factor
        || (role == .ignored && !choices.happens("\(name).blobs[\(index)] per channel", oneIn: 3))
      return BlobDescription(shape: [isSingle ? 1 : shape[1]], role: BlobRole(role))
    }
  }

  /// Weights and bias, in one of eight nets under the four dimensions of old files.
  private func legacy(
    _ blobs: [BlobDescription], _ name: Name, _ choices: inout Choices
  ) -> [BlobDescription] {
    guard choices.happens("\(name).legacy shapes", oneIn: 8) else { return blobs }
    return blobs.map { blob in
      var blob = blob
      blob.shape = Array(repeating: 1, count: 4 - blob.shape.count) + blob.shape
      return blob
    }
  }
}

extension BlobRole {
  init(_ role: BlobLayout.Role) {
    self =
      switch role {
      case .gamma: .factor
      case .beta, .mean: .shift
      case .variance: .variance
      case .factor: .divisor
      case .ignored: .weight
      }
  }
}
