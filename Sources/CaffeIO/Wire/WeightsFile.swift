/// An indexed `.caffemodel`: positions are in memory, values stay in the file until they are read.
package final class WeightsFile: Sendable {
  /// The open file.
  package let file: InputFile
  /// The layers in file order: `layer`, V1 `layers` and the V0 layers nested in those.
  package let layers: [WeightLayer]
  /// The places in `layers` of those that hold blobs, by name.
  private let holders: [String: [Int]]

  /// The path as the user wrote it.
  package var path: String { file.path }
  /// The size in bytes.
  package var byteCount: Int { file.byteCount }

  /// Opens and indexes the file at `path`.
  ///
  /// Throws `FileError` when it cannot be read, `WireFormatError` when it is not a weights file.
  package convenience init(path: String, limits: WireLimits = WireLimits()) throws {
    try self.init(InputFile(path: path), limits: limits)
  }

  /// Indexes an open file.
  package init(_ file: InputFile, limits: WireLimits = WireLimits()) throws {
    self.file = file
    var indexer = WeightsIndexer(file, limits: limits)
    layers = try indexer.index()
    var holders: [String: [Int]] = [:]
    for layer in layers where !layer.blobs.isEmpty { holders[layer.name, default: []].append(layer.index) }
    self.holders = holders
  }

  /// The layers of a name that hold blobs, in file order.
  package func layers(named name: String) -> [WeightLayer] { (holders[name] ?? []).map { layers[$0] } }

  /// The layer whose blobs Caffe gives to a net's layer of this name, `Net::CopyTrainedLayersFrom`: the last of the name.
  package func layer(named name: String) -> WeightLayer? { holders[name]?.last.map { layers[$0] } }

  /// All values of a blob; for blobs that are small enough to hold.
  ///
  /// - Throws: `FileError`, and `WireFormatError` for a number type that is not known.
  package func values(of blob: StoredBlob) throws -> [Double] { try BlobReader(self, Blob(blob)).values() }

  /// A blob as messages name it; linear in the layers, for messages only.
  package func subject(of blob: StoredBlob) -> WireSubject {
    for layer in layers {
      if let index = layer.blobs.firstIndex(where: { $0.fieldRange == blob.fieldRange }) {
        return .blob(index: index, layerIndex: layer.index, layerName: layer.name)
      }
    }
    return .net
  }
}
