import Diagnostics

/// A node of a YAML document with its place in the file.
package struct YAMLNode: Sendable {
  /// What a node is.
  package enum Content: Sendable {
    /// A text, number, boolean or nothing.
    case scalar(YAMLScalar)
    /// A list.
    case sequence([YAMLNode])
    /// Keys with values, in the order of the file.
    case mapping([YAMLEntry])
  }

  /// What the node is.
  package var content: Content
  /// The byte offset of its first byte in the file, behind anchor and tag; for an alias, of what it stands for.
  package var offset: Int
  /// The byte offset behind its last byte.
  package var endOffset: Int
  /// The file it stands in.
  package let origin: YAMLOrigin

  /// The file it stands in.
  package var source: SourceText { origin.source }
  /// The place of its first byte; costs a pass over the file.
  package var place: SourcePlace { source.place(at: offset) }

  /// Its scalar, if it is one.
  package var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }
  /// Its items, if it is a list.
  package var sequence: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }
  /// Its entries, if it is a mapping.
  package var mapping: [YAMLEntry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// Its text, if it is a quoted or block scalar or a plain one that is no number, boolean or null.
  package var string: String? {
    if case .string(let value) = scalar?.value { value } else { nil }
  }
  /// Its value, if it is a plain `true` or `false`.
  package var boolean: Bool? {
    if case .boolean(let value) = scalar?.value { value } else { nil }
  }
  /// Its value, if it is a whole number written without point or exponent that fits into an `Int`.
  package var integer: Int? {
    if case .integer(let value) = scalar?.value { value } else { nil }
  }
  /// Its value, if it is a number.
  package var number: Double? {
    switch scalar?.value {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// Whether it is `null`, `~` or nothing at all.
  package var isNull: Bool {
    if case .null = scalar?.value { true } else { false }
  }
}

/// A key of a mapping with its value.
package struct YAMLEntry: Sendable {
  /// The key.
  package var key: YAMLNode
  /// The value.
  package var value: YAMLNode
}
