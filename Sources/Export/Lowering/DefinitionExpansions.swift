import Definitions
import Engine
import Layers

/// The layers of a net that definitions in Caffe layers describe, replaced by those layers before the net is lowered.
struct DefinitionExpansions {
  /// A layer that was replaced.
  struct Origin {
    var subject: LayerSubject
    /// Its place among all that were replaced: several layers of a net may have one name.
    var number: Int
    /// What it made.
    var tops: [ValueID]
  }

  /// By layer that was made, the layer that it replaces.
  private var origins: [LayerID: Origin] = [:]
  /// By layer that was not replaced, why its definition fails.
  private var failures: [LayerID: String] = [:]

  /// Replaces the layers of a net.
  init(_ net: WorkingNet, _ definitions: DefinitionSet) {
    for layer in net.graph.liveLayers
    where definitions.inOperators(ofType: net.graph[layer].type).isEmpty || net.isRedefined(layer) {
      let subject = LayerSubject(name: net.graph[layer].name, type: net.graph[layer].type)
      let origin = Origin(subject: subject, number: layer.index, tops: net.graph[layer].tops)
      do {
        for part in try net.expandDefined(layer) { origins[part] = origin }
      } catch {
        failures[layer] = error.sentence()
      }
    }
  }

  /// The layer that a layer replaces; nil for one that the net has.
  func origin(of layer: LayerID) -> Origin? { origins[layer] }

  /// Why the definition in Caffe layers of a layer's type could not replace the layer; nil where there is no such definition.
  func failure(of layer: LayerID, in net: WorkingNet) -> String? {
    guard net.isDefinedInLayers(layer) else { return nil }
    if let why = failures[layer] ?? net.whyNotExpanded(layer) { return why }
    // A definition replaces layers of its own type once.
    return origin(of: layer) != nil
      ? "the layers of its definition lead to layers of its type again"
      : "its definition needs shapes that are known only when the layers before it are exported"
  }
}
