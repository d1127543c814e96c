/// The size of one axis of a tensor, as far as it is known before there is a net.
package enum Dimension: Sendable, Equatable {
  /// A number.
  case known(Int)
  /// The number that this text stands for: `conv.blobs[0].shape[0]`.
  case symbol(String)
  /// Any number.
  case unknown

  /// The size both have when they are joined by broadcasting; nil where they cannot be.
  ///
  /// An axis of size 1 stretches. Two symbols may turn out equal, so only known sizes conflict.
  func broadcast(with other: Dimension) -> Dimension? {
    switch (self, other) {
    case (.known(1), let size), (let size, .known(1)): size
    case (.known(let a), .known(let b)): a == b ? self : nil
    case (.known, _): self
    case (_, .known): other
    case (.symbol, .symbol): self == other ? self : .unknown
    default: .unknown
    }
  }

  /// Whether both can be the same number.
  func canEqual(_ other: Dimension) -> Bool {
    if case .known(let a) = self, case .known(let b) = other { a == b } else { true }
  }
}

/// The shape of a tensor as far as it is known: nothing, the number of axes, or their sizes too.
package struct SymbolicShape: Sendable, Equatable {
  /// The axes, outermost first; nil when not even their number is known.
  package var dimensions: [Dimension]?

  /// Makes a shape of these axes.
  package init(_ dimensions: [Dimension]?) { self.dimensions = dimensions }
  /// Makes a shape of these sizes.
  package init(_ sizes: [Int]) { dimensions = sizes.map { .known($0) } }

  /// A shape of which nothing is known.
  package static let unknown = SymbolicShape(nil as [Dimension]?)
  /// A shape with `count` axes of unknown size.
  package static func rank(_ count: Int) -> SymbolicShape {
    SymbolicShape([Dimension](repeating: .unknown, count: count))
  }

  /// The number of axes.
  package var rank: Int? { dimensions?.count }

  /// The shape both have when joined by NumPy's broadcasting, last axes aligned; nil where they cannot be.
  func broadcast(with other: SymbolicShape) -> SymbolicShape? {
    guard let a = dimensions, let b = other.dimensions else { return .unknown }
    var result: [Dimension] = []
    for index in 0..<max(a.count, b.count) {
      let first = index < a.count ? a[a.count - 1 - index] : .known(1)
      let second = index < b.count ? b[b.count - 1 - index] : .known(1)
      guard let joined = first.broadcast(with: second) else { return nil }
      result.append(joined)
    }
    return SymbolicShape(result.reversed())
  }

  /// Whether both can be the same shape.
  func canEqual(_ other: SymbolicShape) -> Bool {
    guard let a = dimensions, let b = other.dimensions else { return true }
    return a.count == b.count && zip(a, b).allSatisfy { $0.canEqual($1) }
  }

  /// The number of elements, where every size is known.
  var elementCount: Int? {
    guard let dimensions else { return nil }
    var count = 1
    for dimension in dimensions {
      guard case .known(let size) = dimension else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      count = product
    }
    return count
  }
}

/// What an expression's value is, as far as it is known before there is a net.
package indirect enum ExpressionType: Sendable, Equatable {
  /// A number; a dimension where it is one.
  case number(Dimension = .unknown)
  case boolean
  case string
  /// A value of an enumeration, by its name; everywhere else a string.
  case word(EnumerationWords)
  /// A list of numbers, such as a shape, its items as dimensions.
  case shape(SymbolicShape)
  /// Any other list.
  case list(ExpressionType)
  /// Numbers in a shape.
  case tensor(SymbolicShape)
  /// A vector waiting to be laid along axis 0 (`rows`) or 1 (`columns`) of a tensor.
  case aligned(Dimension, axis: Int)
  /// A layer, and the capture it is bound to.
  case layer(capture: String?)
  /// Named parts, such as the scale and shift of `affine(layer)`.
  case record([String: ExpressionType])
  /// Known only when there is a net.
  case dynamic

  /// Whether a value of type `found` may stand where this type is wanted.
  ///
  /// What is only known at plan time is accepted and checked then. A number stands for a tensor without axes.
  package func accepts(_ found: ExpressionType) -> Bool {
    switch (withoutWords, found.withoutWords) {
    case (.dynamic, .aligned): false
    case (.dynamic, _), (_, .dynamic): true
    case (.number, .number), (.boolean, .boolean), (.string, .string), (.layer, .layer): true
    case (.number, .tensor(let shape)): shape.rank ?? 0 == 0
    case (.shape(let wanted), .shape(let shape)): wanted.canEqual(shape)
    // A vector is a list of numbers.
    case (.shape, .tensor(let shape)): shape.rank ?? 1 == 1
    case (.shape, .list(.dynamic)), (.list(.dynamic), .list), (.list(.dynamic), .shape),
      (.list(.number), .shape):
      true
    // Tensors of unknown rank may turn out to be numbers.
    case (.list(.tensor(let item)), .shape): item.rank ?? 0 == 0
    case (.list(let wanted), .list(let item)): wanted.accepts(item)
    case (.tensor(let wanted), .tensor(let shape)): wanted.canEqual(shape)
    case (.tensor(let wanted), .number): wanted.rank ?? 0 == 0
    case (.tensor(let wanted), .shape(let list)):
      wanted.canEqual(SymbolicShape([list.dimensions.map { .known($0.count) } ?? .unknown]))
    case (.record(let wanted), .record(let parts)):
      wanted.allSatisfy { name, type in parts[name].map(type.accepts) ?? false }
    default: false
    }
  }

  /// The type of a value that is either this or `other`.
  func joined(with other: ExpressionType) -> ExpressionType {
    if self == other { return self }
    switch (withoutWords, other.withoutWords) {
    case (.string, .string): return .string
    case (.number, .number): return .number()
    case (.tensor(let a), .tensor(let b)):
      guard let rank = a.rank, rank == b.rank else { return .tensor(.unknown) }
      return .tensor(.rank(rank))
    case (.shape, .shape): return .shape(.unknown)
    default: return .dynamic
    }
  }
}

/// The values that a field of an enumeration can have.
package struct EnumerationWords: Sendable, Equatable {
  /// The enumeration, as the schema calls it: `PoolingParameter.PoolMethod`.
  package var name: String
  /// The names of its values.
  package var words: [String]

  /// Makes a list of words.
  package init(name: String, words: [String]) {
    self.name = name
    self.words = words
  }

  /// Throws when an expression is a text that is none of the words.
  func check(_ expression: Expression) throws(ExpressionError) {
    guard case .string(let word) = expression.form, !words.contains(word) else { return }
    throw ExpressionError(.unknownWord(word, of: name, words: words), at: expression.range)
  }
}

extension ExpressionType {
  /// The type with a string where it is a word of an enumeration.
  var withoutWords: ExpressionType {
    if case .word = self { .string } else { self }
  }
}
