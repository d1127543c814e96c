/// One reading of weights that gives them in several forms at once, as they are stored and as they will be written.
///
/// Bytes are read once, in pieces that stay in the second-level cache, and handed on in blocks that stay in the first
/// while all forms are looked at. Scaling is done by ``ScaleKernel``, which also scales what is written.
package struct BlobPass: Sendable {
  /// What is wanted of a blob.
  package struct Form: Sendable {
    /// The blob; of several forms all that are stored in the file are the same blob there.
    package var content: BlobContent
    /// How far its values are rounded.
    package var precision: BlobEvaluator.Precision

    /// Makes a form from its parts.
    package init(_ content: BlobContent, _ precision: BlobEvaluator.Precision = .asWritten) {
      self.content = content
      self.precision = precision
    }
  }

  /// A form, prepared.
  private enum Source {
    case stored
    /// Multiplied in the stored type.
    case scaled(ScaleStack)
    /// Multiplied in Double.
    case unrounded(ScaleStack)
    case values([Double])
    /// Computed as it is read, and rounded to the type of the blob if there is one.
    case computed(BlobContentReader, BlobStorage?)
  }

  private let file: WeightsFile
  private let blob: StoredBlob?
  private let sources: [Source]
  private let subject: WireSubject

  private static let readBytes = 131_072
  private static let block = 4096

  /// Prepares a reading; `subject` is what messages name.
  ///
  /// - Throws: `EmissionError` where factors do not fit the blob, `WireFormatError` where its number type is not known.
  package init(_ file: WeightsFile, _ forms: [Form], subject: WireSubject = .net) throws {
    self.file = file
    self.subject = subject
    var blob: StoredBlob?
    sources = try forms.map { form in
      switch form.content {
      case .values(let values, _, let storage):
        return .values(form.precision == .asWritten ? values.map(storage.rounded) : values)
      case .stored(let stored):
        blob = stored
        return .stored
      case .scaled(let stored, let scales):
        blob = stored
        for scale in scales where !scale.covers(count: stored.count) {
          throw EmissionError(
            path: file.path, subject: subject,
            .scaleMismatch(count: stored.count, factors: scale.factors.count))
        }
        let stack = ScaleStack(scales)
        return form.precision == .asWritten ? .scaled(stack) : .unrounded(stack)
      case .computed(let computed):
        return .computed(
          try BlobContentReader(file, form.content, subject: subject),
          form.precision == .asWritten ? computed.storage : nil)
      }
    }
    self.blob = blob
    if let blob { try file.checkReadable(blob) }
  }

  /// Gives the elements of a range block by block: the index of a block's first element, and its values in each
  /// form, which must not escape.
  ///
  /// Readings of different ranges may run at the same time.
  ///
  /// - Throws: `FileError`, and `EmissionError` where a value is finite no more once it is scaled.
  package func run(_ elements: Range<Int>, _ body: (Int, [WeightValues]) throws -> Void) throws {
    guard let blob else { return try runInMemory(elements, body) }
    let scratch = Scratch(
      forms: sources.count, elements: elements.count, stride: blob.segments.map(\.stride).max() ?? 1)
    for segment in blob.segments {
      let part = elements.clamped(to: segment.firstElement..<segment.firstElement + segment.count)
      let most = max(1, Self.readBytes / segment.stride)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: most) {
        let piece = start..<min(start + most, part.upperBound)
        try read(piece, of: segment, blob.storage.elementSize, into: scratch.raw)
        for first in stride(from: start, to: piece.upperBound, by: Self.block) {
          let block = first..<min(first + Self.block, piece.upperBound)
          let bytes = scratch.raw.baseAddress! + (first - start) * blob.storage.elementSize
          try body(
            first,
            sources.enumerated().map { index, source in
              try values(source, block, bytes, scratch, scratch.forms[index], blob, segment)
            })
        }
      }
    }
  }

  private func runInMemory(_ elements: Range<Int>, _ body: (Int, [WeightValues]) throws -> Void) throws {
    for first in stride(from: elements.lowerBound, to: elements.upperBound, by: Self.block) {
      let block = first..<min(first + Self.block, elements.upperBound)
      let copies = try sources.map { source in
        switch source {
        case .values(let values): return Array(values[block])
        case .computed(let reader, let storage):
          return try [Double](unsafeUninitializedCapacity: block.count) { buffer, count in
            try Self.compute(reader, storage, block, into: buffer)
            count = block.count
          }
        case .stored, .scaled, .unrounded: return []
        }
      }
      try Self.lend(copies[...], [], first, body)
    }
  }

  private static func lend(
    _ copies: ArraySlice<[Double]>, _ lent: [WeightValues], _ first: Int,
    _ body: (Int, [WeightValues]) throws -> Void
  ) throws {
    guard let copy = copies.first else { return try body(first, lent) }
    try copy.withUnsafeBufferPointer {
      try lend(copies.dropFirst(), lent + [.doubles($0)], first, body)
    }
  }

  /// Brings elements of a segment to the begin of a buffer, one behind the other.
  private func read(
    _ elements: Range<Int>, of segment: BlobSegment, _ size: Int, into raw: UnsafeMutableRawBufferPointer
  ) throws {
    let offset = segment.offset + (elements.lowerBound - segment.firstElement) * segment.stride
    let byteCount = (elements.count - 1) * segment.stride + size
    try file.file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: raw[..<byteCount]))
    guard segment.stride != size, let base = raw.baseAddress else { return }
    for index in 1..<max(elements.count, 1) {
      (base + index * size).copyMemory(from: base + index * segment.stride, byteCount: size)
    }
  }

  private func values(
    _ source: Source, _ block: Range<Int>, _ bytes: UnsafeMutableRawPointer, _ scratch: Scratch,
    _ form: Scratch.Form, _ blob: StoredBlob, _ segment: BlobSegment
  ) throws -> WeightValues {
    let (count, storage) = (block.count, blob.storage)
    switch source {
    case .values(let values):
      form.bytes.copyMemory(from: Array(values[block]), byteCount: count * 8)
      return Self.decoded(form.bytes, count, .double, form.numbers)
    case .computed(let reader, let target):
      let numbers = UnsafeMutableBufferPointer(
        start: form.bytes.assumingMemoryBound(to: Double.self), count: count)
      try Self.compute(reader, target, block, into: numbers)
      return .doubles(UnsafeBufferPointer(numbers))
    case .stored:
      return Self.decoded(bytes, count, storage, form.numbers)
    case .scaled(let stack):
      let size = storage.elementSize
      form.bytes.copyMemory(from: bytes, byteCount: count * size)
      let isFinite = scratch.kernel.scale(
        form.bytes, stride: size, count: count, first: block.lowerBound, storage: storage, by: stack)
      if !isFinite {
        let run = ScaledRun(segment: segment, storage: storage, scales: stack, subject: subject)
        try run.checkFinite(block, in: file.file)
      }
      return Self.decoded(form.bytes, count, storage, form.numbers)
    case .unrounded(let stack):
      let products = form.bytes.assumingMemoryBound(to: Double.self)
      stack.expand(from: block.lowerBound, into: UnsafeMutableBufferPointer(start: products, count: count))
      switch Self.decoded(bytes, count, storage, form.numbers) {
      case .floats(let values): for index in 0..<count { products[index] *= Double(values[index]) }
      case .doubles(let values): for index in 0..<count { products[index] *= values[index] }
      }
      return .doubles(UnsafeBufferPointer(start: products, count: count))
    }
  }

  private static func compute(
    _ reader: BlobContentReader, _ storage: BlobStorage?, _ block: Range<Int>,
    into numbers: UnsafeMutableBufferPointer<Double>
  ) throws {
    try reader.read(block, into: numbers)
    guard let storage else { return }
    for index in 0..<block.count { numbers[index] = storage.rounded(numbers[index]) }
  }

  /// Stored values in a type to compute with: where they lie, or in `numbers`.
  private static func decoded(
    _ bytes: UnsafeMutableRawPointer, _ count: Int, _ storage: BlobStorage,
    _ numbers: UnsafeMutablePointer<Float>
  ) -> WeightValues {
    switch storage {
    case .float:
      return .floats(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: Float.self), count: count))
    case .double, .other:
      return .doubles(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: Double.self), count: count))
    case .half:
      HalfPrecision.widen(
        UnsafePointer(bytes.assumingMemoryBound(to: UInt16.self)), into: numbers, count: count)
      return .floats(UnsafeBufferPointer(start: numbers, count: count))
    }
  }

  /// Memory of one reading.
  private final class Scratch {
    /// What was read.
    let raw: UnsafeMutableRawBufferPointer
    let forms: [Form]
    let kernel = ScaleKernel()

    /// For one form a block of scaled values, and one of widened ones.
    struct Form {
      let bytes: UnsafeMutableRawPointer
      let numbers: UnsafeMutablePointer<Float>
    }

    init(forms formCount: Int, elements: Int, stride: Int) {
      raw = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(readBytes, elements * stride) + stride, alignment: 64)
      let count = min(block, elements)
      forms = (0..<formCount).map { _ in
        Form(
          bytes: UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64),
          numbers: UnsafeMutablePointer<Float>.allocate(capacity: count))
      }
    }

    deinit {
      raw.deallocate()
      for form in forms {
        form.bytes.deallocate()
        form.numbers.deallocate()
      }
    }
  }
}
