import CaffeIO
import Diagnostics
import Tensors

/// What a layer's implementation may ask of its definition.
///
/// The getters take Caffe's default from the layer, so that a layer reads the same whether its definition
/// comes from a file or is made up by a rewrite.
package struct WrittenLayer: Sendable {
  /// Name and type, for messages.
  package var subject: LayerSubject
  /// How many bottoms.
  package var bottomCount: Int
  /// How many tops.
  package var topCount: Int
  /// The shapes of the parameter blobs.
  package var blobShapes: [[Int]]
  /// Whether the blobs are known at all: a layer that is only asked for the shapes of its tops may lack them.
  package var knowsBlobs = true
  /// The largest values the layer may make.
  package var limits: LayerLimits
  /// Fields of its definition that nobody here understands.
  package var unexplained: [UnexplainedField] = []
  /// A written parameter by path; nil when the definition does not give it.
  package var attribute: @Sendable (_ path: [String]) -> AttributeValue?
  /// For each occurrence of the message at a path, the values of one of its fields.
  package var occurrences: @Sendable (_ path: [String], _ field: String) -> [[AttributeValue]]

  /// Describes a layer by closures; `occurrences` may be left out for all types but Input, PriorBox and the
  /// like, whose messages repeat.
  package init(
    name: Name, type: String, bottomCount: Int = 1, topCount: Int = 1, blobShapes: [[Int]] = [],
    limits: LayerLimits = LayerLimits(), attribute: @escaping @Sendable ([String]) -> AttributeValue?,
    occurrences: @escaping @Sendable ([String], String) -> [[AttributeValue]] = { _, _ in [] }
  ) {
    subject = LayerSubject(name: name, type: type)
    self.bottomCount = bottomCount
    self.topCount = topCount
    self.blobShapes = blobShapes
    self.limits = limits
    self.attribute = attribute
    self.occurrences = occurrences
  }

  /// Describes a layer of a net definition; without `blobShapes` it can be asked for shapes and cannot be run.
  package init(
    _ layer: LayerDefinition, schema: Schema, blobShapes: [[Int]]?, limits: LayerLimits = LayerLimits()
  ) {
    self.init(
      name: layer.name, type: layer.type, bottomCount: layer.bottoms.count, topCount: layer.tops.count,
      blobShapes: blobShapes ?? [], limits: limits,
      attribute: { layer.readableAttribute($0, schema: schema) },
      occurrences: { path, field in layer.occurrences(of: path, field: field) })
    knowsBlobs = blobShapes != nil
    unexplained = LayerRegistry.facts(ofType: layer.type)?.unexplainedFields(of: layer, schema: schema) ?? []
  }

  /// An error about this layer.
  package func error(_ reason: LayerError.Reason) -> LayerError { LayerError(subject, reason) }

  /// Whether the definition gives the parameter.
  package func has(_ path: String...) -> Bool { attribute(path) != nil }

  /// A whole number; the last one of a repeated field.
  package func integer(_ path: String..., default value: Int) throws(LayerError) -> Int {
    try integers(at: path).last ?? value
  }

  /// The values of a repeated whole number, in order; empty when there is none.
  package func integers(_ path: String...) throws(LayerError) -> [Int] { try integers(at: path) }

  /// A number, rounded to single precision as Caffe keeps it; the last one of a repeated field.
  package func number(_ path: String..., default value: Double) throws(LayerError) -> Double {
    try numbers(at: path).last ?? value.inSinglePrecision
  }

  /// The values of a repeated number, in order, rounded to single precision; empty when there is none.
  package func numbers(_ path: String...) throws(LayerError) -> [Double] { try numbers(at: path) }

  /// A boolean.
  package func boolean(_ path: String..., default value: Bool) throws(LayerError) -> Bool {
    switch attribute(path) {
    case nil: return value
    case .boolean(let found)?: return found
    case .number(0)?: return false
    case .number(1)?: return true
    case let other?: throw invalid(path, other, .boolean)
    }
  }

  /// An enumeration's word; `words` is the enumeration in the order of its numbers, from `first`, since a
  /// definition may give the number.
  package func word(
    _ path: String..., among words: [String], from first: Int = 0, default value: String
  ) throws(LayerError) -> String {
    guard let found = attribute(path) else { return value }
    if case .string(let name) = found, let word = name.text, words.contains(word) { return word }
    let number: Int? =
      switch found {
      case .number(let number): Int(exactly: number)
      // The schema gives enumerations as they are written.
      case .string(let digits): Int(digits.description)
      default: nil
      }
    for (place, word) in zip(first..., words) where place == number { return word }
    throw invalid(path, found, .oneOf(words))
  }

  /// A string.
  package func string(_ path: String..., default value: String) -> String {
    if case .string(let string)? = attribute(path) { return string.description }
    return value
  }

  /// For each occurrence of a repeated message, its values of a repeated whole number: the `dim`s of every
  /// `input_param.shape`.
  package func integerLists(_ path: String..., field: String) throws(LayerError) -> [[Int]] {
    var lists: [[Int]] = []
    for values in occurrences(path, field) {
      var list: [Int] = []
      for value in values { list.append(try integer(value, path + [field])) }
      lists.append(list)
    }
    return lists
  }

  /// Throws when the layer has a number of bottoms, tops or parameter blobs that its type cannot have.
  package func require(
    bottoms: ClosedRange<Int> = 1...1, tops: ClosedRange<Int> = 1...1, blobs: ClosedRange<Int>? = nil
  ) throws(LayerError) {
    guard bottoms.contains(bottomCount) else {
      throw error(.bottomCount(expected: bottoms, found: bottomCount))
    }
    guard tops.contains(topCount) else { throw error(.topCount(expected: tops, found: topCount)) }
    if knowsBlobs, let blobs, !blobs.contains(blobShapes.count) {
      throw error(.blobCount(expected: blobs, found: blobShapes.count))
    }
  }

  private func integers(at path: [String]) throws(LayerError) -> [Int] {
    var result: [Int] = []
    for value in attribute(path).elements { result.append(try integer(value, path)) }
    return result
  }

  private func numbers(at path: [String]) throws(LayerError) -> [Double] {
    var result: [Double] = []
    for value in attribute(path).elements {
      guard case .number(let number) = value else { throw invalid(path, value, .number) }
      result.append(number.inSinglePrecision)
    }
    return result
  }

  private func integer(_ value: AttributeValue, _ path: [String]) throws(LayerError) -> Int {
    // Caffe's integers have 32 bits, signed or not.
    guard let integer = value.integer, Int(Int32.min)...Int(UInt32.max) ~= integer else {
      throw invalid(path, value, .wholeNumber)
    }
    return integer
  }

  private func invalid(
    _ path: [String], _ value: AttributeValue, _ expected: LayerError.Expectation
  ) -> LayerError {
    error(.parameter(field: path.joined(separator: "."), found: value.phrase, expected: expected))
  }
}

extension AttributeValue? {
  /// A repeated field's values; a single value counts as one.
  fileprivate var elements: [AttributeValue] {
    switch self {
    case nil: []
    case .list(let list)?: list
    case let value?: [value]
    }
  }
}

extension AttributeValue {
  /// How a message shows the value.
  var phrase: String {
    switch self {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .boolean(let value): "\(value)"
    case .string(let string): string.description
    case .list(let list): list.map(\.phrase).joined(separator: " ")
    case .message: "{ … }"
    }
  }
}

extension LayerDefinition {
  /// The written value at a path; where the schema would not take it, what is written, so that the getter
  /// that meets it can say so.
  package func readableAttribute(_ path: [String], schema: Schema) -> AttributeValue? {
    do {
      return try writtenAttribute(path, schema: schema)
    } catch {
      var message: TextMessage? = parameters
      for name in path.dropLast() { message = message?.last(name)?.message }
      return path.last.flatMap { message?.last($0) }.map { .string(Name($0.literal)) }
    }
  }

  /// For each occurrence of the message at `path`, the values of its `field`.
  package func occurrences(of path: [String], field: String) -> [[AttributeValue]] {
    var messages = [parameters]
    for name in path { messages = messages.flatMap { $0.all(name).compactMap(\.message) } }
    return messages.map { message in
      message.all(field).map { value in
        value.number.map(AttributeValue.number) ?? .string(value.nameValue ?? Name(value.literal))
      }
    }
  }
}
