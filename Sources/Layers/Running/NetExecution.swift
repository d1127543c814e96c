import Diagnostics

/// A run of a net that stands still after every layer.
///
///     var execution = try NetExecution(net, inputs: ["data": value])
///     while let step = execution.next { let tops = try execution.run(step) … }
///
/// A value is given up as soon as no later layer reads it; who wants it for longer keeps what `run` returned.
///
/// Targets above call it for every layer, in either number type. It is specialised for both, since generic code of
/// another target is not specialised by itself.
package struct NetExecution<S: NetScalar> {
  private let net: NetRunner
  private let inputs: [Name: NetValue<S>]
  private var values: [NetValue<S>?]
  private var standsBehindCut: [Bool]
  private var position = 0
  private var live: LiveValues
  /// How many numbers the values have that are alive.
  package var liveCount: Int { live.count }
  /// The most numbers that may be alive at a time.
  package var limit = Int.max

  /// Begins a run.
  ///
  /// - Parameter inputs: as `NetRunner.run` takes them; one that no layer reads that can be run may be missing.
  /// - Throws: `LayerError` for an input that is missing or that the net does not have.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package init(_ net: NetRunner, inputs: [Name: NetValue<S>]) throws(LayerError) {
    let names = Set(net.inputs.map(\.name))
    if let unknown = inputs.keys.filter({ !names.contains($0) }).min() {
      throw LayerError(nil, .unknownInput(blob: unknown, inputs: net.inputs.map(\.name)))
    }
    self.net = net
    self.inputs = inputs
    values = Array(repeating: nil, count: net.versionCount)
    live = LiveValues(net)
    standsBehindCut = Array(repeating: false, count: net.versionCount)
    for (version, name) in net.legacyInputs.enumerated() {
      if let value = inputs[name] {
        values[version] = value
        live.begin(version, count: value.values.count)
      } else if net.isNeeded(version) {
        throw LayerError(nil, .missingInput(blob: name))
      }
    }
  }

  /// The layer that is to be run next; nil at the end.
  package var next: NetRunner.Step? { position < net.steps.count ? net.steps[position] : nil }

  /// The place of that layer in `NetRunner.steps`.
  package var place: Int { position }

  /// The values of the bottoms of the layer that is to be run next; nil where a cut left one out.
  package var bottoms: [NetValue<S>?] {
    @_specialize(where S == Float)
    @_specialize(where S == Double)
    get {
      guard position < net.steps.count else { return [] }
      return net.steps[position].reads.map { values[$0] }
    }
  }

  /// Runs the next layer.
  ///
  /// - Parameter cut: what to do at a layer that cannot be run, by its step and its bottoms (nil where missing): give values for
  ///   its tops, or nil to go on without them, or throw the step's obstacle. Layers that cannot take what it gives, or that would
  ///   need what it leaves out, are left out too.
  /// - Returns: the values of its tops; nil where they were left out.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package mutating func run(
    cut: (NetRunner.Step, [NetValue<S>?]) throws -> [NetValue<S>]?
  ) throws -> [NetValue<S>?] {
    let step = net.steps[position]
    position += 1
    let isBehindCut = step.reads.contains { standsBehindCut[$0] }
    for version in step.writes { standsBehindCut[version] = isBehindCut || step.layer == nil }
    var made = [NetValue<S>?](repeating: nil, count: step.tops.count)
    do {
      if let values = try values(of: step, cut: cut) { made = values }
    } catch let error as LayerError where isBehindCut && !error.isAboutMemory {
      // What was given at the cut does not fit here; nobody can know its shape.
    }
    for version in step.lastReads { values[version] = nil }
    for (version, value) in zip(step.writes, made) {
      if let value, live.keeps(version) { values[version] = value }
    }
    live.pass(step, tops: made.map { $0?.values.count })
    return made
  }

  /// Puts another value in the place of a top of the layer that was run last.
  package mutating func replaceTop(_ place: Int, with value: NetValue<S>) {
    values[net.steps[position - 1].writes[place]] = value
  }

  /// What is left of the net's outputs.
  package var outputs: [Name: NetValue<S>] {
    var result: [Name: NetValue<S>] = [:]
    for output in net.outputVersions { result[output.name] = values[output.version] }
    return result
  }

  private mutating func values(
    of step: NetRunner.Step, cut: (NetRunner.Step, [NetValue<S>?]) throws -> [NetValue<S>]?
  ) throws -> [NetValue<S>?]? {
    if step.bottoms.isEmpty, let given = try given(for: step) { return given }
    guard let layer = step.layer else {
      return try cut(step, step.reads.map { values[$0] })
    }
    var bottoms = step.reads.compactMap { values[$0] }
    guard bottoms.count == step.reads.count else { return nil }
    // No key path: a generic one is made anew each time.
    let shapes = try layer.outputShapes(bottoms.map { $0.shape })
    var needed = liveCount
    for shape in shapes {
      try net.limits.check(shape, of: step.subject)
      needed += shape.product
    }
    guard needed <= limit else {
      throw LayerError(step.subject, .memory(needed: needed, limit: limit))
    }
    let blobs = try net.parameters.blobs(of: step.subject.name, in: S.self)
    // Nobody reads these values after the layer, so the layer may write over them.
    for version in step.lastReads { values[version] = nil }
    return try S.run(layer, &bottoms, blobs: blobs)
  }

  /// What was given for the tops of a layer without bottoms; nil where the layer has to make them itself, as Parameter and
  /// its like do.
  private func given(for step: NetRunner.Step) throws(LayerError) -> [NetValue<S>?]? {
    let missing = zip(step.tops, step.writes).first { inputs[$0.0] == nil && net.isNeeded($0.1) }?.0
    guard let missing else { return step.tops.map { inputs[$0] } }
    guard step.subject.type != "Input", step.layer != nil else {
      throw LayerError(step.subject, .missingInput(blob: missing))
    }
    return nil
  }
}

extension LayerError {
  /// Whether the run as a whole needs too much.
  fileprivate var isAboutMemory: Bool {
    if case .memory = reason { return true }
    return false
  }
}
