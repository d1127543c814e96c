import Diagnostics

// Layers that are connected differently from the pattern of a rule.

/// A bottom is made by a layer of another type.
struct ProducerType: RefusalReason {
  static let code = RefusalCode("producer-type", "a bottom is made by a layer of another type")
  /// Whose bottom it is.
  var reader: NamedLayer
  var blob: Name
  var found: NamedLayer
  /// The types that the rules accept.
  var expected: [String]

  var variant: String { "\(reader.type) \(found.type)" }
  var obstacles: [NamedLayer] { [found] }

  func sentence(about layer: NamedLayer?) -> String {
    let types = expected.isEmpty ? "the layer that the rule needs" : Wording.list(expected, "or")
    return "\(reader.bottom(blob, about: layer)) is made by \(found.description), not by \(types)"
  }
}

/// A bottom is an input of the net, or nothing makes it.
struct NoProducer: RefusalReason {
  static let code = RefusalCode("no-producer", "a bottom is an input of the net, or nothing makes it")
  var reader: NamedLayer
  var blob: Name
  /// Whether the net declares the blob as an input.
  var isInput: Bool

  var variant: String { "\(reader.type) \(isInput)" }

  func sentence(about layer: NamedLayer?) -> String {
    let bottom = reader.bottom(blob, about: layer)
    return isInput ? "\(bottom) is an input of the net" : "no layer or input makes \(bottom)"
  }
}

/// A layer has more or fewer bottoms.
struct BottomCount: RefusalReason {
  static let code = RefusalCode("bottom-count", "a layer has more or fewer bottoms")
  var layer: NamedLayer
  var found: Int
  var expected: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has \(Wording.counted(found, "bottom")), the rule needs \(expected)"
  }
}

/// Layers of the right types are connected differently.
struct OtherConnection: RefusalReason {
  static let code = RefusalCode("connection", "layers of the right types are connected differently")
  var layer: NamedLayer

  var obstacles: [NamedLayer] { [layer] }

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) is not connected as the rule's pattern says"
  }
}

/// A chain has too few repetitions.
struct ChainLength: RefusalReason {
  static let code = RefusalCode("chain-length", "a chain has too few repetitions")
  /// What the chain would end with.
  var blob: Name
  var found: Int
  var least: Int

  func sentence(about layer: NamedLayer?) -> String {
    "the chain that ends with blob '\(blob)' has \(Wording.counted(found, "repetition")), the rule needs at least \(least)"
  }
}

/// A search took too many steps.
struct SearchLimit: RefusalReason {
  static let code = RefusalCode("search-limit", "a search for the pattern would take too long")
  var limit: Int

  func sentence(about layer: NamedLayer?) -> String {
    "the search for the rule's pattern was given up after \(limit) steps"
  }
}

/// A layer has more bottoms than a search looks at.
struct TooManyBottoms: RefusalReason {
  static let code = SearchLimit.code
  var layer: NamedLayer
  var found: Int
  var limit: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has \(Wording.counted(found, "bottom")); a rule matches layers with at most \(limit)"
  }
}

/// A value inside the match is read outside of it.
struct OtherConsumer: RefusalReason {
  static let code = RefusalCode("other-consumer", "a value inside the match is also read outside of it")
  var blob: Name
  var readers: Readers

  var obstacles: [NamedLayer] { readers.first }

  func sentence(about layer: NamedLayer?) -> String {
    "blob '\(blob)' is also read by \(readers.description)"
  }
}
