import Diagnostics
import Engine
import Layers

/// The names of a net's values in a graph, in which every value has a name of its own.
///
/// A blob that layers write in place has a value for each of them: the last one has the blob's name, the others that and the
/// name of the layer that makes them. What the net is given always has the blob's name.
package final class ValueNames {
  private var names: [ValueID: String] = [:]
  /// The names that values and constants have.
  private var taken: Set<String> = []
  private var layers: [LayerID: String] = [:]

  /// Names for one layer, other than those that are taken.
  init(taken names: [String]) { taken = Set(names) }

  /// Names all values of a net.
  package init(_ graph: NetGraph) {
    var versions: [Name: [ValueID]] = [:]
    var order: [Name] = []
    for value in Self.values(of: graph) {
      let blob = graph.blobName(of: value)
      if versions[blob] == nil { order.append(blob) }
      versions[blob, default: []].append(value)
    }
    // Blobs come first: nothing else may take their names.
    var holders: Set<ValueID> = []
    for blob in order {
      let values = versions[blob]!
      let holder = values.first { graph.isGiven($0) } ?? values.last!
      holders.insert(holder)
      names[holder] = unique(Self.text(of: blob))
    }
    for blob in order {
      for value in versions[blob]! where !holders.contains(value) {
        let maker = graph[value].producer.map { Self.text(of: graph[$0].name) } ?? "input"
        names[value] = unique("\(Self.text(of: blob))/\(maker)")
      }
    }
    var prefixes: Set<String> = []
    for layer in graph.liveLayers {
      let prefix = Self.unique(Self.text(of: graph[layer].name), among: prefixes)
      prefixes.insert(prefix)
      layers[layer] = prefix
    }
  }

  /// The name of a value.
  package subscript(value: ValueID) -> String { names[value] ?? "" }

  /// What the nodes of a layer are called after.
  package func prefix(of layer: LayerID) -> String { layers[layer] ?? "" }

  /// The values in the order in which they are made.
  private static func values(of graph: NetGraph) -> [ValueID] {
    var values: [ValueID] = []
    var seen: Set<ValueID> = []
    func add(_ value: ValueID) { if seen.insert(value).inserted { values.append(value) } }
    for layer in graph.liveLayers {
      for bottom in graph[layer].bottoms { add(bottom) }
      for top in graph[layer].tops { add(top) }
    }
    return values
  }

  /// A name as ONNX has it: text, which a name that is not UTF-8 becomes as messages show it.
  package static func text(of name: Name) -> String { name.text ?? name.description }

  /// A name that no value and no constant has, this one where it is free; it is taken from now on.
  package func unique(_ name: String) -> String {
    let free = Self.unique(name.isEmpty ? "value" : name, among: taken)
    taken.insert(free)
    return free
  }

  /// A name that is not among `taken`, this one where it is free.
  private static func unique(_ name: String, among taken: Set<String>) -> String {
    guard taken.contains(name) else { return name }
    var number = 1
    while taken.contains("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }
}

extension NetGraph {
  /// Whether a value is given to the net: by the definition's `input`, or by a layer that reads nothing.
  fileprivate func isGiven(_ value: ValueID) -> Bool {
    self[value].producer.map { self[$0].bottoms.isEmpty } ?? true
  }
}
