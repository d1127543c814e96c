import CaffeIO

/// What Caffe gives blobs that the weights file lacks, by the fillers of a layer.
package enum BlobFilling: Sendable, Equatable {
  /// Some are drawn at random.
  case random
  /// All are constants.
  case constant
  /// By a filler of that name, and constants.
  case named(String)
}

extension WorkingNet {
  /// What Caffe fills the blobs of a layer with. Without a filler blobs are constant: 0, or 1 for the factors of a Scale.
  func filling(of layer: LayerID) -> BlobFilling {
    guard let parameters = graph.definition(of: layer)?.parameters else { return .constant }
    var kinds = parameters.fields.filter { $0.name.hasSuffix("filler") }.map(Self.fillerType)
    for field in parameters.fields {
      guard field.name.hasSuffix("_param"), let message = field.message else { continue }
      kinds += message.fields.filter { $0.name.hasSuffix("filler") }.map(Self.fillerType)
    }
    let others = kinds.filter { $0 != "constant" }
    guard let first = others.first else { return .constant }
    return others.contains { $0 != "bilinear" } ? .random : .named(first)
  }

  private static func fillerType(_ field: TextField) -> String {
    field.message?.last("type")?.string ?? "constant"
  }
}
