import Locks
import Synchronization
import Threads

/// Writes the parts of an output in chunks, on both cores when there is enough to do.
///
/// A chunk is read from the input with one call for each stretch that lies together there, scaled where
/// it lies, completed with what is computed, and written with one call. Chunks are independent: each thread takes the next one, so that
/// one reads and computes while the other writes (the system lets one thread at a time write to a file).
package final class PieceWriter: Sendable {
  /// How an output is written.
  package struct Options: Sendable {
    /// The size of a chunk in bytes; each thread has one in memory.
    package var chunkBytes = 1 << 19
    /// The most threads.
    package var threads = 2
    /// An output smaller than this is written by one thread.
    package var parallelBytes = 4 << 20
    /// Whether disk space is taken before the first byte is written.
    package var reservesSpace = true

    /// The defaults, which were measured (Documentation/Performance.md).
    package init() {}
  }

  private let pieces: [OutputPiece]
  private let byteCount: Int
  private let input: InputFile
  private let output: AtomicFile
  private let options: Options
  private let chunks: [Chunk]
  private let nextChunk = Atomic(0)
  private let bytesDone = Atomic(0)
  private let failure = Guarded<(any Error)?>(nil)

  private static let pageSize = 4096

  /// A stretch of the output that begins in a piece, `offset` bytes from its start.
  private struct Chunk {
    var start: Int
    var byteCount: Int
    var piece: Int
    var offset: Int
  }

  /// Makes a writer of `pieces`, which tell positions in `input`, to `output`.
  package init(
    _ pieces: OutputPieces, from input: InputFile, to output: AtomicFile, options: Options = Options()
  ) {
    self.pieces = pieces.pieces
    byteCount = pieces.byteCount
    self.input = input
    self.output = output
    self.options = options
    chunks = Self.divide(pieces, chunkBytes: options.chunkBytes)
  }

  /// Makes a writer of `pieces` that take nothing from an input.
  package convenience init(_ pieces: OutputPieces, to output: AtomicFile, options: Options = Options()) {
    self.init(pieces, from: InputFile(bytes: [], path: output.path), to: output, options: options)
  }

  /// Cuts an output into chunks. No value that is scaled or computed is cut: a chunk ends before it.
  private static func divide(_ pieces: OutputPieces, chunkBytes: Int) -> [Chunk] {
    var chunks: [Chunk] = []
    var start = 0
    var (piece, offset) = (0, 0)
    while start < pieces.byteCount {
      var chunk = Chunk(start: start, byteCount: 0, piece: piece, offset: offset)
      while piece < pieces.pieces.count, chunk.byteCount < chunkBytes {
        let rest = pieces.pieces[piece].byteCount - offset
        let room = chunkBytes - chunk.byteCount
        if rest <= room {
          chunk.byteCount += rest
          (piece, offset) = (piece + 1, 0)
          continue
        }
        var end = offset + room
        if let stride = pieces.pieces[piece].valueStride { end -= end % stride }
        guard end > offset else { break }
        chunk.byteCount += end - offset
        offset = end
        break
      }
      chunks.append(chunk)
      start += chunk.byteCount
    }
    return chunks
  }

  /// Writes everything. `progress` gets the bytes done and all bytes, on the calling thread; the last call has all bytes done.
  package func run(progress: ((Int, Int) -> Void)? = nil) throws {
    if options.reservesSpace { try output.reserve(byteCount) }
    let helpers = byteCount >= options.parallelBytes ? options.threads - 1 : 0
    // Where no thread is to be had, this one does all the work.
    let threads = (0..<helpers).compactMap { _ in WorkerThread { self.work(nil) } }
    var lastDone = 0
    work { done, total in
      lastDone = done
      progress?(done, total)
    }
    for thread in threads { thread.join() }
    if let error = failure.withLock({ $0 }) { throw error }
    // Another thread may have written the last chunk, or all of them.
    if lastDone < byteCount { progress?(byteCount, byteCount) }
  }

  private func work(_ progress: ((Int, Int) -> Void)?) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: options.chunkBytes + Self.pageSize, alignment: Self.pageSize)
    defer { buffer.deallocate() }
    let kernel = ScaleKernel()
    do {
      while true {
        let index = nextChunk.add(1, ordering: .relaxed).oldValue
        guard index < chunks.count else { return }
        let chunk = chunks[index]
        // A copy is faster when source and target lie alike within their pages.
        let margin = chunk.start % Self.pageSize
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[margin..<margin + chunk.byteCount])
        try fill(bytes, chunk, kernel)
        try output.write(UnsafeRawBufferPointer(bytes), at: chunk.start)
        let done = bytesDone.add(chunk.byteCount, ordering: .relaxed).newValue
        progress?(done, byteCount)
      }
    } catch {
      // The other threads find no more chunks.
      nextChunk.store(chunks.count, ordering: .relaxed)
      failure.withLock { $0 = $0 ?? error }
    }
  }

  /// Brings a chunk of the output into memory.
  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ chunk: Chunk, _ kernel: borrowing ScaleKernel
  ) throws {
    try read(buffer, chunk)
    var done = 0
    try forEachPart(of: chunk) { piece, part in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + part.count])
      switch piece {
      case .kept, .bytes: break
      case .scaled(let run): try scale(bytes, part, run, kernel)
      case .computed(let run):
        try run.write(
          (part.count + run.stride - 1) / run.stride, from: part.lowerBound / run.stride,
          into: bytes.baseAddress!)
      case .source(let source): try source.read(at: part.lowerBound, into: bytes)
      }
      done += part.count
    }
  }

  /// Reads what a chunk takes from the input and copies what is new.
  private func read(_ buffer: UnsafeMutableRawBufferPointer, _ chunk: Chunk) throws {
    var done = 0
    var pending = 0..<0
    func flush() throws {
      guard !pending.isEmpty else { return }
      let target = buffer[done - pending.count..<done]
      try input.read(at: pending.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: target))
      pending = 0..<0
    }
    try forEachPart(of: chunk) { piece, part in
      let source: Range<Int>
      switch piece {
      case .bytes(let bytes):
        try flush()
        buffer[done..<done + part.count].copyBytes(from: bytes[part])
        done += part.count
        return
      case .source:
        try flush()
        done += part.count
        return
      case .kept(let range): source = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      case .scaled(let run):
        let start = run.segment.offset
        source = start + part.lowerBound..<start + part.upperBound
      case .computed(let run):
        guard let start = run.segment?.offset else {
          try flush()
          done += part.count
          return
        }
        source = start + part.lowerBound..<start + part.upperBound
      }
      if pending.upperBound != source.lowerBound { try flush() }
      pending = pending.isEmpty ? source : pending.lowerBound..<source.upperBound
      done += part.count
    }
    try flush()
  }

  /// The pieces that make a chunk, each with the range of its bytes that lies in the chunk.
  private func forEachPart(of chunk: Chunk, _ body: (OutputPiece, Range<Int>) throws -> Void) rethrows {
    var (piece, offset) = (chunk.piece, chunk.offset)
    var rest = chunk.byteCount
    while rest > 0 {
      let part = offset..<min(pieces[piece].byteCount, offset + rest)
      try body(pieces[piece], part)
      rest -= part.count
      (piece, offset) = (piece + 1, 0)
    }
  }

  private func scale(
    _ bytes: UnsafeMutableRawBufferPointer, _ part: Range<Int>, _ run: ScaledRun,
    _ kernel: borrowing ScaleKernel
  ) throws {
    let segment = run.segment
    let first = segment.firstElement + part.lowerBound / segment.stride
    let count = (bytes.count + segment.stride - 1) / segment.stride
    let isFinite = kernel.scale(
      bytes.baseAddress!, stride: segment.stride, count: count, first: first, storage: run.storage,
      by: run.scales)
    if !isFinite { try run.checkFinite(first..<first + count, in: input) }
  }
}
