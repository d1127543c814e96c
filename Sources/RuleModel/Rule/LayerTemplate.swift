import Diagnostics

/// A layer that a rule writes.
package struct LayerTemplate: Sendable {
  /// What it reads.
  package enum Bottoms: Sendable {
    /// All that a captured layer reads.
    case all(capture: Int)
    /// These.
    case listed([BottomItem])
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
    /// The same, at a position that an expression says.
    case takenAt(capture: Int, CheckedExpression)
    /// All that a captured layer made.
    case allTaken(capture: Int)
    /// A new value; without a name it gets the layer's. With a repetition there are several.
    case fresh(NameTemplate?, Repetition?)
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
  package var blobs: [TemplateBlob]
  /// What it is repeated for; nil for a layer that is there once.
  package var repetition: Repetition?
  /// Whether it is there at all; nil for always. The readers of an absent layer connect to its only bottom.
  package var condition: CheckedExpression?
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    alias: String? = nil, type: String? = nil, model: Int? = nil, name: NameTemplate? = nil, bottoms: Bottoms,
    tops: Tops, fields: [TemplateField], blobs: [TemplateBlob], repetition: Repetition? = nil,
    condition: CheckedExpression? = nil, place: SourcePlace
  ) {
    self.alias = alias
    self.type = type
    self.model = model
    self.name = name
    self.bottoms = bottoms
    self.tops = tops
    self.fields = fields
    self.blobs = blobs
    self.repetition = repetition
    self.condition = condition
    self.place = place
  }
}

/// `each: {i: conv.convolution_param.group}`: something is there once for each number below a count, or for each item of a list.
package struct Repetition: Sendable {
  /// What expressions call the number or item.
  package var name: String
  /// The count, or the list.
  package var items: CheckedExpression

  /// How often at most.
  package static let limit = 1024

  /// Makes one of all its parts.
  package init(name: String, items: CheckedExpression) {
    self.name = name
    self.items = items
  }
}

/// One value, or several, that a new layer reads.
package struct BottomItem: Sendable {
  /// Which.
  package enum Source: Sendable {
    /// One value.
    case value(ValueReference)
    /// As many as there are.
    case path(ValuePath)
  }

  /// Which.
  package var source: Source
  /// Whether the layer reads it; nil for always.
  package var condition: CheckedExpression?

  /// Makes one of all its parts.
  package init(_ source: Source, condition: CheckedExpression? = nil) {
    self.source = source
    self.condition = condition
  }
}

/// `conv.bottoms`, `parts.tops[i]`, `piece`, `piece[i + 1].tops[0]`: values of layers of which there may be several.
package struct ValuePath: Sendable {
  /// Whose values.
  package enum Owner: Sendable {
    /// The layers of a capture.
    case capture(Int)
    /// The layers that a new layer's template makes, by its position in the list.
    case made(Int)
    /// The layer that a repetition's name stands for.
    case item(String)
  }

  /// Which of the values of a layer.
  package enum Position: Sendable {
    /// The first.
    case first
    /// All.
    case all
    /// This one.
    case at(CheckedExpression)
    /// Those from a position up to, not including, another; nil for the first and for all that are left.
    case range(from: CheckedExpression?, to: CheckedExpression?)
  }

  /// Whose values.
  package var owner: Owner
  /// Which of several layers; nil for each of them.
  package var element: CheckedExpression?
  /// What the layers read or what they make.
  package var side: ValueSide
  /// Which of the values of each layer.
  package var position: Position
  /// As the rule writes it, with its place.
  package var text: CheckedText

  /// Makes one of all its parts.
  package init(
    owner: Owner, element: CheckedExpression?, side: ValueSide, position: Position, text: CheckedText
  ) {
    self.owner = owner
    self.element = element
    self.side = side
    self.position = position
    self.text = text
  }
}

/// A text of a rule with its place, for messages at plan time.
package struct CheckedText: Sendable {
  /// The text.
  package var text: String
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(_ text: String, at place: SourcePlace) {
    self.text = text
    self.place = place
  }
}

/// One blob of a new layer, or several.
package struct TemplateBlob: Sendable {
  /// What it holds.
  package enum Source: Sendable {
    /// The value of an expression.
    case computed(CheckedExpression)
    /// The blobs of a layer as they are, `conv.blobs` or `conv.blobs[1:]`: as many as there are.
    case taken(layer: String, CheckedText, from: Int, to: Int?)
  }

  /// What it holds.
  package var source: Source
  /// Whether the layer has it; nil for always.
  package var condition: CheckedExpression?

  /// Makes one of all its parts.
  package init(_ source: Source, condition: CheckedExpression? = nil) {
    self.source = source
    self.condition = condition
  }
}
