import Tensors

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
  package func pieces(
    _ blob: Blob, field: Int, replacing original: StoredBlob?, legacyShape: Bool
  ) throws -> OutputPieces {
    if case .other(let rawType) = blob.storage, blob.stored == nil || !blob.scales.isEmpty {
      throw fail(.opaqueValues(rawType: rawType))
    }
    if let factors = blob.scales.misfit(count: blob.count) {
      throw fail(.scaleMismatch(count: blob.count, factors: factors))
    }
    var output = OutputPieces()
    if let stored = blob.stored {
      let isInPlace = original?.fieldRange == stored.fieldRange
      output.add(
        scaled(stored, blob.scales), asField: field, replacing: isInPlace ? header(stored, field) : nil)
      return output
    }
    if let original, original.storage == blob.storage, original.count == blob.count,
      original.shape.drop(while: { $0 == 1 }).elementsEqual(blob.shape.drop { $0 == 1 })
    {
      output.add(try patched(original, blob), asField: field, replacing: header(original, field))
    } else {
      output.add(try new(blob, legacyShape: legacyShape), asField: field)
    }
    return output
  }

  private func fail(_ problem: EmissionError.Problem) -> EmissionError {
    EmissionError(path: file.path, subject: subject, problem)
  }

  private func header(_ blob: StoredBlob, _ field: Int) -> WireField {
    WireField(number: field, type: .bytes, range: blob.fieldRange, body: blob.bodyRange)
  }

  /// A stored blob, its values multiplied where they lie.
  private func scaled(_ blob: StoredBlob, _ scales: ScaleStack) -> OutputPieces {
    var output = OutputPieces()
    var keptUpTo = blob.bodyRange.lowerBound
    for segment in scales.isEmpty ? [] : blob.segments {
      let range = segment.byteRange(elementSize: blob.storage.elementSize)
      output.keep(keptUpTo..<range.lowerBound)
      output.add(BlobRun(scaling: segment, blob.storage, by: scales, subject: subject))
      keptUpTo = range.upperBound
    }
    output.keep(keptUpTo..<blob.bodyRange.upperBound)
    return output
  }

  /// A stored blob with other values in the same bytes.
  private func patched(_ stored: StoredBlob, _ blob: Blob) throws -> OutputPieces {
    var output = OutputPieces()
    var keptUpTo = stored.bodyRange.lowerBound
    for segment in stored.segments {
      let range = segment.byteRange(elementSize: stored.storage.elementSize)
      output.keep(keptUpTo..<range.lowerBound)
      try add(segment.elements, of: blob, over: segment, to: &output)
      keptUpTo = range.upperBound
    }
    output.keep(keptUpTo..<stored.bodyRange.upperBound)
    return output
  }

  /// A blob made anew, its fields in the order of their numbers, as Caffe writes them.
  private func new(_ blob: Blob, legacyShape: Bool) throws -> OutputPieces {
    let (shape, storage) = (blob.shape, blob.storage)
    guard shape.product == blob.count else {
      throw fail(.shapeMismatch(shape: shape, values: blob.count))
    }
    let isLegacy = legacyShape && shape.count <= 4
    var output = OutputPieces()
    if isLegacy {
      var encoder = WireEncoder()
      for (field, dimension) in zip(CaffeField.Blob.num...CaffeField.Blob.width, shape.padded(toAxes: 4)) {
        encoder.field(field, .int(dimension))
      }
      output.add(encoder.bytes)
    }
    var data = OutputPieces()
    try add(0..<blob.count, of: blob, over: nil, to: &data)
    if storage == .float { output.add(data, asField: CaffeField.Blob.data) }
    if !isLegacy {
      var dimensions = WireEncoder()
      for dimension in shape { dimensions.varint(UInt64(dimension)) }
      var message = WireEncoder()
      if !shape.isEmpty { message.field(CaffeField.Shape.dim, .bytes(dimensions.bytes)) }
      var encoder = WireEncoder()
      encoder.field(CaffeField.Blob.shape, .bytes(message.bytes))
      output.add(encoder.bytes)
    }
    if storage == .double { output.add(data, asField: CaffeField.Blob.doubleData) }
    if storage == .half {
      var encoder = WireEncoder()
      encoder.field(CaffeField.Blob.rawDataType, .varint(2))
      output.add(encoder.bytes)
      output.add(data, asField: CaffeField.Blob.rawData)
    }
    return output
  }

  /// Adds the bytes of new values: encoded now where they are in memory, else while they are written. With a segment the
  /// bytes between its values stay.
  private func add(
    _ elements: Range<Int>, of blob: Blob, over segment: BlobSegment?, to output: inout OutputPieces
  ) throws {
    guard !elements.isEmpty else { return }
    let (storage, size) = (blob.storage, blob.storage.elementSize)
    let spread = segment.flatMap { $0.stride == size ? nil : $0 }
    guard case .held(let values) = blob.source else {
      let reader = try BlobReader(file, blob, .unrounded, subject: subject)
      return output.add(BlobRun(elements, of: reader, storage, over: spread, subject: subject))
    }
    let stride = spread?.stride ?? size
    var bytes = [UInt8](repeating: 0, count: (elements.count - 1) * stride + size)
    let lost = try bytes.withUnsafeMutableBytes { bytes -> Int? in
      if let spread { try file.file.read(at: spread.offset, into: bytes) }
      guard let base = bytes.baseAddress else { return nil }
      return values.withUnsafeBufferPointer {
        storage.encode(UnsafeBufferPointer(rebasing: $0[elements]), into: base, stride: stride)
      }
    }
    if let lost {
      let element = elements.lowerBound + lost
      throw fail(.overflow(element: element, value: values[element], factor: nil, storage: storage))
    }
    output.add(bytes)
  }
}
