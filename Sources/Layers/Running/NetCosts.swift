import Diagnostics

/// What the layers of a net make and take, by their descriptions: nothing is run, and no weights are needed.
package struct NetCosts: Sendable {
  /// The facts of one step.
  package struct Step: Sendable {
    /// The shape of each top; nil where it is not known.
    package var tops: [[Int]?]
    /// The shapes of the bottoms; nil where one is not known.
    package var bottoms: [[Int]]?
    /// Why bottoms of these shapes do not suit the layer, or its tops no memory.
    package var failure: LayerError?
    /// The parameter blobs that the layer has by its parameters; nil where they are not known.
    package var blobs: [BlobDescription]?
    /// The products of one run with numbers of the blobs; nil where they are not known, or too many for a number.
    package var multiplyAdds: Int?
    /// For each top, whether it takes the place of the bottom at its position.
    package var isInPlace: [Bool]
    /// How many numbers are alive while the layer runs: those that this or a later layer reads, outputs, and its own tops. A top
    /// in the place of its bottom takes no room of its own.
    package var liveCount: Int
  }

  /// As many as the net has steps.
  package var steps: [Step] = []
  /// Whether the shapes of all values are known; else a number of all layers is a lower bound.
  package var isComplete = true

  /// The first step at which most numbers are alive; nil for a net without layers.
  package var peak: Int? { steps.indices.max { (steps[$0].liveCount, $1) < (steps[$1].liveCount, $0) } }
}

extension NetRunner {
  /// What each layer makes and takes.
  ///
  /// - Parameter given: shapes by blob: of inputs in the place of the definition's, and of the tops of layers that cannot be
  ///   described.
  /// - Throws: `LayerError` for an input of a shape that no value can have.
  package func costs(_ given: [Name: [Int]] = [:]) throws(LayerError) -> NetCosts {
    var known = [[Int]?](repeating: nil, count: versionCount)
    var live = LiveValues(self)
    var costs = NetCosts()
    for (version, input) in inputs.prefix(legacyInputs.count).enumerated() {
      guard let shape = given[input.name] ?? input.shape else {
        costs.isComplete = false
        continue
      }
      try limits.check(shape, ofInput: input.name)
      known[version] = shape
      live.begin(version, count: shape.product)
    }
    for step in steps {
      let bottoms = step.reads.map { known[$0] }
      var cost = facts(of: step, bottoms)
      for place in cost.tops.indices where cost.tops[place] == nil || step.bottoms.isEmpty {
        guard let shape = given[step.tops[place]] else { continue }
        try limits.check(shape, of: step.subject)
        cost.tops[place] = shape
      }
      if cost.tops.contains(where: { $0 == nil }) { costs.isComplete = false }
      let own = zip(cost.tops, cost.isInPlace).map { $1 ? 0 : $0?.product ?? 0 }
      cost.liveCount = live.count + own.reduce(0, +)
      live.pass(step, tops: cost.tops.map { $0?.product })
      for (version, shape) in zip(step.writes, cost.tops) { known[version] = shape }
      costs.steps.append(cost)
    }
    return costs
  }

  private func facts(of step: Step, _ bottoms: [[Int]?]) -> NetCosts.Step {
    let isInPlace = step.tops.indices.map { $0 < step.bottoms.count && step.tops[$0] == step.bottoms[$0] }
    var cost = NetCosts.Step(
      tops: step.tops.map { _ in nil }, bottoms: nil, failure: nil, blobs: nil, multiplyAdds: nil,
      isInPlace: isInPlace, liveCount: 0)
    let shapes = bottoms.compactMap(\.self)
    guard shapes.count == bottoms.count else { return cost }
    cost.bottoms = shapes
    guard let layer = step.layer else { return cost }
    do throws(LayerError) {
      let tops = try layer.outputShapes(shapes)
      for shape in tops { try limits.check(shape, of: step.subject) }
      if tops.count == step.tops.count { cost.tops = tops }
      cost.blobs = try layer.blobs(shapes)
      let products = try layer.multiplyAdds(shapes)
      cost.multiplyAdds = products == .max ? nil : products
    } catch {
      cost.failure = error
    }
    return cost
  }
}
