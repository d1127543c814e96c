import CaffeIO
import RuleModel

extension WorkingNet {
  /// What a normalisation by stored statistics computes with, by the layout that fits its type and blobs; nil without weights.
  ///
  /// - Throws: a refusal for what `affine(of:)` refuses, and for a layer whose layout has no variance.
  func statistics(of layer: LayerID) throws(Refusal.Reason) -> StoredStatistics? {
    // Everything that can be wrong with the layer is wrong with its affine function.
    let affine = try affine(of: layer)
    guard let blobs = try blobs(of: layer), let channels = affine.scale?.count else { return nil }
    let layout = try layout(of: layer, blobs: blobs)
    var numbers: [BlobLayout.Role: [Double]] = [:]
    for (role, blob) in zip(layout.roles, blobs) where role != .ignored {
      numbers[role] = try values(of: blob, layer: layer)
    }
    guard let mean = numbers[.mean], let variance = numbers[.variance], let epsilon = layout.epsilon else {
      throw Refusal.Reason(NoLayout(layer: graph.named(layer), blobCount: blobs.count))
    }
    let multiplier = Affine.multiplier(of: numbers)
    // A single number serves all channels.
    func spread(_ values: [Double]?, or fallback: Double) -> [Double] {
      let values = values ?? [fallback]
      return values.count == 1 ? Array(repeating: values[0], count: channels) : values
    }
    return StoredStatistics(
      mean: mean.map { $0 * multiplier }, variance: variance.map { $0 * multiplier },
      gamma: spread(numbers[.gamma], or: 1), beta: spread(numbers[.beta], or: 0),
      epsilon: try MatchEnvironment(self, layer: layer).number(epsilon))
  }
}
