/// Values that lie together in a file, each scaled in its place when it is read.
struct ScaledValues: ByteSource {
  let run: ScaledRun
  let input: InputFile

  var byteCount: Int { run.byteRange.count }
  var valueSize: Int { run.storage.elementSize }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let bytes = buffer.baseAddress else { return }
    try input.read(at: run.byteRange.lowerBound + offset, into: buffer)
    let first = run.segment.firstElement + offset / valueSize
    let count = buffer.count / valueSize
    let isFinite = ScaleKernel().scale(
      bytes, stride: valueSize, count: count, first: first, storage: run.storage, by: run.scales)
    if !isFinite { try run.checkFinite(first..<first + count, in: input) }
  }
}

extension WeightsFile {
  /// The bytes of what a blob is to hold, one value after the other in the number type that it is stored in: copied or scaled on
  /// their way. Nil where they lie apart in the file, and for new values.
  ///
  /// - Parameter subject: what messages name.
  /// - Throws: `EmissionError` where factors do not fit the blob.
  package func bytes(of content: BlobContent, subject: WireSubject) throws(EmissionError)
    -> (any ByteSource)?
  {
    let blob: StoredBlob
    var scales: [ChannelScale] = []
    switch content {
    case .stored(let stored): blob = stored
    case .scaled(let stored, let factors): (blob, scales) = (stored, factors)
    case .values, .computed: return nil
    }
    let size = blob.storage.elementSize
    guard size > 0, blob.segments.count == 1, blob.segments[0].stride == size else { return nil }
    guard !scales.isEmpty else { return FileBytes(file, blob.segments[0].byteRange(elementSize: size)) }
    for scale in scales where !scale.covers(count: blob.count) {
      throw EmissionError(
        path: path, subject: subject, .scaleMismatch(count: blob.count, factors: scale.factors.count))
    }
    return ScaledValues(
      run: ScaledRun(
        segment: blob.segments[0], storage: blob.storage, scales: ScaleStack(scales), subject: subject),
      input: file)
  }
}
