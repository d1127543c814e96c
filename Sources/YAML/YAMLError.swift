import Diagnostics

/// Why a YAML file, or what a mapping in it holds, was refused.
package struct YAMLError: Error, Sendable, Equatable {
  /// What is wrong.
  package enum Kind: Sendable, Equatable {
    /// The file is too large.
    case tooLong(bytes: Int, limit: Int)
    /// The file is in another encoding.
    case notUTF8(encoding: String)
    /// The text is not YAML.
    case malformed(YAMLProblem)
    /// The file is empty or holds comments only.
    case noDocument
    /// A second document begins.
    case severalDocuments
    /// Lists and mappings nest too deep.
    case tooDeep(limit: Int)
    /// Too many nodes, aliases expanded.
    case tooManyNodes(limit: Int)
    /// One scalar is too long.
    case scalarTooLong(length: Int, limit: Int)
    /// A key is given twice in one mapping.
    case duplicateKey(String, first: SourcePlace)
    /// An alias names no anchor before it.
    case unknownAlias(String, known: [String])
    /// An alias stands inside what it names.
    case circularAlias(String)
    /// A tag beyond the core schema.
    case unknownTag(String)
    /// A core tag that does not fit what it stands before.
    case wrongTag(String, found: YAMLDescription)
    /// A key that is no text.
    case complexKey(found: YAMLDescription)
    /// A key that nothing reads.
    case unknownKey(String, allowed: [String])
    case mergeKey
    /// A key that must be there.
    case missingKey(String, owner: String)
    /// A value of another kind than wanted.
    case wrongKind(subject: YAMLSubject, expected: YAMLExpectation, found: YAMLDescription)
    /// A value that is none of the words possible.
    case notOneOf(subject: YAMLSubject, allowed: [String], found: String)
  }

  /// What is wrong.
  package var kind: Kind
  /// Where.
  package var place: SourcePlace
  /// Where the bracket or brace stands that is not closed; nil for other errors.
  package var opened: SourcePlace?

  /// Makes an error of a kind at a place.
  package init(_ kind: Kind, at place: SourcePlace, opened: SourcePlace? = nil) {
    self.kind = kind
    self.place = place
    self.opened = opened
  }
}

/// What a value belongs to.
package enum YAMLSubject: Sendable, Equatable {
  /// The value of a key.
  case key(String)
  /// An item of the list under a key.
  case item(of: String)
  /// A thing known by what it is, such as the rule file.
  case thing(String)
}

/// The kinds of value that a reader can ask for.
package enum YAMLExpectation: Sendable, Equatable {
  case string
  case boolean
  case integer
  case number
  case sequence
  case mapping
  case stringOrSequence
  /// A single value, a list of them, or a mapping to them.
  case values
}

/// What a node is, to be told to the user.
package enum YAMLDescription: Sendable, Equatable {
  case sequence
  case mapping
  case null
  case boolean(Bool)
  case number(String)
  case string(String)

  package init(_ node: YAMLNode) {
    switch node.content {
    case .sequence: self = .sequence
    case .mapping: self = .mapping
    case .scalar(let scalar):
      switch scalar.value {
      case .null: self = .null
      case .boolean(let value): self = .boolean(value)
      case .integer, .number: self = .number(scalar.text)
      case .string(let value): self = .string(value)
      }
    }
  }
}
