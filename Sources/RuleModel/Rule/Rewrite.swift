import Diagnostics

/// What happens to the layers of a match.
package struct Rewrite: Sendable {
  /// Captures that are bypassed, in this order.
  package var removed: [Int] = []
  /// Captures that go together with what they make, which nobody else may read.
  package var dropped: [Int] = []
  /// Values that are needed no more: what alone makes them goes too, back to layers with blobs.
  package var pruned: [PrunedBottoms] = []
  /// Captures whose place `layers` take.
  package var replaced: [Int] = []
  /// What takes the place of `replaced`, in the order in which they compute.
  package var layers: [LayerTemplate] = []
  /// Layers that come between others.
  package var insertions: [Insertion] = []
  /// New names of captures.
  package var renames: [(capture: Int, name: NameTemplate)] = []
  /// Fields of captures that go.
  package var cleared: [ClearedField] = []
  /// New types of captures, which keep their fields and blobs.
  package var retypes: [(capture: Int, type: String)] = []
  /// Captures that write blobs of their own from now on, not over what they read.
  package var separated: [Int] = []
  /// New names of all that captures make.
  package var topNames: [(capture: Int, name: NameTemplate)] = []
  /// Captures whose fields go that BVLC's Caffe does not have and that change nothing.
  package var foreignCleared: [Int] = []
  /// What captures read from now on.
  package var connections: [(capture: Int, bottoms: [ValueReference])] = []
  /// Values that captures read no more, each once.
  package var disconnections: [(capture: Int, without: [ValueReference])] = []
  /// Which of two names survives where a layer goes or comes; the later one unless it says so.
  package var keepsEarlierName = false

  /// Makes one of all its parts.
  package init(
    removed: [Int] = [], dropped: [Int] = [], pruned: [PrunedBottoms] = [], replaced: [Int] = [],
    layers: [LayerTemplate] = [], insertions: [Insertion] = [],
    renames: [(capture: Int, name: NameTemplate)] = [], cleared: [ClearedField] = [],
    connections: [(capture: Int, bottoms: [ValueReference])] = [],
    disconnections: [(capture: Int, without: [ValueReference])] = [], keepsEarlierName: Bool = false
  ) {
    self.removed = removed
    self.dropped = dropped
    self.pruned = pruned
    self.replaced = replaced
    self.layers = layers
    self.insertions = insertions
    self.renames = renames
    self.cleared = cleared
    self.connections = connections
    self.disconnections = disconnections
    self.keepsEarlierName = keepsEarlierName
  }

  /// Whether nothing is asked for.
  package var isEmpty: Bool {
    removed.isEmpty && dropped.isEmpty && replaced.isEmpty && insertions.isEmpty && renames.isEmpty
      && cleared.isEmpty && connections.isEmpty && disconnections.isEmpty && pruned.isEmpty
      && retypes.isEmpty && separated.isEmpty && topNames.isEmpty && foreignCleared.isEmpty
  }

  /// Whether it does nothing but take layers and fields out.
  package var onlyTakesOut: Bool {
    dropped.isEmpty && replaced.isEmpty && layers.isEmpty && insertions.isEmpty && connections.isEmpty
      && disconnections.isEmpty && pruned.isEmpty && renames.isEmpty
  }

  /// Whether the layer of a capture is gone afterwards.
  package func lets(go capture: Int) -> Bool {
    removed.contains(capture) || dropped.contains(capture) || replaced.contains(capture)
  }
}

/// Bottoms of a captured layer that are needed no more.
package struct PrunedBottoms: Sendable {
  /// The capture.
  package var capture: Int
  /// Which of its bottoms, as far as there are so many.
  package var positions: PartialRangeFrom<Int>
  /// Whether only the first of the positions is meant.
  package var isSingle: Bool

  /// Makes one of all its parts.
  package init(capture: Int, positions: PartialRangeFrom<Int>, isSingle: Bool) {
    self.capture = capture
    self.positions = positions
    self.isSingle = isSingle
  }
}

/// A field of a captured layer that goes, wherever it is written.
package struct ClearedField: Sendable {
  /// The capture.
  package var capture: Int
  /// The path in its layer: `["convolution_param", "weight_filler"]`.
  package var path: [String]
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(capture: Int, path: [String], place: SourcePlace) {
    self.capture = capture
    self.path = path
    self.place = place
  }
}

/// A value that a rewrite speaks of.
package enum ValueReference: Sendable, Equatable {
  /// What a captured layer makes.
  case top(capture: Int, index: Int)
  /// What a captured layer reads.
  case bottom(capture: Int, index: Int)
  /// `$x` of the pattern.
  case value(String)
  /// What a new layer makes, by its position among the templates of its list.
  case made(layer: Int, index: Int)
}

/// A layer that a rule writes.
package struct LayerTemplate: Sendable {
  /// What it reads.
  package enum Bottoms: Sendable {
    /// All that a captured layer reads.
    case all(capture: Int)
    /// These.
    case listed([ValueReference])
  }

  /// What it makes.
  package enum Tops: Sendable {
    /// All that a captured layer made.
    case all(capture: Int)
    /// These.
    case listed([Top])
  }

  /// One value that it makes.
  package enum Top: Sendable {
    /// What a captured layer that goes made: its readers and its name are the new layer's.
    case taken(capture: Int, index: Int)
    /// A new value; without a name it gets the layer's.
    case fresh(NameTemplate?)
  }

  /// What the rule calls it; nil when nothing refers to it.
  package var alias: String?
  /// The type; nil for that of `model`.
  package var type: String?
  /// The capture whose parameters it begins with.
  package var model: Int?
  /// The name, with `{capture.name}` filled in; nil for one that is made of what it replaces.
  package var name: NameTemplate?
  /// What it reads.
  package var bottoms: Bottoms
  /// What it makes.
  package var tops: Tops
  /// Its parameters.
  package var fields: [TemplateField]
  /// Its blobs.
  package var blobs: [CheckedExpression]
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    alias: String? = nil, type: String? = nil, model: Int? = nil, name: NameTemplate? = nil, bottoms: Bottoms,
    tops: Tops, fields: [TemplateField], blobs: [CheckedExpression], place: SourcePlace
  ) {
    self.alias = alias
    self.type = type
    self.model = model
    self.name = name
    self.bottoms = bottoms
    self.tops = tops
    self.fields = fields
    self.blobs = blobs
    self.place = place
  }
}

/// A new layer between others.
package struct Insertion: Sendable {
  /// Where.
  package enum Place: Sendable {
    /// Behind a value: all its readers read the new layer's.
    case after(ValueReference)
    /// Before one bottom of a captured layer; nil for the only one.
    case before(capture: Int, bottom: Int?)
  }

  /// Where.
  package var place: Place
  /// The layer.
  package var layer: LayerTemplate

  /// Makes one of all its parts.
  package init(place: Place, layer: LayerTemplate) {
    self.place = place
    self.layer = layer
  }
}

/// A name with places for the names of captures, `{bn.name}_scale`, and for texts: `{replace(bn.name, '/', '_')}`.
package struct NameTemplate: Sendable {
  /// A piece of the name.
  package enum Part: Sendable {
    /// As written.
    case text(String)
    /// The name of the captured layer.
    case name(capture: Int)
    /// The value of a parameter of the rule.
    case parameter(String)
    /// The text that an expression evaluates to.
    case computed(CheckedExpression)
  }

  /// The pieces, in order.
  package var parts: [Part]

  /// Makes one of all its parts.
  package init(parts: [Part]) {
    self.parts = parts
  }
}

/// A parameter that a template sets.
package struct TemplateField: Sendable {
  /// Its value.
  package indirect enum Value: Sendable {
    /// Quoted in the rule: a string.
    case string(String)
    /// Plain in the rule: a number, `true`, or an enumeration's word.
    case literal(String)
    /// `"{expression}"`: what it evaluates to.
    case computed(CheckedExpression)
    /// A text with expressions in it, as a string.
    case text([TextPart])
    /// A message.
    case message([TemplateField])
    /// A repeated field, one value for each time.
    case list([Value])
  }

  /// A piece of a text.
  package enum TextPart: Sendable {
    /// As written.
    case text(String)
    /// What an expression evaluates to.
    case computed(CheckedExpression)
  }

  /// The field's name.
  package var name: String
  /// The field's value.
  package var value: Value

  /// Makes one of all its parts.
  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}
