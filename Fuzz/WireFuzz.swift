import CaffeIO
import Glibc

// Feeds bytes to the weights indexer as a file, then uses everything that the index offers: an input is
// refused with an error or all of it can be read and rewritten. Built and run by Fuzz/wire-fuzz.sh.

private nonisolated(unsafe) let descriptor = open(
  "/tmp", O_RDWR | O_DIRECTORY | O_CLOEXEC | 0o20_000_000, 0o600)
private nonisolated(unsafe) let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: 64)

/// libFuzzer calls this with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  ftruncate(descriptor, 0)
  if let start, count > 0 { pwrite(descriptor, start, count, 0) }
  do {
    var limits = WireLimits()
    limits.groupDepth = 8
    try use(WeightsFile(InputFile(owning: dup(descriptor), path: "fuzz"), limits: limits))
  } catch let error as WireFormatError {
    precondition((0...count).contains(error.offset) && !error.diagnostic.text.isEmpty)
  } catch is EmissionError {
  } catch {
    preconditionFailure("an unexpected error: \(error)")
  }
  return 0
}

private func use(_ file: WeightsFile) throws {
  var output = 0
  for layer in file.layers {
    precondition(layer.fieldRange.upperBound <= file.byteCount)
    var edit = MessageEdit()
    edit.set([1], [.string("renamed")])
    edit.set([106, 2], [.varint(1)])
    for (index, blob) in layer.blobs.enumerated() {
      let count = min(blob.count, values.count)
      if blob.storage.elementSize > 0 {
        let reader = try BlobReader(file, Blob(blob))
        try reader.read(0..<count, into: values)
        try reader.read(blob.count - count..<blob.count, into: values)
      }
      guard layer.generation != .v0, blob.storage.elementSize > 0 else { continue }
      let scale = ChannelScale(factors: [2], inner: max(blob.count, 1), modulus: 1)
      let writer = BlobWriter(
        file, subject: .blob(index: index, layerIndex: layer.index, layerName: layer.name))
      let pieces = try writer.pieces(
        blob.count > 0 ? Blob(blob).scaled(by: scale) : Blob(blob), field: layer.generation.blobsField,
        replacing: blob, legacyShape: false)
      precondition(pieces.byteCount == blob.fieldRange.count)
      edit.replacements[blob.fieldRange.lowerBound] = pieces
    }
    var rewriter = MessageRewriter(file.file)
    output += try rewriter.rewrite(layer.bodyRange, edit).byteCount
  }
  precondition(output >= 0)
}
