import CaffeIO
import Diagnostics

/// A layer that the phase or the stages leave out and that is used all the same.
package struct BorrowedSource: Sendable, Equatable {
  /// The layer.
  package let layer: LayerID
  /// A blob that only it makes.
  package let blob: Name
  /// The stages that would bring it in; empty where the phase alone leaves it out.
  package let stages: [String]
}

extension NetGraph {
  /// Takes in layers without bottoms that the phase or the stages leave out, where the net reads a blob that nothing else
  /// makes: a training net with data for TRAIN only becomes a net of TEST by its other layers.
  ///
  /// Layers of the other phase go before those of other stages, and Input layers before data layers.
  /// - Parameter isWanted: whether a layer of that type may be taken in.
  mutating func borrowSources(where isWanted: (String) -> Bool) throws(NetError) -> [BorrowedSource] {
    guard !undefinedBlobs.isEmpty else { return [] }
    var missing: [Name: (value: ValueID, reader: LayerID)] = [:]
    for (blob, reader) in undefinedBlobs where missing[blob] == nil {
      let bottoms = layers[reader.index].bottoms
      guard let value = bottoms.first(where: { values[$0.index].producer == nil && blobName(of: $0) == blob })
      else { continue }
      missing[blob] = (value, reader)
    }
    var otherPhase = state
    otherPhase.phase = state.phase == .test ? .train : .test
    var candidates: [(rank: (Int, Int, Int), index: Int)] = []
    for (index, layer) in definition.layers.enumerated()
    where !layers[index].isIncluded && layer.bottoms.isEmpty && isWanted(layer.type) {
      let isOfPhase = try layer.isIncluded(in: otherPhase, of: definition.document)
      candidates.append(((isOfPhase ? 0 : 1, layer.type == "Input" ? 0 : 1, index), index))
    }
    var borrowed: [BorrowedSource] = []
    for (rank, index) in candidates.sorted(by: { $0.rank < $1.rank }) {
      let layer = definition.layers[index]
      let id = LayerID(index: index)
      // Caffe makes layers in the order of the file.
      guard let blob = layer.tops.first(where: { missing[$0].map { id < $0.reader } ?? false }) else {
        continue
      }
      layers[index].isIncluded = true
      layers[index].firstUse = uses.count
      liveLayerCount += 1
      layers[index].tops = layer.tops.map { top in
        guard let known = missing.removeValue(forKey: top), id < known.reader else {
          return makeValue(blob: makeBlob(named: top, isInput: true), producer: id)
        }
        values[known.value.index].producer = id
        return known.value
      }
      undefinedBlobs.removeAll { layer.tops.contains($0.blob) }
      undefinedNames.subtract(layer.tops)
      borrowed.append(
        BorrowedSource(layer: id, blob: blob, stages: rank.0 == 0 ? [] : layer.requiredStages))
    }
    return borrowed
  }

  /// The values that layers of the net read and that nothing makes, with the first reader of each.
  var unmadeValues: [(blob: Name, reader: LayerID)] {
    guard !undefinedBlobs.isEmpty else { return [] }
    let names = Set(undefinedBlobs.map(\.blob)).subtracting(definition.inputs)
    var found: [(blob: Name, reader: LayerID)] = []
    for value in values.indices where values[value].isAlive && values[value].producer == nil {
      let id = ValueID(index: value)
      guard consumerCount(of: id) > 0, let reader = consumers(of: id).first(where: { _ in true }) else {
        continue
      }
      let name = blobName(of: id)
      if names.contains(name) { found.append((name, reader)) }
    }
    return found
  }

  /// Whether layers read a blob that nothing makes.
  func isUndefined(_ blob: Name) -> Bool { undefinedNames.contains(blob) }

  /// The indices of the definition's layers that the state includes.
  var includedLayers: Set<Int> { Set(definition.layers.indices.filter { layers[$0].isIncluded }) }
}
