import Diagnostics
import RuleModel

/// The layers that replace others, described one by one before anything changes.
struct NewLayers {
  /// A value that one of them reads.
  enum Source {
    /// A value of the net.
    case value(ValueID)
    /// A top of an earlier new layer; `layer` is its index in `layers`.
    case made(layer: Int, top: Int)

    /// The value, once the layers before are in the net; `made` are their tops.
    func value(_ made: [[ValueID]]) -> ValueID {
      switch self {
      case .value(let value): value
      case .made(let layer, let top): made[layer][top]
      }
    }
  }

  /// A value that one of them makes.
  enum Top {
    /// The top of a removed layer.
    case taken(ValueID)
    /// A new one; a name that the rule gives must be free.
    case fresh(name: Name, isGiven: Bool)
  }

  /// One of them.
  struct Layer {
    var description: LayerWriter.Description
    var bottoms: [Source]
    var tops: [Top]
  }

  /// All of them, in the order in which they compute.
  var layers: [Layer] = []
  /// By template, for each layer that it makes, the values that its readers read.
  var made: [[[Source]]] = []

  /// The tops of removed layers that the new layers make from now on.
  var takenValues: Set<ValueID> {
    var values: Set<ValueID> = []
    for layer in layers { for case .taken(let value) in layer.tops { values.insert(value) } }
    return values
  }

  /// The values of the net that they read.
  var readValues: Set<ValueID> {
    var values: Set<ValueID> = []
    for layer in layers { for case .value(let value) in layer.bottoms { values.insert(value) } }
    return values
  }
}

extension LayerTemplate.Tops {
  /// The capture whose value the layer makes first; nil for a new value.
  var firstTaken: Int? {
    switch self {
    case .all(let capture): capture
    case .listed(let tops):
      switch tops.first {
      case .taken(let capture, _), .takenAt(let capture, _), .allTaken(let capture): capture
      case .fresh, nil: nil
      }
    }
  }
}
