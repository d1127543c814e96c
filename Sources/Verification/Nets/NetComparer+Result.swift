import Diagnostics
import Layers

extension NetComparer {
  /// The result of the samples so far.
  package func result() throws -> NetComparison {
    let ownOutputs = first.outputs.filter { !first.unreadInputs.contains($0) }
    let otherOutputs = second.outputs.filter { !second.unreadInputs.contains($0) }
    let outputs = ownOutputs.filter(Set(otherOutputs).contains)
    let isEqual = { (name: Name) in found.differences[name].map { $0.relative <= tolerance } ?? false }
    let open = outputs.filter { found.differences[$0] == nil && !handedOver.contains($0) }
    let makers = open.isEmpty ? [:] : makersOfVersions
    let settled = Set(try open.filter { try isSettled($0, makers) })
    let inputs = Set(first.inputs.map(\.name)).intersection(second.inputs.map(\.name))
    let withoutNumbers = found.withoutNumbers.subtracting(found.differences.keys)
    var comparison = NetComparison(
      blobs: names.compactMap { found.differences[$0] }, tolerance: tolerance, outputs: outputs,
      unmatchedOutputs: Set(ownOutputs).symmetricDifference(otherOutputs).subtracting(changedOutputs)
        .sorted(),
      uncomparedOutputs: open.filter { !settled.contains($0) }, settledOutputs: open.filter(settled.contains),
      computedCount: found.differences.keys.count { !inputs.contains($0) }, firstDivergence: nil,
      cuts: cutLayers,
      skipped: names.filter {
        found.differences[$0] == nil && !handedOver.contains($0) && !withoutNumbers.contains($0)
      }, withoutNumbers: names.filter(withoutNumbers.contains),
      handedOver: names.filter(handedOver.contains),
      ties: names.compactMap { name in found.ties[name].map { (name, $0) } }, samples: found.samples,
      agreement: outputs.compactMap { name in
        found.agreement[name].map { (output: name, top1: $0.top1, top5: $0.top5, rows: $0.rows) }
      })
    comparison.firstDivergence = try firstDivergence(outputs, isEqual)
    if comparison.firstDivergence == nil {
      for index in comparison.blobs.indices where !isEqual(comparison.blobs[index].name) {
        comparison.blobs[index].isMadeOtherwise = true
      }
    }
    return comparison
  }

  /// The first blob whose difference says that the nets do not compute the same.
  ///
  /// Where all outputs are equal a blob may differ, as far as what reads it is another layer in the second net, or hands the
  /// difference on. A layer that both nets have alike and that makes the same of values that differ hides a difference: for other
  /// inputs it might not.
  private func firstDivergence(
    _ outputs: [Name], _ isEqual: (Name) -> Bool
  ) throws -> BlobDifference? {
    let differing = names.filter { found.differences[$0] != nil && !isEqual($0) }
    guard !differing.isEmpty else { return nil }
    if outputs.contains(where: Set(differing).contains) { return found.differences[differing[0]] }
    // Where no output was compared there is nothing that speaks for a difference.
    guard outputs.contains(where: isEqual) || !cutLayers.isEmpty else {
      return found.differences[differing[0]]
    }
    var suspects: Set<Int> = []
    for (place, step) in first.steps.enumerated() {
      guard let partner = pairs.partners[place] else { continue }
      // What a layer makes of its bottoms that cannot be run nobody knows.
      let isEnd = step.isCut && found.readsOthers.contains(place)
      let hides = try found.hides.contains(place) && pairs.areAlike(place, partner)
      if isEnd || hides { suspects.formUnion(step.reads) }
    }
    guard !suspects.isEmpty else { return nil }
    // Go back to where the difference begins, through all values that are not known to be equal. A layer that only one
    // of the nets has, such as a Dropout, passes the difference on like any other layer.
    let agreeing = Set(names.filter(isEqual).compactMap { first.lastVersions[$0] })
    for step in first.steps.reversed() where step.writes.contains(where: suspects.contains) {
      suspects.formUnion(step.reads.filter { !agreeing.contains($0) })
    }
    return differing.first { first.lastVersions[$0].map(suspects.contains) ?? false }.flatMap {
      found.differences[$0]
    } ?? found.differences[differing[0]]
  }

  /// Whether an output that could not be computed is equal all the same: both nets make it by the same layer, of the same values.
  private func isSettled(_ output: Name, _ makers: [Int: Int]) throws -> Bool {
    guard let version = first.lastVersions[output], let place = makers[version], first.steps[place].isCut,
      let partner = pairs.partners[place], second.steps[partner].isCut,
      second.lastVersions[output].map(second.steps[partner].writes.contains) ?? false
    else { return false }
    guard !found.readsOthers.contains(place), try pairs.areAlike(place, partner) else { return false }
    let inputs = Set(first.inputs.map(\.name)).intersection(second.inputs.map(\.name))
    return first.steps[place].bottoms.allSatisfy {
      found.differences[$0] != nil || found.replaced[$0] != nil || inputs.contains($0)
    }
  }

  /// By version of a blob of the first net, the step that makes it.
  private var makersOfVersions: [Int: Int] {
    var makers: [Int: Int] = [:]
    for (place, step) in first.steps.enumerated() { for version in step.writes { makers[version] = place } }
    return makers
  }

  private var cutLayers: [NetComparison.Cut] {
    var layers: [NetComparison.Cut] = []
    var seen: Set<LayerSubject> = []
    for step in first.steps + second.steps where step.isCut && seen.insert(step.subject).inserted {
      let shapes = step.tops.compactMap { top in found.replaced[top].map { (blob: top, shape: $0) } }
      layers.append(
        NetComparison.Cut(
          layer: step.subject, why: step.obstacle?.whyUndefined(step.subject), bottoms: step.bottoms,
          replaced: shapes))
    }
    return layers
  }
}

extension NetRunner.Step {
  /// Whether the layer cannot be run, and is none that only brings an input in.
  package var isCut: Bool { obstacle != nil && !bottoms.isEmpty }
}
