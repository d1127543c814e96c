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
    let scratch = Scratch(sources, elements, stride: blob.segments.map(\.stride).max() ?? 1)
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
              let form = scratch.forms[index]
              return try memoryValues(source, block, form)
                ?? values(source, block, bytes, scratch.kernel, form, blob, segment)
            })
        }
      }
    }
  }

  private func runInMemory(_ elements: Range<Int>, _ body: (Int, [WeightValues]) throws -> Void) throws {
    let scratch = Scratch(sources, elements, stride: 0)
    for first in stride(from: elements.lowerBound, to: elements.upperBound, by: Self.block) {
      let block = first..<min(first + Self.block, elements.upperBound)
      try body(
        first, zip(sources, scratch.forms).compactMap { try memoryValues($0, block, $1) })
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

  /// Values that do not lie in the file; nil for those that do.
  private func memoryValues(
    _ source: Source, _ block: Range<Int>, _ form: Scratch.Form
  ) throws -> WeightValues? {
    switch source {
    case .stored, .scaled, .unrounded: return nil
    case .values(let values):
      let numbers = form.bytes.assumingMemoryBound(to: Double.self)
      values.withUnsafeBufferPointer {
        numbers.update(from: $0.baseAddress! + block.lowerBound, count: block.count)
      }
      return .doubles(UnsafeBufferPointer(start: numbers, count: block.count))
    case .computed: return try form.computed.map { .doubles(try $0.values(block)) }
    }
  }

  private func values(
    _ source: Source, _ block: Range<Int>, _ bytes: UnsafeMutableRawPointer, _ kernel: borrowing ScaleKernel,
    _ form: Scratch.Form, _ blob: StoredBlob, _ segment: BlobSegment
  ) throws -> WeightValues {
    let (count, storage) = (block.count, blob.storage)
    switch source {
    case .values, .computed: preconditionFailure("they are in memory")
    case .stored:
      return Self.decoded(bytes, count, storage, form.numbers)
    case .scaled(let stack):
      let isFinite = kernel.scale(
        bytes, into: form.bytes, count: count, first: block.lowerBound, storage: storage, by: stack)
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

    /// For one form a block of scaled values, and one of widened ones; or what is computed.
    struct Form {
      let bytes: UnsafeMutableRawPointer
      let numbers: UnsafeMutablePointer<Float>
      var computed: ComputedValues?
    }

    init(_ sources: [Source], _ elements: Range<Int>, stride: Int) {
      raw = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(readBytes, elements.count * stride) + stride, alignment: 16)
      let count = min(block, elements.count)
      forms = sources.map { source in
        var form = Form(
          bytes: UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 16),
          numbers: UnsafeMutablePointer<Float>.allocate(capacity: count))
        if case .computed(let reader, let storage) = source {
          form.computed = ComputedValues(reader, storage, elements)
        }
        return form
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

  /// Computed values, as many at a time as suits what computes them.
  private final class ComputedValues {
    private let reader: BlobContentReader
    private let storage: BlobStorage?
    private let elements: Range<Int>
    private let numbers: UnsafeMutableBufferPointer<Double>
    private var known = 0..<0

    init(_ reader: BlobContentReader, _ storage: BlobStorage?, _ elements: Range<Int>) {
      self.reader = reader
      self.storage = storage
      self.elements = elements
      numbers = .allocate(capacity: min(max(reader.block, block), elements.count))
    }

    deinit { numbers.deallocate() }

    /// The values of a block, which ask for no memory of their own; blocks come in order.
    func values(_ block: Range<Int>) throws -> UnsafeBufferPointer<Double> {
      if block.lowerBound < known.lowerBound || block.upperBound > known.upperBound {
        let next = block.lowerBound..<min(block.lowerBound + numbers.count, elements.upperBound)
        known = 0..<0
        try reader.read(next, into: numbers)
        if let storage {
          for index in 0..<next.count { numbers[index] = storage.rounded(numbers[index]) }
        }
        known = next
      }
      let start = block.lowerBound - known.lowerBound
      return UnsafeBufferPointer(rebasing: numbers[start..<start + block.count])
    }
  }
}
