import CaffeIO

/// Reads the messages of a model. What each message holds is in the files `ModelParser+….swift`.
///
/// Messages lie in each other to a depth that ONNX gives; those that could lie in themselves, graphs in attributes and
/// types of types, are not entered. So there is no recursion.
struct ModelParser: ~Copyable {
  var cursor: WireCursor
  /// What is being read, for messages.
  var place = OnnxPlace.model
  var externals: ExternalFiles
  private let limits: OnnxLimits
  private var partCount = 0
  private var attributeByteCount = 0

  init(_ file: InputFile, external: OnnxExternalFiles, limits: OnnxLimits) {
    cursor = WireCursor(file, limits: WireLimits())
    externals = ExternalFiles(external)
    self.limits = limits
  }

  /// Reads all of it.
  mutating func read() throws -> OnnxModel {
    do {
      return try model(before: cursor.file.byteCount)
    } catch var error as WireFormatError {
      if case .wrongWireType(OnnxField.Model.irVersion, .bytes, _) = error.problem, place == .model {
        throw OnnxError(path: error.path, .model, .caffeWeights)
      }
      error.subject = .named(place.phrase)
      throw error
    }
  }

  /// An error at a place of the file.
  func fail(_ problem: OnnxError.Problem, at offset: Int) -> OnnxError {
    OnnxError(path: cursor.file.path, offset: offset, place, problem)
  }

  /// Counts a part.
  mutating func count() throws {
    partCount += 1
    guard partCount <= limits.parts else {
      throw OnnxError(path: cursor.file.path, .model, .tooManyParts(limit: limits.parts))
    }
  }

  /// Counts bytes of attributes before they are taken.
  mutating func count(attributeBytes: Int) throws {
    attributeByteCount += attributeBytes
    guard attributeByteCount <= limits.attributeBytes else {
      throw OnnxError(path: cursor.file.path, .model, .tooManyBytes(limit: limits.attributeBytes))
    }
  }

  // Fields of the kinds that there are.

  /// Refuses a field of another wire type.
  func expect(_ field: WireField, _ type: WireType) throws {
    guard field.type == type else {
      throw cursor.fail(
        .wrongWireType(field: field.number, found: field.type, expected: type), at: field.range.lowerBound)
    }
  }

  /// Goes to the begin of a message; returns its end, where reading its fields leaves the position.
  mutating func enter(_ field: WireField) throws -> Int {
    try expect(field, .bytes)
    cursor.position = field.body.lowerBound
    return field.body.upperBound
  }

  /// An integer or the number of an enumeration.
  func integer(_ field: WireField) throws -> Int {
    try expect(field, .varint)
    return Int(truncatingIfNeeded: field.number64)
  }

  /// A text, which must be UTF-8.
  mutating func text(_ field: WireField) throws -> String {
    try expect(field, .bytes)
    guard let text = String(validating: try cursor.bytes(field.body), as: UTF8.self) else {
      throw fail(.notText(field: field.number), at: field.range.lowerBound)
    }
    return text
  }

  /// A text that is a part of the model.
  mutating func countedText(_ field: WireField) throws -> String {
    try count()
    return try text(field)
  }

  /// Bytes.
  mutating func bytes(_ field: WireField) throws -> [UInt8] {
    try expect(field, .bytes)
    return try cursor.bytes(field.body)
  }

  /// Integers, in one packed field or one of them.
  mutating func integers(_ field: WireField, _ body: (UInt64) throws -> Void) throws {
    guard field.type == .bytes else {
      try expect(field, .varint)
      return try body(field.number64)
    }
    cursor.position = field.body.lowerBound
    while cursor.position < field.body.upperBound { try body(cursor.varint(before: field.body.upperBound)) }
  }

  /// Floats, in one packed field or one of them.
  mutating func floats(_ field: WireField) throws -> [Float] {
    if field.type != .bytes { try expect(field, .fixed32) }
    guard field.body.count % 4 == 0 else {
      throw cursor.fail(
        .unevenData(field: field.number, byteCount: field.body.count, elementSize: 4),
        at: field.range.lowerBound)
    }
    let bytes = try cursor.bytes(field.body)
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { offset in
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      }
    }
  }

  /// A named text.
  mutating func entry(_ field: WireField) throws -> (String, String) {
    try count()
    let end = try enter(field)
    var entry = ("", "")
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case OnnxField.Entry.key: entry.0 = try text(field)
      case OnnxField.Entry.value: entry.1 = try text(field)
      default: break
      }
    }
    return entry
  }
}
