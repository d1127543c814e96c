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
  /// Captures that are replaced by the layers of which the definitions of their types consist.
  package var expanded: [Int] = []
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
  package var connections: [(capture: Int, bottoms: [BottomItem])] = []
  /// Values that captures read no more, each once.
  package var disconnections: [(capture: Int, without: [ValueReference])] = []
  /// Which of two names survives where a layer goes or comes; the later one unless it says so.
  package var keepsEarlierName = false

  /// Makes one of all its parts.
  package init(
    removed: [Int] = [], dropped: [Int] = [], pruned: [PrunedBottoms] = [], replaced: [Int] = [],
    layers: [LayerTemplate] = [], insertions: [Insertion] = [],
    renames: [(capture: Int, name: NameTemplate)] = [], cleared: [ClearedField] = [],
    connections: [(capture: Int, bottoms: [BottomItem])] = [],
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
      && expanded.isEmpty
  }

  /// Whether it does nothing but take layers and fields out.
  package var onlyTakesOut: Bool {
    dropped.isEmpty && replaced.isEmpty && layers.isEmpty && insertions.isEmpty && connections.isEmpty
      && disconnections.isEmpty && pruned.isEmpty && renames.isEmpty && expanded.isEmpty
  }

  /// Whether the layer of a capture is gone afterwards.
  package func lets(go capture: Int) -> Bool {
    removed.contains(capture) || dropped.contains(capture) || replaced.contains(capture)
      || expanded.contains(capture)
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
