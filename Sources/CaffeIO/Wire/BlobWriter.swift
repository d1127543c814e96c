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
    _ content: BlobContent, field: Int, replacing original: StoredBlob?, legacyShape: Bool
  ) throws -> OutputPieces {
    var output = OutputPieces()
    switch content {
    case .stored(let blob):
      var body = OutputPieces()
      body.keep(blob.bodyRange)
      output.add(body, asField: field, replacing: original == blob ? header(blob, field) : nil)
    case .scaled(let blob, let scales):
      output.add(
        try scaled(blob, scales), asField: field, replacing: original == blob ? header(blob, field) : nil)
    case .values(let values, let shape, let storage):
      if case .other(let rawType) = storage { throw fail(.opaqueValues(rawType: rawType)) }
      if let original, original.storage == storage, original.count == values.count,
        Self.agree(original.shape, shape)
      {
        output.add(
          try patched(original, values), asField: field, replacing: header(original, field))
      } else {
        output.add(try new(values, shape: shape, storage: storage, legacyShape: legacyShape), asField: field)
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

  private func scaled(_ blob: StoredBlob, _ scales: [ChannelScale]) throws -> OutputPieces {
    if case .other(let rawType) = blob.storage { throw fail(.opaqueValues(rawType: rawType)) }
    for scale in scales where !scale.covers(count: blob.count) {
      throw fail(.scaleMismatch(count: blob.count, factors: scale.factors.count))
    }
    let stack = ScaleStack(scales)
    var output = OutputPieces()
    var keptUpTo = blob.bodyRange.lowerBound
    for segment in scales.isEmpty ? [] : blob.segments {
      let run = ScaledRun(segment: segment, storage: blob.storage, scales: stack, subject: subject)
      output.keep(keptUpTo..<run.byteRange.lowerBound)
      output.add(run)
      keptUpTo = run.byteRange.upperBound
    }
    output.keep(keptUpTo..<blob.bodyRange.upperBound)
    return output
  }

  /// A stored blob with other values in the same bytes.
  private func patched(_ blob: StoredBlob, _ values: [Double]) throws -> OutputPieces {
    let encoded = try encode(values, blob.storage)
    let size = blob.storage.elementSize
    var output = OutputPieces()
    var keptUpTo = blob.bodyRange.lowerBound
    for segment in blob.segments {
      let range = segment.byteRange(elementSize: size)
      output.keep(keptUpTo..<range.lowerBound)
      if segment.stride == size {
        output.add(
          Array(encoded[segment.firstElement * size..<(segment.firstElement + segment.count) * size]))
      } else {
        var bytes = [UInt8](repeating: 0, count: range.count)
        try bytes.withUnsafeMutableBytes { try file.file.read(at: range.lowerBound, into: $0) }
        for index in 0..<segment.count {
          let source = (segment.firstElement + index) * size
          bytes.replaceSubrange(
            index * segment.stride..<index * segment.stride + size, with: encoded[source..<source + size])
        }
        output.add(bytes)
      }
      keptUpTo = range.upperBound
    }
    output.keep(keptUpTo..<blob.bodyRange.upperBound)
    return output
  }

  /// A blob made anew, its fields in the order of their numbers, as Caffe writes them.
  private func new(_ values: [Double], shape: [Int], storage: BlobStorage, legacyShape: Bool) throws
    -> OutputPieces
  {
    guard shape.reduce(1, *) == values.count else {
      throw fail(.shapeMismatch(shape: shape, values: values.count))
    }
    let isLegacy = legacyShape && shape.count <= 4
    let data = try encode(values, storage)
    var encoder = WireEncoder()
    if isLegacy {
      let padded = Array(repeating: 1, count: 4 - shape.count) + shape
      for (field, dimension) in zip(CaffeField.Blob.num...CaffeField.Blob.width, padded) {
        encoder.field(field, .int(dimension))
      }
    }
    if storage == .float { encoder.field(CaffeField.Blob.data, .bytes(data)) }
    if !isLegacy {
      var dimensions = WireEncoder()
      for dimension in shape { dimensions.varint(UInt64(dimension)) }
      var message = WireEncoder()
      if !shape.isEmpty { message.field(CaffeField.Shape.dim, .bytes(dimensions.bytes)) }
      encoder.field(CaffeField.Blob.shape, .bytes(message.bytes))
    }
    if storage == .double { encoder.field(CaffeField.Blob.doubleData, .bytes(data)) }
    if storage == .half {
      encoder.field(CaffeField.Blob.rawDataType, .varint(2))
      encoder.field(CaffeField.Blob.rawData, .bytes(data))
    }
    var output = OutputPieces()
    output.add(encoder.bytes)
    return output
  }

  /// The values in their stored type, each rounded once; a finite one that has no finite form is an error.
  private func encode(_ values: [Double], _ storage: BlobStorage) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * storage.elementSize)
    func append(_ bits: some FixedWidthInteger) {
      withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    }
    for (index, value) in values.enumerated() {
      let isFinite: Bool
      switch storage {
      case .float:
        let rounded = Float(value)
        isFinite = rounded.isFinite
        append(rounded.bitPattern)
      case .half:
        let rounded = Float16(value)
        isFinite = rounded.isFinite
        append(rounded.bitPattern)
      case .double, .other:
        isFinite = true
        append(value.bitPattern)
      }
      if !isFinite, value.isFinite {
        throw fail(.overflow(element: index, value: value, factor: nil, storage: storage))
      }
    }
    return bytes
  }

  /// Whether two shapes are the same but for leading ones.
  private static func agree(_ first: [Int], _ second: [Int]) -> Bool {
    first.drop { $0 == 1 }.elementsEqual(second.drop { $0 == 1 })
  }
}
