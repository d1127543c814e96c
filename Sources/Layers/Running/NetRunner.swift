import CaffeIO
import Diagnostics

/// A net that can be run: the layers of one phase in order, each reading particular versions of its bottoms.
///
/// A blob name that several layers write, in place, has a version for each of them.
package struct NetRunner: Sendable {
  /// One layer of the net.
  package struct Step: Sendable {
    /// The layer's place in `NetDefinition.layers`.
    package let index: Int
    /// Name and type.
    package let subject: LayerSubject
    /// Names of the blobs read.
    package let bottoms: [Name]
    /// Names of the blobs written.
    package let tops: [Name]
    /// The executable layer; nil when it is of a kind that cannot be run here.
    package let layer: (any LayerDescription)?
    /// Why there is no executable layer.
    package let obstacle: LayerError?
    /// The version of each bottom.
    let reads: [Int]
    /// The version of each top.
    let writes: [Int]
    /// Versions that nobody needs after this step.
    var lastReads: [Int] = []
  }

  /// The layers, in order.
  package private(set) var steps: [Step]
  /// The net's inputs with the shapes that the definition gives: those of the legacy form, then the tops of
  /// layers without bottoms. The shape is nil where the definition has none.
  package let inputs: [(name: Name, shape: [Int]?)]
  /// Names of the blobs that the net returns: the last versions that no layer reads.
  package let outputs: [Name]
  private let legacyInputs: [Name]
  private let outputVersions: [(name: Name, version: Int)]
  private let versionCount: Int
  private let parameters: any ParameterSource
  private let limits: LayerLimits

  /// Makes a net from the layers of `definition` that `state` has.
  ///
  /// A layer of an unknown or unsupported type is no error here: it becomes a step without an executable.
  /// - Parameter substitutes: by name, what computes layers of types that nobody knows.
  /// - Throws: `LayerError` for a layer with faulty parameters or a bottom that nobody makes, `NetError` for
  ///   faulty include rules.
  package init(
    _ definition: NetDefinition, state: NetState = NetState(phase: .test), schema: Schema = .caffe,
    parameters: any ParameterSource = GivenParameters(), limits: LayerLimits = LayerLimits(),
    substitutes: [Name: any LayerDescription] = [:]
  ) throws {
    let state = state.merged(with: definition.state)
    var steps: [Step] = []
    var current: [Name: Int] = [:]
    var versions = 0
    func newVersion(of name: Name) -> Int {
      current[name] = versions
      versions += 1
      return versions - 1
    }
    legacyInputs = definition.inputs
    for name in legacyInputs { _ = newVersion(of: name) }
    for (index, definitionLayer) in definition.layers.enumerated()
    where try definitionLayer.isIncluded(in: state, of: definition.document) {
      let description = WrittenLayer(
        definitionLayer, schema: schema, blobShapes: parameters.blobShapes(of: definitionLayer.name),
        limits: limits)
      var layer: (any LayerDescription)?
      var obstacle: LayerError?
      do {
        layer = try LayerRegistry.layer(description)
      } catch {
        guard error.isUnsupported else { throw error }
        layer =
          LayerRegistry.description(ofType: definitionLayer.type) == nil
          ? substitutes[definitionLayer.name] : nil
        obstacle = layer == nil ? error : nil
      }
      var reads: [Int] = []
      for bottom in definitionLayer.bottoms {
        guard let version = current[bottom] else {
          throw description.error(.unknownBottom(blob: bottom, candidates: current.keys.sorted()))
        }
        reads.append(version)
      }
      steps.append(
        Step(
          index: index, subject: description.subject, bottoms: definitionLayer.bottoms,
          tops: definitionLayer.tops, layer: layer, obstacle: obstacle, reads: reads,
          writes: definitionLayer.tops.map(newVersion)))
    }
    var readers = [Int](repeating: -1, count: versions)
    for (place, step) in steps.enumerated() { for version in step.reads { readers[version] = place } }
    for version in readers.indices where readers[version] >= 0 {
      steps[readers[version]].lastReads.append(version)
    }
    outputVersions = current.filter { readers[$0.value] < 0 }.sorted { $0.value < $1.value }
      .map { (name: $0.key, version: $0.value) }
    outputs = outputVersions.map(\.name)
    inputs =
      zip(legacyInputs, definition.inputShapes).map { (name: $0, shape: $1) }
      + steps.filter(\.bottoms.isEmpty).flatMap { step -> [(name: Name, shape: [Int]?)] in
        let shapes = (try? step.layer?.outputShapes([])) ?? []
        return step.tops.enumerated().map { (name: $1, shape: $0 < shapes.count ? shapes[$0] : nil) }
      }
    versionCount = versions
    self.steps = steps
    self.parameters = parameters
    self.limits = limits
  }

  /// Whether a layer reads the version of a blob that is left when the net has run.
  package func isLastVersion(of name: Name, readBy step: Step) -> Bool {
    let last =
      steps.last { $0.tops.contains(name) }.flatMap { maker in
        Array(zip(maker.tops, maker.writes)).last { $0.0 == name }?.1
      } ?? legacyInputs.firstIndex(of: name)
    return zip(step.bottoms, step.reads).contains { $0.0 == name && $0.1 == last }
  }

  /// Runs the net.
  ///
  /// - Parameters:
  ///   - inputs: a value for each net input, of the shape the definition gives or, as after a Reshape in
  ///     Caffe, another one. They take the place of the layers without bottoms.
  ///   - cut: what to do at a layer that cannot be run, by its step and its bottoms (nil where missing): give values for
  ///     its tops, or nil to go on without them; layers that would need them, or that cannot take those given,
  ///     are left out. Without it the step's obstacle is thrown.
  ///   - observing: is shown the value of every top when it is made, in order; the number is the top's place
  ///     in the step's `tops`.
  /// - Returns: the values of `outputs`, except those that a cut left out.
  package func run<S: NetScalar>(
    _ inputs: [Name: NetValue<S>], cut: ((Step, [NetValue<S>?]) throws -> [NetValue<S>]?)? = nil,
    observing: (Step, Int, NetValue<S>) throws -> Void = { _, _, _ in }
  ) throws -> [Name: NetValue<S>] {
    let names = self.inputs.map(\.name)
    if let unknown = inputs.keys.sorted().first(where: { !names.contains($0) }) {
      throw LayerError(nil, .unknownInput(blob: unknown, inputs: names))
    }
    var values = [NetValue<S>?](repeating: nil, count: versionCount)
    for (version, name) in legacyInputs.enumerated() {
      guard let value = inputs[name] else { throw LayerError(nil, .missingInput(blob: name)) }
      values[version] = value
    }
    var standsBehindCut = [Bool](repeating: false, count: versionCount)
    for step in steps {
      let isBehindCut = step.reads.contains { standsBehindCut[$0] }
      for version in step.writes { standsBehindCut[version] = isBehindCut || step.layer == nil }
      var made: [NetValue<S>]?
      do {
        made = try self.values(of: step, reading: step.reads.map { values[$0] }, given: inputs, cut: cut)
      } catch is LayerError where isBehindCut {
        // What was given at the cut does not fit here; nobody can know its shape.
      }
      for version in step.lastReads { values[version] = nil }
      for (place, (version, value)) in zip(step.writes, made ?? []).enumerated() {
        values[version] = value
        try observing(step, place, value)
      }
    }
    var result: [Name: NetValue<S>] = [:]
    for output in outputVersions { result[output.name] = values[output.version] }
    return result
  }

  private func values<S: NetScalar>(
    of step: Step, reading bottoms: [NetValue<S>?], given: [Name: NetValue<S>],
    cut: ((Step, [NetValue<S>?]) throws -> [NetValue<S>]?)?
  ) throws -> [NetValue<S>]? {
    if step.bottoms.isEmpty {
      let values = step.tops.compactMap { given[$0] }
      if values.count == step.tops.count { return values }
      // Layers such as Parameter or DummyData make their tops themselves.
      if step.subject.type == "Input" || step.layer == nil, cut == nil || step.subject.type == "Input" {
        let missing = step.tops.first { given[$0] == nil }!
        throw LayerError(step.subject, .missingInput(blob: missing))
      }
    }
    guard let layer = step.layer else {
      guard let cut else { throw step.obstacle! }
      return try cut(step, bottoms)
    }
    let present = bottoms.compactMap { $0 }
    guard present.count == bottoms.count else { return nil }
    let shapes = try layer.outputShapes(present.map(\.shape))
    for shape in shapes { try limits.check(shape, of: step.subject) }
    return try S.run(layer, present, blobs: parameters.blobs(of: step.subject.name, in: S.self))
  }

  /// The parameters of a layer, in Double.
  package func parameters(of layer: Name) throws -> [NetValue<Double>] {
    try parameters.blobs(of: layer, in: Double.self)
  }

  /// The shapes of every step's tops; nil behind a layer that cannot be run.
  ///
  /// - Parameter inputs: shapes that take the place of the definition's.
  package func shapes(_ inputs: [Name: [Int]] = [:]) throws -> [[[Int]]?] {
    var known = [[Int]?](repeating: nil, count: versionCount)
    for (version, input) in self.inputs.prefix(legacyInputs.count).enumerated() {
      known[version] = inputs[input.name] ?? input.shape
      if let shape = known[version] { try limits.check(shape, ofInput: input.name) }
    }
    var result: [[[Int]]?] = []
    for step in steps {
      var shapes: [[Int]]?
      let bottoms = step.reads.compactMap { known[$0] }
      if bottoms.count == step.reads.count, let layer = step.layer {
        shapes = try layer.outputShapes(bottoms)
      }
      if step.bottoms.isEmpty {
        let given = step.tops.enumerated().compactMap { inputs[$1] ?? shapes?[$0] }
        shapes = given.count == step.tops.count ? given : nil
      }
      for shape in shapes ?? [] { try limits.check(shape, of: step.subject) }
      for (version, shape) in zip(step.writes, shapes ?? []) { known[version] = shape }
      result.append(shapes)
    }
    return result
  }
}

extension LayerError {
  /// Whether another executor could run the layer: the type, a parameter's value, or a fork's way to store its numbers is not
  /// known here.
  var isUnsupported: Bool {
    switch reason {
    case .unknownType, .unexplainedField, .unsupported, .ambiguousBlobs, .blobCount: true
    default: false
    }
  }
}
