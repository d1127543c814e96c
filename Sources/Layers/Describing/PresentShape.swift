/// The shapes of blobs that a file holds with four axes, as files of old do, in whatever number the layer has.
package enum PresentShape {
  /// The shape that a layer's blob has in Caffe now, where it is told by the type; nil where the four axes stay.
  ///
  /// An old file gives a bias of N numbers as 1×1×1×N. Only such leading axes of length 1 are taken away.
  /// - Parameters:
  ///   - stored: the four axes.
  ///   - index: the blob's place in the layer.
  ///   - type: the layer's type.
  package static func shape(of stored: [Int], blob index: Int, inLayerOf type: String) -> [Int]? {
    guard let axes = axes(ofBlob: index, inLayerOf: type), axes <= stored.count,
      stored.dropLast(axes).allSatisfy({ $0 == 1 })
    else { return nil }
    return stored.suffix(axes)
  }

  /// How many axes a blob has; nil where the type does not tell.
  private static func axes(ofBlob index: Int, inLayerOf type: String) -> Int? {
    guard let description = LayerRegistry.description(ofType: type) else { return nil }
    switch description.facts.blobs {
    case .none: return nil
    case .weights where index == 0: return (description as? any LinearDescription.Type)?.weightAxes
    case .table where index == 0: return 2
    // A Scale may have a factor for each place of several axes: its blob then has several axes that are longer than 1.
    case .weights, .table, .scale, .shift, .factors, .statistics: return 1
    }
  }
}
