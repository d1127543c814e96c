import Diagnostics
import Layers
import OnnxIO

/// Which values of a graph are which blobs of a net.
package struct OnnxCorrespondence: Sendable {
  /// The net's inputs, with the names that they have in the graph.
  package var inputs: [(blob: Name, value: String)]
  /// The net's outputs, with the names that they have in the graph.
  package var outputs: [(blob: Name, value: String)]
  /// The blobs that layers make and the graph has.
  package var blobs: [LoweredNet.Blob]
  /// Outputs of the net that the graph does not have.
  package var missingOutputs: [Name] = []
  /// Inputs of the graph that the net does not have.
  package var foreignInputs: [String] = []

  /// That of a graph which was made of the net.
  package init(_ net: LoweredNet) {
    inputs = net.inputs
    outputs = net.outputs
    blobs = net.blobs
  }

  /// That of a net and a graph which somebody else made of it: by names, and by their order where all names are others.
  package init(matching net: NetRunner, _ graph: OnnxGraph) {
    let constants = Set(graph.initializers.map(\.name))
    let given = graph.inputs.map(\.name).filter { !constants.contains($0) }
    let needed = net.inputs.map(\.name).filter(net.neededInputs.contains)
    let inputs = Self.pairs(needed, given)
    self.inputs = inputs
    let paired = Set(inputs.map(\.value))
    foreignInputs = given.filter { !paired.contains($0) }
    let unread = net.unreadInputs
    let wanted = net.outputs.filter { !unread.contains($0) }
    let outputs = Self.pairs(wanted, graph.outputs.map(\.name))
    self.outputs = outputs
    let found = Set(outputs.map(\.blob))
    missingOutputs = wanted.filter { !found.contains($0) }
    let made = Set(graph.nodes.flatMap(\.outputs))
    let named = Dictionary(outputs.map { ($0.blob, $0.value) }) { first, _ in first }
    var seen: Set<Name> = []
    var blobs: [LoweredNet.Blob] = []
    for step in net.steps where !step.bottoms.isEmpty {
      for top in step.tops where seen.insert(top).inserted {
        guard let value = named[top] ?? top.text, made.contains(value) else { continue }
        blobs.append(LoweredNet.Blob(name: top, value: value, isRewritten: false, bottoms: step.bottoms))
      }
    }
    self.blobs = blobs
  }

  private static func pairs(_ blobs: [Name], _ values: [String]) -> [(blob: Name, value: String)] {
    let known = Set(values)
    let byName = blobs.filter { blob in blob.text.map(known.contains) ?? false }
    if byName.isEmpty, blobs.count == values.count { return zip(blobs, values).map { ($0, $1) } }
    return byName.map { ($0, $0.text ?? "") }
  }
}
