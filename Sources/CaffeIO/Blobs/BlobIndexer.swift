import Tensors

/// Reads the structure of one `BlobProto` after another.
struct BlobIndexer {
  /// How many more runs of values the file may have.
  var runsLeft = 0

  private var dimensions: [Int] = []
  private var hasShape = false
  private var legacy: (Int, Int, Int, Int) = (0, 0, 0, 0)
  private var isLegacy = false
  private var floats: [BlobSegment] = []
  private var doubles: [BlobSegment] = []
  private var raw: WireField?
  private var rawType: Int?

  /// Indexes the blob whose field is `field`; moves the cursor.
  mutating func index(_ field: WireField, with cursor: inout WireCursor, limits: WireLimits) throws
    -> StoredBlob
  {
    let runsLeft = self.runsLeft
    self = BlobIndexer()
    self.runsLeft = runsLeft
    cursor.position = field.body.lowerBound
    while let part = try cursor.nextField(before: field.body.upperBound) {
      try read(part, end: field.body.upperBound, with: &cursor, limits: limits)
    }
    let start = field.range.lowerBound
    let (storage, segments) = try values(with: cursor, at: start)
    let stored = segments.last?.elements.upperBound ?? 0
    let isDeclared = isLegacy || hasShape
    let sizes =
      isLegacy
      ? [legacy.0, legacy.1, legacy.2, legacy.3] : hasShape ? dimensions : stored == 1 ? [] : [stored]
    let shape: Shape
    do { shape = try Shape(sizes) } catch { throw cursor.fail(.shape(error), at: start) }
    if isDeclared, case .other(let type) = storage {
      // How the values are encoded is not known, but none takes less than a bit.
      let byteCount = raw?.body.count ?? 0
      guard (shape.product + 7) / 8 <= byteCount else {
        throw cursor.fail(
          .overdeclared(shape: shape, byteCount: byteCount, rawType: type), at: start)
      }
    } else if shape.product != stored {
      throw cursor.fail(.countMismatch(shape: shape, stored: stored), at: start)
    }
    return StoredBlob(
      fieldRange: field.range, bodyRange: field.body, shape: shape, isLegacyShape: isLegacy,
      storage: storage, segments: segments)
  }

  private mutating func read(
    _ part: WireField, end: Int, with cursor: inout WireCursor, limits: WireLimits
  ) throws {
    switch part.number {
    case CaffeField.Blob.num: legacy.0 = try legacyDimension(part, with: cursor)
    case CaffeField.Blob.channels: legacy.1 = try legacyDimension(part, with: cursor)
    case CaffeField.Blob.height: legacy.2 = try legacyDimension(part, with: cursor)
    case CaffeField.Blob.width: legacy.3 = try legacyDimension(part, with: cursor)
    case CaffeField.Blob.data:
      let run = try run(part, of: .fixed32, after: floats.last, end: end, with: &cursor, limits: limits)
      if let run { floats.append(run) }
    case CaffeField.Blob.doubleData:
      let run = try run(part, of: .fixed64, after: doubles.last, end: end, with: &cursor, limits: limits)
      if let run { doubles.append(run) }
    case CaffeField.Blob.shape:
      guard part.type == .bytes else { throw wrongType(part, expected: .bytes, with: cursor) }
      hasShape = true
      try readShape(part, with: &cursor, limits: limits)
      cursor.position = part.range.upperBound
    case CaffeField.Blob.rawDataType:
      guard part.type == .varint else { throw wrongType(part, expected: .varint, with: cursor) }
      rawType = Int(Int32(truncatingIfNeeded: part.number64))
    case CaffeField.Blob.rawData:
      guard part.type == .bytes else { throw wrongType(part, expected: .bytes, with: cursor) }
      raw = part
    default: break
    }
  }

  private func wrongType(_ part: WireField, expected: WireType, with cursor: borrowing WireCursor)
    -> WireFormatError
  {
    cursor.fail(
      .wrongWireType(field: part.number, found: part.type, expected: expected),
      at: part.range.lowerBound)
  }

  private mutating func legacyDimension(_ part: WireField, with cursor: borrowing WireCursor) throws -> Int {
    guard part.type == .varint else { throw wrongType(part, expected: .varint, with: cursor) }
    isLegacy = true
    return Int(Int32(truncatingIfNeeded: part.number64))
  }

  /// `BlobShape` has one field, `dim`, packed or not.
  private mutating func readShape(_ shape: WireField, with cursor: inout WireCursor, limits: WireLimits)
    throws
  {
    cursor.position = shape.body.lowerBound
    while let part = try cursor.nextField(before: shape.body.upperBound) {
      guard part.number == CaffeField.Shape.dim else { continue }
      switch part.type {
      case .varint:
        try append(part.number64, at: part.range.lowerBound, with: cursor, limits: limits)
      case .bytes:
        cursor.position = part.body.lowerBound
        while cursor.position < part.body.upperBound {
          let dimension = try cursor.varint(before: part.body.upperBound)
          try append(dimension, at: part.range.lowerBound, with: cursor, limits: limits)
        }
      case .fixed32, .fixed64, .groupStart, .groupEnd:
        throw cursor.fail(.wrongDimensionType(found: part.type), at: part.range.lowerBound)
      }
    }
  }

  private mutating func append(
    _ dimension: UInt64, at offset: Int, with cursor: borrowing WireCursor, limits: WireLimits
  ) throws {
    guard dimensions.count < limits.axes else { throw cursor.fail(.manyAxes(limit: limits.axes), at: offset) }
    dimensions.append(Int(Int64(bitPattern: dimension)))
  }

  /// The run that a packed field makes, or an unpacked value with all that follow it under the same tag.
  private mutating func run(
    _ part: WireField, of fixed: WireType, after last: BlobSegment?, end: Int,
    with cursor: inout WireCursor, limits: WireLimits
  ) throws -> BlobSegment? {
    let size = fixed == .fixed32 ? 4 : 8
    let first = last?.elements.upperBound ?? 0
    var run = BlobSegment(firstElement: first, offset: part.body.lowerBound, stride: size, count: 1)
    switch part.type {
    case .bytes:
      guard part.body.count % size == 0 else {
        throw cursor.fail(
          .unevenData(field: part.number, byteCount: part.body.count, elementSize: size),
          at: part.range.lowerBound)
      }
      run.count = part.body.count / size
    case fixed:
      run.stride = size + 1
      let tag = UInt8(part.number << 3) | fixed.rawValue
      run.count += try cursor.countRun(tag: tag, size: size, before: end)
    default:
      throw wrongType(part, expected: .bytes, with: cursor)
    }
    guard run.count > 0 else { return nil }
    runsLeft -= 1
    guard runsLeft >= 0 else {
      throw cursor.fail(.tooMany(what: "runs of values", limit: limits.runs), at: part.range.lowerBound)
    }
    return run
  }

  /// The one field that holds values. NVCaffe's raw data has the number type of `raw_data_type`, whose
  /// default is 0, double.
  private func values(with cursor: borrowing WireCursor, at start: Int) throws -> (BlobStorage, [BlobSegment])
  {
    if !floats.isEmpty, !doubles.isEmpty {
      throw cursor.fail(
        .doubledData(first: CaffeField.Blob.data, second: CaffeField.Blob.doubleData), at: start)
    }
    guard let raw, !raw.body.isEmpty else {
      return doubles.isEmpty ? (.float, floats) : (.double, doubles)
    }
    guard floats.isEmpty, doubles.isEmpty else {
      let first = floats.isEmpty ? CaffeField.Blob.doubleData : CaffeField.Blob.data
      throw cursor.fail(.doubledData(first: first, second: CaffeField.Blob.rawData), at: start)
    }
    let storage: BlobStorage =
      switch rawType ?? 0 {
      case 0: .double
      case 1: .float
      case 2: .half
      case let type: .other(type)
      }
    let size = storage.elementSize
    if size == 0 { return (storage, []) }
    guard raw.body.count % size == 0 else {
      throw cursor.fail(
        .unevenData(field: CaffeField.Blob.rawData, byteCount: raw.body.count, elementSize: size),
        at: raw.range.lowerBound)
    }
    let run = BlobSegment(
      firstElement: 0, offset: raw.body.lowerBound, stride: size, count: raw.body.count / size)
    return (storage, [run])
  }
}
