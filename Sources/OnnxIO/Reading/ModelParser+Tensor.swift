import CaffeIO
import Tensors

extension ModelParser {
  /// The fields of a tensor; its type and shape may stand behind the elements.
  private struct TensorFields {
    var sizes: [Int] = []
    var type = 0
    var name = ""
    var docString = ""
    var metadata: [(String, String)] = []
    var raw: Range<Int>?
    var strings: [[UInt8]] = []
    /// Numbers, by the field that they are in.
    var fixed: (field: Int, numbers: FixedNumbers)?
    var varints: (field: Int, numbers: VarintNumbers)?
    var external: [(String, String)] = []
    var isExternal = false

    /// The fields that elements are in.
    var dataFields: [Int] {
      var fields: [Int] = []
      if let raw, !raw.isEmpty { fields.append(OnnxField.Tensor.rawData) }
      if !strings.isEmpty { fields.append(OnnxField.Tensor.stringData) }
      if let fixed, fixed.numbers.byteCount > 0 { fields.append(fixed.field) }
      if let varints, varints.numbers.count > 0 { fields.append(varints.field) }
      return fields
    }
  }

  /// `TensorProto` as an initializer; the place gets its name.
  mutating func initializer(_ field: WireField) throws -> OnnxInitializer {
    try count()
    return try tensor(field)
  }

  /// `TensorProto`.
  mutating func tensor(_ field: WireField) throws -> OnnxInitializer {
    typealias Field = OnnxField.Tensor
    let start = field.range.lowerBound
    let end = try enter(field)
    var fields = TensorFields()
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.dims: try sizes(field, into: &fields)
      case Field.dataType: fields.type = try integer(field)
      case Field.name:
        fields.name = try text(field)
        if case .initializer(let index, _) = place { place = .initializer(index: index, name: fields.name) }
      case Field.docString: fields.docString = try text(field)
      case Field.metadata: fields.metadata.append(try entry(field))
      case Field.rawData:
        try expect(field, .bytes)
        fields.raw = field.body
      case Field.stringData:
        try count()
        fields.strings.append(try bytes(field))
      case Field.floatData: try fixed(field, .fixed32, before: end, into: &fields)
      case Field.doubleData: try fixed(field, .fixed64, before: end, into: &fields)
      case Field.int32Data, Field.int64Data, Field.uint64Data: try varints(field, into: &fields)
      case Field.segment: throw fail(.segments, at: field.range.lowerBound)
      case Field.externalData: fields.external.append(try entry(field))
      case Field.dataLocation: fields.isExternal = try integer(field) == 1
      default: break
      }
    }
    return try resolved(fields, at: start)
  }

  private mutating func sizes(_ field: WireField, into fields: inout TensorFields) throws {
    let place = place
    let path = cursor.file.path
    var sizes = fields.sizes
    try integers(field) { size in
      sizes.append(Int(truncatingIfNeeded: size))
      // Before a hostile file makes the list long.
      if sizes.count > Shape.mostAxes, case .failure(let error) = Self.shape(sizes) {
        throw OnnxError(path: path, offset: field.range.lowerBound, place, .shape(error))
      }
    }
    fields.sizes = sizes
  }

  /// Floats or doubles: where they lie.
  private mutating func fixed(
    _ field: WireField, _ type: WireType, before end: Int, into fields: inout TensorFields
  ) throws {
    let size = type == .fixed32 ? 4 : 8
    if let first = fields.fixed?.field, first != field.number {
      throw fail(.doubledData(first: first, second: field.number), at: field.range.lowerBound)
    }
    var numbers = FixedNumbers(cursor.file, valueSize: size)
    // Out of the fields, so that its list grows in place.
    if let known = fields.fixed?.numbers { numbers = known }
    fields.fixed = nil
    try count()
    if field.type == .bytes {
      guard field.body.count % size == 0 else {
        throw cursor.fail(
          .unevenData(field: field.number, byteCount: field.body.count, elementSize: size),
          at: field.range.lowerBound)
      }
      numbers.add(field.body.count / size, at: field.body.lowerBound, stride: size)
    } else {
      try expect(field, type)
      var count = 1
      // Those that follow with the same tag are one run with it.
      if field.range.count == size + 1 {
        let tag = UInt8(field.number << 3 | Int(type.rawValue))
        count += try cursor.countRun(tag: tag, size: size, before: end)
      }
      numbers.add(count, at: field.body.lowerBound, stride: size + 1)
    }
    fields.fixed = (field.number, numbers)
  }

  /// Integers: where they lie, and between what bounds.
  private mutating func varints(_ field: WireField, into fields: inout TensorFields) throws {
    if let first = fields.varints?.field, first != field.number {
      throw fail(.doubledData(first: first, second: field.number), at: field.range.lowerBound)
    }
    var numbers = VarintNumbers(cursor.file, place: place)
    // Out of the fields, so that its lists grow in place.
    if let known = fields.varints?.numbers { numbers = known }
    fields.varints = nil
    let isSigned = field.number != OnnxField.Tensor.uint64Data
    // An int32 is written in 64 bits, of which readers take 32.
    let isNarrow = field.number == OnnxField.Tensor.int32Data
    func value(_ number: UInt64) -> UInt64 {
      isNarrow ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: number))) : number
    }
    if field.type == .bytes {
      cursor.position = field.body.lowerBound
      while cursor.position < field.body.upperBound {
        let start = cursor.position
        let number = value(try cursor.varint(before: field.body.upperBound))
        if numbers.add(number, isSigned: isSigned, in: start..<cursor.position, isTagged: false) {
          try count()
        }
      }
    } else {
      try expect(field, .varint)
      if numbers.add(value(field.number64), isSigned: isSigned, in: field.range, isTagged: true) {
        try count()
      }
    }
    fields.varints = (field.number, numbers)
  }

  /// What the fields come to.
  private mutating func resolved(_ fields: TensorFields, at start: Int) throws -> OnnxInitializer {
    let shape: Shape
    switch Self.shape(fields.sizes) {
    case .success(let found): shape = found
    case .failure(let error): throw fail(.shape(error), at: start)
    }
    guard let type = Int32(exactly: fields.type), let facts = OnnxElementType.facts(of: type) else {
      throw fail(.unknownElementType(fields.type), at: start)
    }
    var tensor = OnnxInitializer(
      name: fields.name, elementType: type, shape: fields.sizes, source: .bytes([]),
      docString: fields.docString, metadata: fields.metadata)
    let isOfStrings = type == OnnxElementType.string
    if fields.isExternal {
      guard !isOfStrings else { throw fail(.external(.strings), at: start) }
      tensor.source = try external(fields, count: shape.product, type, at: start)
      return tensor
    }
    let dataFields = fields.dataFields
    guard dataFields.count <= 1 else {
      throw fail(.doubledData(first: dataFields[0], second: dataFields[1]), at: start)
    }
    if let field = dataFields.first, field != facts.field, isOfStrings || field != OnnxField.Tensor.rawData {
      throw fail(.wrongData(field: field, elementType: type), at: start)
    }
    if isOfStrings {
      guard fields.strings.count == shape.product else {
        throw fail(
          .stringMismatch(shape: fields.sizes, expected: shape.product, found: fields.strings.count),
          at: start)
      }
      tensor.source = .strings(fields.strings)
      return tensor
    }
    tensor.source = OnnxTensorSource(try numbers(fields, type, at: start))
    let expected = OnnxElementType.byteCount(shape.product, type) ?? 0
    guard tensor.source.byteCount == expected else {
      throw fail(
        .sizeMismatch(
          shape: fields.sizes, elementType: type, expected: expected, found: tensor.source.byteCount),
        at: start)
    }
    return tensor
  }

  private static func shape(_ sizes: [Int]) -> Result<Shape, ShapeError> {
    Result { () throws(ShapeError) in try OnnxElementType.shape(sizes) }
  }

  /// The elements, which lie in one field.
  private func numbers(_ fields: TensorFields, _ type: Int32, at start: Int) throws -> any ByteSource {
    if let raw = fields.raw, !raw.isEmpty { return FileBytes(cursor.file, raw) }
    if let numbers = fields.fixed?.numbers {
      return numbers.range.map { FileBytes(cursor.file, $0) } ?? numbers
    }
    guard var numbers = fields.varints?.numbers, let bits = OnnxElementType.bits(type) else {
      return HeldBytes([])
    }
    // The bits of an element, which some programs write as a signed number and others as an unsigned one; those of
    // elements smaller than a byte fill a byte.
    let width = bits == 6 ? 6 : max(8, bits)
    if width < 64 {
      if numbers.smallest < -(1 << (width - 1)) {
        throw fail(.numberRange("\(numbers.smallest)", elementType: type), at: start)
      }
      if numbers.largest >= 1 << UInt64(width) {
        throw fail(.numberRange("\(numbers.largest)", elementType: type), at: start)
      }
    }
    numbers.place = place
    numbers.take(bits: width)
    return numbers
  }

  /// Elements in a file beside the model.
  private mutating func external(
    _ fields: TensorFields, count: Int, _ type: Int32, at start: Int
  ) throws -> OnnxTensorSource {
    func entry(_ key: String) -> String? { fields.external.last { $0.0 == key }?.1 }
    func number(_ key: String) throws -> Int? {
      guard let text = entry(key) else { return nil }
      guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else {
        throw fail(.external(.notNumber(key: key, value: text)), at: start)
      }
      return number
    }
    guard let location = entry("location"), !location.isEmpty else {
      throw fail(.external(.noLocation), at: start)
    }
    let file: InputFile
    switch try externals.file(location) {
    case .success(let found): file = found
    case .failure(let problem): throw fail(.external(problem), at: start)
    }
    let offset = try number("offset") ?? 0
    let expected = OnnxElementType.byteCount(count, type) ?? 0
    let length = try number("length") ?? expected
    guard length == expected else {
      throw fail(
        .sizeMismatch(shape: fields.sizes, elementType: type, expected: expected, found: length), at: start)
    }
    guard offset <= file.byteCount, length <= file.byteCount - offset else {
      throw fail(
        .external(.range(location: location, offset: offset, length: length, byteCount: file.byteCount)),
        at: start)
    }
    return .file(file, offset..<offset + length)
  }
}
