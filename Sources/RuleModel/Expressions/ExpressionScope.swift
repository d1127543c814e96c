/// What the names in an expression stand for, as far as it is known when a rule is loaded.
package protocol ExpressionScope {
  /// The names that can be used, for suggestions.
  var names: [String] { get }
  /// The type of a name; nil for a name that is not bound.
  func type(of name: String) -> ExpressionType?
  /// The shape of `capture.blobs[index]`.
  func blobShape(of capture: String, at index: Int) -> SymbolicShape
  /// The shape of `capture.bottoms[index]` or `capture.tops[index]`.
  func valueShape(of capture: String, side: ValueSide, at index: Int) -> SymbolicShape
  /// What the field at `path` in the layer's definition is.
  func attribute(_ path: [String], of capture: String) -> AttributeLookup
  /// The shape of `affine(capture).scale` and `.shift`.
  func affineShape(of capture: String) -> SymbolicShape
  /// Takes note of something that stops nothing and that the author should know.
  func note(_ remark: ExpressionError)
  /// Which captures may be absent.
  var presence: CapturePresence { get }
  /// Whether the capture is one of the layers that make the bottoms of one layer, so that it has a place among them.
  func hasPlace(_ capture: String) -> Bool
}

/// The values a layer reads or the values it makes.
package enum ValueSide: String, Sendable {
  case bottoms
  case tops
}

/// What a rule checker knows of a field in a layer's definition.
package enum AttributeLookup: Sendable, Equatable {
  /// It has this type.
  case type(ExpressionType)
  /// It may exist; its type is known at plan time.
  case dynamic
  /// No layer has it; these fields stand beside it.
  case missing(candidates: [String])
  /// Caffe has no such field; a fork may. These are Caffe's.
  case foreign(candidates: [String])
}

extension ExpressionScope {
  /// Nothing is known before there is a net.
  package func blobShape(of capture: String, at index: Int) -> SymbolicShape { .unknown }
  /// Nothing is known before there is a net.
  package func valueShape(of capture: String, side: ValueSide, at index: Int) -> SymbolicShape { .unknown }
  /// Every path is taken to exist.
  package func attribute(_ path: [String], of capture: String) -> AttributeLookup { .dynamic }
  /// Nobody reads it.
  package func note(_ remark: ExpressionError) {}
  /// None may be absent.
  package var presence: CapturePresence { CapturePresence() }
  /// None has a place.
  package func hasPlace(_ capture: String) -> Bool { false }
  /// One number per channel.
  package func affineShape(of capture: String) -> SymbolicShape {
    SymbolicShape([.symbol("channels of \(capture)")])
  }
}

/// A scope of names with their types and nothing known of layers.
package struct ExpressionNames: ExpressionScope {
  /// The types by name.
  package var types: [String: ExpressionType]

  /// Makes a scope of names with their types.
  package init(_ types: [String: ExpressionType] = [:]) { self.types = types }

  /// The names in alphabetical order.
  package var names: [String] { types.keys.sorted() }
  /// The type of a name.
  package func type(of name: String) -> ExpressionType? { types[name] }
}
