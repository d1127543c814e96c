import RuleModel

extension WorkingNet {
  /// The affine function of a layer that a definition describes as a chain of affine layers; nil where no definition
  /// does.
  ///
  /// - Throws: a refusal where the definition fails.
  func affineByMeaning(_ layer: LayerID) throws(Refusal.Reason) -> Affine? {
    let known = layoutIndices(for: graph[layer].type)
    guard known.contains(where: { layouts[$0].meaning != nil }),
      known.allSatisfy({ layouts[$0].meaning != nil }) && isDefinedInLayers(layer) || isRedefined(layer)
    else { return nil }
    let expanded = try expandedNet(of: layer)
    let (net, parts) = (expanded.net, expanded.layers)
    guard var value = expanded.bottoms.first, expanded.bottoms.count == 1, !parts.isEmpty else { return nil }
    var whole: Affine?
    for part in parts {
      guard net.graph[part].bottoms == [value], net.graph[part].tops.count == 1,
        let affine = try? net.affine(of: part),
        let next = whole.map({ $0.followed(by: affine) }) ?? affine
      else { return nil }
      whole = next
      value = net.graph[part].tops[0]
    }
    return expanded.tops == [value] ? whole : nil
  }
}

extension Affine {
  /// The composition of this function and then `next`; nil where their channels lie along different axes or differ in
  /// number.
  func followed(by next: Affine) -> Affine? {
    let isSpread = (axisCount != 0, next.axisCount != 0)
    if isSpread == (true, true), (axis, axisCount) != (next.axis, next.axisCount) { return nil }
    var whole = isSpread.0 ? self : next
    whole.hasShift = hasShift || next.hasShift
    guard let scale, let more = next.scale else {
      (whole.scale, whole.shift) = (nil, nil)
      return whole
    }
    let count = max(scale.count, more.count)
    guard [1, count].contains(scale.count), [1, count].contains(more.count) else { return nil }
    func at(_ numbers: [Double]?, _ channel: Int) -> Double {
      guard let numbers else { return 0 }
      return numbers[numbers.count == 1 ? 0 : channel]
    }
    whole.scale = (0..<count).map { at(scale, $0) * at(more, $0) }
    whole.shift =
      whole.hasShift ? (0..<count).map { at(more, $0) * at(shift, $0) + at(next.shift, $0) } : nil
    return whole
  }
}
