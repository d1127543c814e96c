import CaffeIO
import Diagnostics

/// Compares the blobs of two weights files, in memory that does not grow with them.
struct BlobComparison {
  let old: WeightsFile
  let new: WeightsFile
  /// The largest difference, relative to the largest number of both blobs, that counts as none.
  let tolerance: Double

  private static let chunk = 16_384

  /// The blobs of a layer that differ, and how many were compared number by number.
  func differences(_ first: WeightLayer?, _ second: WeightLayer?) throws -> (
    blobs: [DiffResult.Blob], compared: Int
  ) {
    let (own, others) = (first?.blobs ?? [], second?.blobs ?? [])
    var found: [DiffResult.Blob] = []
    var compared = 0
    for index in 0..<max(own.count, others.count) {
      let (a, b) = (
        own.indices.contains(index) ? own[index] : nil, others.indices.contains(index) ? others[index] : nil
      )
      var blob = DiffResult.Blob(
        index: index, old: a.map(InspectResult.Blob.init), new: b.map(InspectResult.Blob.init))
      guard let a, let b, a.count == b.count, a.storage.elementSize > 0, b.storage.elementSize > 0 else {
        // Of numbers that cannot be read it can still be told whether they are the same.
        if let a, let b, a.storage == b.storage, try areSameBytes(a.bodyRange, b.bodyRange) {
          compared += 1
        } else {
          found.append(blob)
        }
        continue
      }
      compared += 1
      let distance = try distance(a, b)
      (blob.absolute, blob.relative, blob.place) = (distance.absolute, distance.relative, distance.place)
      let isSame = distance.relative <= tolerance && a.storage == b.storage && Self.isSameShape(a, b)
      if !isSame { found.append(blob) }
    }
    return (found, compared)
  }

  private func areSameBytes(_ first: Range<Int>, _ second: Range<Int>) throws -> Bool {
    guard first.count == second.count else { return false }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * Self.chunk, alignment: 1)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: first.count, by: Self.chunk) {
      let count = min(Self.chunk, first.count - start)
      let (a, b) = (buffer[..<count], buffer[Self.chunk..<Self.chunk + count])
      try old.file.read(
        at: first.lowerBound + start, into: UnsafeMutableRawBufferPointer(rebasing: a))
      try new.file.read(
        at: second.lowerBound + start, into: UnsafeMutableRawBufferPointer(rebasing: b))
      guard a.elementsEqual(b) else { return false }
    }
    return true
  }

  /// Old files have a bias as 1×1×1×C: Caffe takes it for one of C.
  private static func isSameShape(_ a: StoredBlob, _ b: StoredBlob) -> Bool {
    func plain(_ shape: [Int]) -> [Int] { Array(shape.drop { $0 == 1 }) }
    return a.isLegacyShape == b.isLegacyShape ? a.shape == b.shape : plain(a.shape) == plain(b.shape)
  }

  private func distance(
    _ a: StoredBlob, _ b: StoredBlob
  ) throws -> (absolute: Double, relative: Double, place: Int?) {
    var (most, place, largest) = (0.0, Int?.none, 0.0)
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: Self.chunk)
    defer { buffer.deallocate() }
    try old.forEachChunk(of: a, chunk: Self.chunk) { start, values in
      try new.read(start..<start + values.count, of: b, into: buffer)
      for (index, value) in values.enumerated() {
        let other = buffer[index]
        if value.isFinite { largest = max(largest, value.magnitude) }
        if other.isFinite { largest = max(largest, other.magnitude) }
        // The same number, or none in both.
        if value == other || value.isNaN && other.isNaN { continue }
        let distance = value.isFinite && other.isFinite ? (value - other).magnitude : .infinity
        if distance > most || place == nil { (most, place) = (distance, start + index) }
      }
    }
    return (most, most == 0 ? 0 : largest == 0 ? .infinity : most / largest, place)
  }
}
