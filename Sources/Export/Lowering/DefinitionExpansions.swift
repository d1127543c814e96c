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

  /// Replaces the layers of a net.
  init(_ net: WorkingNet, _ definitions: DefinitionSet) {
    for layer in net.graph.liveLayers
    where definitions.inOperators(ofType: net.graph[layer].type).isEmpty || net.isRedefined(layer) {
      let subject = LayerSubject(name: net.graph[layer].name, type: net.graph[layer].type)
      let origin = Origin(subject: subject, number: layer.index, tops: net.graph[layer].tops)
      // One whose definition fails stays; whoever lowers it asks why.
      for part in (try? net.expandDefined(layer)) ?? [] { origins[part] = origin }
    }
  }

  /// The layer that a layer replaces; nil for one that the net has.
  func origin(of layer: LayerID) -> Origin? { origins[layer] }

  /// Why a layer stays though a definition of its type consists of Caffe layers; nil where none does. The layer may be replaced
  /// afterwards.
  func failure(of layer: LayerID, in net: WorkingNet) -> String? {
    do {
      // That it can be replaced now means that it stands for a layer of the same type, which is replaced only once.
      return try net.expandDefined(layer).isEmpty
        ? nil : "the layers of its definition lead to layers of its type again"
    } catch {
      return error.sentence()
    }
  }
}
