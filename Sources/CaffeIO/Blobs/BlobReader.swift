import Tensors

/// Reads blobs piece by piece, as they will be written or before they are rounded. Memory does not grow with the blob.
///
///     try BlobReader(file, blob).values()                                  // a small one, as a whole
///     try BlobReader(file, [(old, .asWritten), (new, .asWritten)]).run(0..<old.count) { first, forms in … }
///
/// Several blobs that are one blob in the file, such as the weights of a layer before and after a fold, are read together: the
/// bytes once, in pieces that stay in the second-level cache, then all forms of a block that stays in the first.
package struct BlobReader: NumberSource {
  /// How far values are rounded.
  package enum Precision: Sendable {
    /// In their stored type, by the arithmetic that writes them.
    case asWritten
    /// Not at all: products of stored values and factors in Double.
    case unrounded
  }

  /// A blob, prepared.
  private enum Form: Sendable {
    case stored
    /// Multiplied in the stored type.
    case scaled(ScaleStack)
    /// Multiplied in Double.
    case unrounded(ScaleStack)
    case held([Double])
    case computed(ComputedForm)
  }

  /// Computed numbers, and the type they are rounded to if they are.
  fileprivate struct ComputedForm: Sendable {
    let numbers: LazyTensor
    let scales: ScaleStack
    let storage: BlobStorage?

    func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
      try numbers.read(elements, into: output)
      let made = UnsafeMutableBufferPointer(rebasing: output[..<elements.count])
      scales.multiply(made, from: elements.lowerBound)
      if let storage { for index in made.indices { made[index] = storage.rounded(made[index]) } }
    }
  }

  private let file: WeightsFile
  private let stored: StoredBlob?
  private let forms: [Form]
  private let subject: WireSubject
  /// How many values the blob has.
  package let count: Int
  /// How many values are best read at a time.
  package let block: Int
  /// How many operations it takes to compute a value; 1 for one that is stored.
  package let cost: Int

  private static let readBytes = 131_072
  private static let formBlock = 4096
  private static let smallestBlock = 8192

  /// Prepares the reading of one blob; `subject` is what messages name.
  ///
  /// - Throws: `EmissionError` where factors do not fit the blob, `WireFormatError` where its number type is not known.
  package init(
    _ file: WeightsFile, _ blob: Blob, _ precision: Precision = .asWritten, subject: WireSubject = .net
  ) throws {
    try self.init(file, [(blob, precision)], subject: subject)
  }

  /// Prepares the reading of several blobs together; all of them that are stored in the file are the same blob there.
  ///
  /// - Throws: as the reading of one.
  package init(
    _ file: WeightsFile, _ blobs: [(blob: Blob, precision: Precision)], subject: WireSubject = .net
  ) throws {
    self.file = file
    self.subject = subject
    count = blobs.map(\.blob.count).min() ?? 0
    var (stored, block, cost) = (StoredBlob?.none, Self.smallestBlock, 1)
    forms = try blobs.map { blob, precision in
      if let factors = blob.scales.misfit(count: blob.count) {
        throw EmissionError(
          path: file.path, subject: subject, .scaleMismatch(count: blob.count, factors: factors))
      }
      switch blob.source {
      case .stored(let found):
        stored = found
        if blob.scales.isEmpty { return .stored }
        return precision == .asWritten ? .scaled(blob.scales) : .unrounded(blob.scales)
      case .held(let values):
        return .held(precision == .asWritten ? values.map(blob.storage.rounded) : values)
      case .computed(let numbers, _):
        (block, cost) = (max(block, numbers.block), max(cost, numbers.cost + 1))
        return .computed(
          ComputedForm(
            numbers: numbers, scales: blob.scales, storage: precision == .asWritten ? blob.storage : nil))
      }
    }
    (self.stored, self.block, self.cost) = (stored, block, cost)
    if let stored, case .other(let type) = stored.storage {
      throw WireFormatError(
        path: file.path, offset: stored.fieldRange.lowerBound, subject: file.subject(of: stored),
        .unreadableValues(rawType: type))
    }
  }

  /// All values of the first form; for blobs that are small enough to hold.
  ///
  /// - Throws: as ``run(_:_:)``.
  package func values() throws -> [Double] {
    try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(0..<count, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// All values of the first form, rounded to single precision.
  ///
  /// - Throws: as ``run(_:_:)``.
  package func floats() throws -> [Float] {
    try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      try run(0..<count) { first, forms in
        switch forms[0] {
        case .floats(let values): for index in values.indices { buffer[first + index] = values[index] }
        case .doubles(let values):
          for index in values.indices { buffer[first + index] = Float(values[index]) }
        }
      }
      initialized = count
    }
  }

  /// Writes a range of the values of the first form to the begin of `output`. Ranges may be read at the same time.
  ///
  /// - Throws: as ``run(_:_:)``.
  package func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    if case .computed(let form)? = forms.first { return try form.read(elements, into: output) }
    guard let base = output.baseAddress else { return }
    try run(elements) { first, forms in forms[0].widen(into: base + (first - elements.lowerBound)) }
  }

  /// Runs `body` over the values of the first form in Double, with the index of the first of each block.
  ///
  /// - Throws: as ``run(_:_:)``.
  package func forEachBlock(_ body: (Int, UnsafeBufferPointer<Double>) throws -> Void) throws {
    let numbers = UnsafeMutableBufferPointer<Double>.allocate(capacity: Self.formBlock)
    defer { numbers.deallocate() }
    guard let base = numbers.baseAddress else { return }
    try run(0..<count) { first, forms in
      forms[0].widen(into: base)
      try body(first, UnsafeBufferPointer(rebasing: numbers[..<forms[0].count]))
    }
  }

  /// Runs `body` over a range of the values, block by block: the index of a block's first value, and the values in each form,
  /// which must not escape.
  ///
  /// Ranges may be read at the same time.
  ///
  /// - Throws: `FileError`, `EmissionError` where a finite value becomes infinite by scaling, and what computing numbers throws.
  package func run(_ elements: Range<Int>, _ body: (Int, [WeightValues]) throws -> Void) throws {
    precondition(elements.lowerBound >= 0 && elements.upperBound <= count, "callers divide 0..<count")
    let scratch = Scratch(forms, elements, stride: stored?.segments.map(\.stride).max() ?? 0)
    func run(_ range: Range<Int>, _ segment: BlobSegment?) throws {
      for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.formBlock) {
        let block = first..<min(first + Self.formBlock, range.upperBound)
        try body(
          first,
          forms.indices.map { try values(of: $0, block, from: range.lowerBound, segment, scratch) })
      }
    }
    guard let stored else { return try run(elements, nil) }
    for segment in stored.segments(holding: elements) {
      let part = elements.clamped(to: segment.elements)
      let most = max(1, Self.readBytes / segment.stride)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: most) {
        let piece = start..<min(start + most, part.upperBound)
        try segment.read(piece, elementSize: stored.storage.elementSize, of: file.file, into: scratch.raw)
        try run(piece, segment)
      }
    }
  }

  /// A block of a form; `start` is the element whose bytes lie first in `scratch`.
  private func values(
    of index: Int, _ block: Range<Int>, from start: Int, _ segment: BlobSegment?, _ scratch: Scratch
  ) throws -> WeightValues {
    let (form, memory) = (forms[index], scratch.forms[index])
    switch form {
    case .held(let values):
      let numbers = memory.bytes.assumingMemoryBound(to: Double.self)
      values.withUnsafeBufferPointer {
        numbers.update(from: $0.baseAddress! + block.lowerBound, count: block.count)
      }
      return .doubles(UnsafeBufferPointer(start: numbers, count: block.count))
    case .computed:
      guard let computed = memory.computed else { preconditionFailure("made for each computed form") }
      return .doubles(try computed.values(block))
    case .stored, .scaled, .unrounded:
      guard let stored, let segment, let raw = scratch.raw.baseAddress else {
        preconditionFailure("such forms come of a stored blob")
      }
      let bytes = raw + (block.lowerBound - start) * stored.storage.elementSize
      return try values(form, block, bytes, scratch.kernel, memory, stored, segment)
    }
  }

  private func values(
    _ form: Form, _ block: Range<Int>, _ bytes: UnsafeMutableRawPointer, _ kernel: borrowing ScaleKernel,
    _ memory: Scratch.Form, _ blob: StoredBlob, _ segment: BlobSegment
  ) throws -> WeightValues {
    let (count, storage) = (block.count, blob.storage)
    switch form {
    case .scaled(let stack):
      let size = storage.elementSize
      memory.bytes.copyMemory(from: bytes, byteCount: count * size)
      let isFinite = kernel.scale(
        memory.bytes, stride: size, count: count, first: block.lowerBound, storage: storage, by: stack)
      if !isFinite {
        try BlobRun(scaling: segment, storage, by: stack, subject: subject).checkFinite(block, in: file.file)
      }
      return storage.decode(memory.bytes, count: count, widened: memory.numbers)
    case .unrounded(let stack):
      let products = memory.bytes.assumingMemoryBound(to: Double.self)
      storage.decode(bytes, count: count, widened: memory.numbers).widen(into: products)
      stack.multiply(UnsafeMutableBufferPointer(start: products, count: count), from: block.lowerBound)
      return .doubles(UnsafeBufferPointer(start: products, count: count))
    case .stored, .held, .computed:
      return storage.decode(bytes, count: count, widened: memory.numbers)
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

    init(_ forms: [BlobReader.Form], _ elements: Range<Int>, stride: Int) {
      // No more aligned than any memory is: what glibc aligns beyond that is not used again as it is freed.
      let (most, overflow) = elements.count.multipliedReportingOverflow(by: stride)
      raw = UnsafeMutableRawBufferPointer.allocate(
        byteCount: (overflow ? readBytes : min(readBytes, most)) + stride, alignment: 16)
      let count = min(formBlock, elements.count)
      self.forms = forms.map { form in
        var memory = Form(
          bytes: UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 16),
          numbers: UnsafeMutablePointer<Float>.allocate(capacity: count))
        if case .computed(let form) = form { memory.computed = ComputedValues(form, elements) }
        return memory
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
    private let form: ComputedForm
    private let elements: Range<Int>
    private let numbers: UnsafeMutableBufferPointer<Double>
    private var known = 0..<0

    init(_ form: ComputedForm, _ elements: Range<Int>) {
      self.form = form
      self.elements = elements
      numbers = .allocate(capacity: min(max(form.numbers.block, smallestBlock), elements.count))
    }

    deinit { numbers.deallocate() }

    /// The values of a block, which ask for no memory of their own; blocks come in order.
    func values(_ block: Range<Int>) throws -> UnsafeBufferPointer<Double> {
      if block.lowerBound < known.lowerBound || block.upperBound > known.upperBound {
        let next = block.lowerBound..<min(block.lowerBound + numbers.count, elements.upperBound)
        known = 0..<0
        try form.read(next, into: numbers)
        known = next
      }
      let start = block.lowerBound - known.lowerBound
      return UnsafeBufferPointer(rebasing: numbers[start..<start + block.count])
    }
  }
}
