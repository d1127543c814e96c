/// Turns what a blob is to hold into parts of the output.
package struct BlobWriter: Sendable {
  private let file: WeightsFile
  private let subject: WireSubject

  /// Makes a writer; `subject` is what messages name.
  package init(_ file: WeightsFile, subject: WireSubject) {
    self.file = file
    self.subject = subject
  }

  /// The blob as field `field`, in the place of `original` if there is one.
  ///
  /// A blob that is made anew has legacy dimensions when `legacyShape` asks for them and it has no more
  /// than four.
  /// - Parameters:
  ///   - storedField: the number that `original` has as a field, where it is another one.
  ///   - shape: dimensions that take the place of those that the blob's bytes have; nil where these stay.
  package func pieces(
    _ content: BlobContent, field: Int, replacing original: StoredBlob?, legacyShape: Bool,
    storedField: Int? = nil, shape: [Int]? = nil
  ) throws -> OutputPieces {
    var output = OutputPieces()
    let number = storedField ?? field
    switch content {
    case .stored(let blob):
      var body = try StoredBody(blob, shape: shape, file)
      body.keep(upTo: blob.bodyRange.upperBound)
      output.add(body.finished, asField: field, replacing: original == blob ? header(blob, number) : nil)
    case .scaled(let blob, let scales):
      output.add(
        try scaled(blob, scales, shape), asField: field,
        replacing: original == blob ? header(blob, number) : nil)
    case .values, .computed:
      if case .other(let rawType) = content.storage { throw fail(.opaqueValues(rawType: rawType)) }
      if let original, original.storage == content.storage, original.count == content.count,
        Self.agree(original.shape, content.shape)
      {
        output.add(
          try patched(original, content, shape), asField: field, replacing: header(original, number))
      } else {
        output.add(try new(content, shape ?? content.shape, legacyShape: legacyShape), asField: field)
      }
    }
    return output
  }

  private func fail(_ problem: EmissionError.Problem) -> EmissionError {
    EmissionError(path: file.path, subject: subject, problem)
  }

  private func header(_ blob: StoredBlob, _ field: Int) -> WireField {
    WireField(number: field, type: .bytes, range: blob.fieldRange, body: blob.bodyRange)
  }

  private func scaled(
    _ blob: StoredBlob, _ scales: [ChannelScale], _ shape: [Int]?
  ) throws -> OutputPieces {
    if case .other(let rawType) = blob.storage { throw fail(.opaqueValues(rawType: rawType)) }
    for scale in scales where !scale.covers(count: blob.count) {
      throw fail(.scaleMismatch(count: blob.count, factors: scale.factors.count))
    }
    let stack = ScaleStack(scales)
    var body = try StoredBody(blob, shape: shape, file)
    for segment in scales.isEmpty ? [] : blob.segments {
      let run = ScaledRun(segment: segment, storage: blob.storage, scales: stack, subject: subject)
      body.keep(upTo: run.byteRange.lowerBound)
      body.output.add(run)
      body.position = run.byteRange.upperBound
    }
    body.keep(upTo: blob.bodyRange.upperBound)
    return body.finished
  }

  /// A stored blob with other values in the same bytes.
  private func patched(
    _ blob: StoredBlob, _ content: BlobContent, _ shape: [Int]?
  ) throws -> OutputPieces {
    var body = try StoredBody(blob, shape: shape, file)
    for segment in blob.segments {
      let range = segment.byteRange(elementSize: blob.storage.elementSize)
      body.keep(upTo: range.lowerBound)
      try add(
        segment.firstElement..<segment.firstElement + segment.count, of: content, over: segment,
        to: &body.output)
      body.position = range.upperBound
    }
    body.keep(upTo: blob.bodyRange.upperBound)
    return body.finished
  }

  /// A blob made anew, its fields in the order of their numbers, as Caffe writes them.
  private func new(
    _ content: BlobContent, _ shape: [Int], legacyShape: Bool
  ) throws -> OutputPieces {
    let storage = content.storage
    guard shape.reduce(1, *) == content.count else {
      throw fail(.shapeMismatch(shape: shape, values: content.count))
    }
    let isLegacy = legacyShape && shape.count <= 4
    var output = OutputPieces()
    if isLegacy {
      var encoder = WireEncoder()
      let padded = Array(repeating: 1, count: 4 - shape.count) + shape
      for (field, dimension) in zip(CaffeField.Blob.num...CaffeField.Blob.width, padded) {
        encoder.field(field, .int(dimension))
      }
      output.add(encoder.bytes)
    }
    var data = OutputPieces()
    try add(0..<content.count, of: content, over: nil, to: &data)
    if storage == .float { output.add(data, asField: CaffeField.Blob.data) }
    if !isLegacy { output.add(Self.shapeField(shape)) }
    if storage == .double { output.add(data, asField: CaffeField.Blob.doubleData) }
    if storage == .half {
      var encoder = WireEncoder()
      encoder.field(CaffeField.Blob.rawDataType, .varint(2))
      output.add(encoder.bytes)
      output.add(data, asField: CaffeField.Blob.rawData)
    }
    return output
  }

  /// The field `shape`.
  static func shapeField(_ shape: [Int]) -> [UInt8] {
    var dimensions = WireEncoder()
    for dimension in shape { dimensions.varint(UInt64(dimension)) }
    var message = WireEncoder()
    if !shape.isEmpty { message.field(CaffeField.Shape.dim, .bytes(dimensions.bytes)) }
    var encoder = WireEncoder()
    encoder.field(CaffeField.Blob.shape, .bytes(message.bytes))
    return encoder.bytes
  }

  /// Adds the bytes of new values: encoded now where they are in memory, else while they are written. With a segment the
  /// bytes between its values stay.
  private func add(
    _ elements: Range<Int>, of content: BlobContent, over segment: BlobSegment?, to output: inout OutputPieces
  ) throws {
    let size = content.storage.elementSize
    let spread = segment.flatMap { $0.stride == size ? nil : $0 }
    guard case .values(let values, _, let storage) = content else {
      return output.add(
        ComputedRun(
          reader: try BlobContentReader(file, content, subject: subject), elements: elements,
          storage: content.storage, segment: spread, subject: subject, path: file.path))
    }
    guard !elements.isEmpty else { return }
    let stride = spread?.stride ?? size
    var bytes = [UInt8](repeating: 0, count: (elements.count - 1) * stride + size)
    let lost = try bytes.withUnsafeMutableBytes { bytes in
      if let spread { try file.file.read(at: spread.offset, into: bytes) }
      return values.withUnsafeBufferPointer {
        BlobEncoder(storage: storage, stride: stride).encode(
          UnsafeBufferPointer(rebasing: $0[elements]), into: bytes.baseAddress!)
      }
    }
    if let lost {
      let element = elements.lowerBound + lost
      throw fail(.overflow(element: element, value: values[element], factor: nil, storage: storage))
    }
    output.add(bytes)
  }

  /// Whether two shapes are the same but for leading ones.
  private static func agree(_ first: [Int], _ second: [Int]) -> Bool {
    first.drop { $0 == 1 }.elementsEqual(second.drop { $0 == 1 })
  }
}
