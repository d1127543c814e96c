/// The values of a stored blob as numbers that are read when they are asked for.
final class StoredNumbers: ComputedNumbers {
  private let file: WeightsFile
  private let stored: StoredBlob

  let block = 8192
  let cost = 1

  init(_ file: WeightsFile, _ blob: StoredBlob) {
    self.file = file
    stored = blob
  }

  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    try file.read(elements, of: stored, into: output)
  }
}

extension BlobContent {
  /// The same values stored in another number type, each rounded once; blobs of a type that nobody reads stay as they are.
  package func converted(to storage: BlobStorage, from file: WeightsFile) -> BlobContent {
    if self.storage == storage { return self }
    if case .other = self.storage { return self }
    switch self {
    case .stored(let blob): return Self.converted(blob, [], to: storage, from: file)
    case .scaled(let blob, let scales): return Self.converted(blob, scales, to: storage, from: file)
    case .values(let values, let shape, _): return .values(values, shape: shape, storage: storage)
    case .computed(var blob):
      blob.storage = storage
      return .computed(blob)
    }
  }

  private static func converted(
    _ blob: StoredBlob, _ scales: [ChannelScale], to storage: BlobStorage, from file: WeightsFile
  ) -> BlobContent {
    // How large the numbers are shows when they are written.
    var computed = ComputedBlob(
      StoredNumbers(file, blob), shape: blob.shape, storage: storage, largest: 0)
    computed.scales = scales
    return .computed(computed)
  }
}
