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
    /// The layer as it is written.
    package let definition: LayerDefinition
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
    package let reads: [Int]
    /// The version of each top.
    package let writes: [Int]
    /// Versions that nobody needs after this step.
    var lastReads: [Int] = []
  }

  /// The layers, in order.
  package private(set) var steps: [Step]
  /// The net's inputs with the shapes that the definition gives: those of the legacy form, then the tops of
  /// layers without bottoms. The shape is nil where the definition has none.
  package let inputs: [(name: Name, shape: [Int]?)]
  /// Those of the inputs that no layer reads, such as labels without a loss.
  package let unreadInputs: Set<Name>
  /// Those that layers read which can be run: a run has to be given values for them.
  package let neededInputs: Set<Name>
  /// Names of the blobs that the net returns: the last versions that no layer reads.
  package let outputs: [Name]
  let legacyInputs: [Name]
  /// By blob, the version that is left when the net has run.
  package let lastVersions: [Name: Int]
  let outputVersions: [(name: Name, version: Int)]
  let versionCount: Int
  private let isReadVersion: [Bool]
  private let neededVersions: [Bool]
  private let isOutputVersion: [Bool]
  var parameters: any ParameterSource
  let limits: LayerLimits

  /// Makes a net from the layers of `definition` that `state` has.
  ///
  /// A layer of an unknown or unsupported type is no error here: it becomes a step without an executable.
  /// - Parameters:
  ///   - substitutes: by name, what computes layers in the place of the registry's.
  ///   - obstacles: by name, why a layer is not run, where the reason is more precise than that its type is unknown.
  ///   - borrowed: the places of layers that `state` leaves out and that the net has all the same.
  ///   - keepsFaults: whether a layer with faulty parameters becomes a step without an executable, and a bottom that nobody
  ///     makes a version without a value.
  /// - Throws: `LayerError` for a layer with faulty parameters or a bottom that nobody makes, `NetError` for
  ///   faulty include rules.
  package init(
    _ definition: NetDefinition, state: NetState = NetState(phase: .test), schema: Schema = .caffe,
    parameters: any ParameterSource = GivenParameters(), limits: LayerLimits = LayerLimits(),
    substitutes: [Name: any LayerDescription] = [:], obstacles: [Name: LayerError] = [:],
    borrowed: Set<Int> = [],
    keepsFaults: Bool = false
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
    where try borrowed.contains(index) || definitionLayer.isIncluded(in: state, of: definition.document) {
      let description = WrittenLayer(
        definitionLayer, schema: schema,
        blobShapes: parameters.knowsBlobs ? parameters.blobShapes(of: definitionLayer.name) : nil,
        limits: limits)
      var layer = substitutes[definitionLayer.name]
      var obstacle: LayerError?
      do {
        if layer == nil { layer = try LayerRegistry.layer(description) }
      } catch {
        guard keepsFaults || error.isUnsupported || error.isOtherForm else { throw error }
        obstacle = obstacles[definitionLayer.name] ?? error
      }
      var reads: [Int] = []
      for bottom in definitionLayer.bottoms {
        if let version = current[bottom] {
          reads.append(version)
        } else {
          guard keepsFaults else {
            throw description.error(.unknownBottom(blob: bottom, candidates: current.keys.sorted()))
          }
          reads.append(newVersion(of: bottom))
        }
      }
      steps.append(
        Step(
          index: index, definition: definitionLayer, subject: description.subject,
          bottoms: definitionLayer.bottoms,
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
    let inputVersions =
      Array(zip(legacyInputs, legacyInputs.indices))
      + steps.filter(\.bottoms.isEmpty).flatMap { Array(zip($0.tops, $0.writes)) }
    unreadInputs = Set(inputVersions.filter { readers[$0.1] < 0 }.map(\.0))
    versionCount = versions
    isReadVersion = readers.map { $0 >= 0 }
    var isNeeded = [Bool](repeating: false, count: versions)
    for step in steps where step.layer != nil { for version in step.reads { isNeeded[version] = true } }
    neededVersions = isNeeded
    neededInputs = Set(inputVersions.filter { isNeeded[$0.1] }.map(\.0))
    var isOutput = [Bool](repeating: false, count: versions)
    for output in outputVersions { isOutput[output.version] = true }
    isOutputVersion = isOutput
    lastVersions = current
    self.steps = steps
    self.parameters = parameters
    self.limits = limits
  }

  /// Runs the net.
  ///
  /// - Parameters:
  ///   - inputs: a value for each net input, of the shape the definition gives or, as after a Reshape in
  ///     Caffe, another one. They take the place of the layers without bottoms.
  ///   - limit: the most numbers that are held at a time.
  ///   - cut: what to do at a layer that cannot be run, by its step and its bottoms (nil where missing): give values for
  ///     its tops, or nil to go on without them; layers that would need them, or that cannot take those given,
  ///     are left out. Without it the step's obstacle is thrown.
  ///   - observing: is shown the value of every top when it is made, in order; the number is the top's place
  ///     in the step's `tops`.
  /// - Returns: the values of `outputs`, except those that a cut left out.
  package func run<S: NetScalar>(
    _ inputs: [Name: NetValue<S>], limit: Int = .max,
    cut: ((Step, [NetValue<S>?]) throws -> [NetValue<S>]?)? = nil,
    observing: (Step, Int, NetValue<S>) throws -> Void = { _, _, _ in }
  ) throws -> [Name: NetValue<S>] {
    var execution = try NetExecution(self, inputs: inputs)
    execution.limit = limit
    while let step = execution.next {
      let tops = try execution.run { step, bottoms in
        guard let cut else { throw step.obstacle! }
        return try cut(step, bottoms)
      }
      for (place, value) in tops.enumerated() {
        if let value { try observing(step, place, value) }
      }
    }
    return execution.outputs
  }

  /// Whether a layer reads a version.
  package func isRead(_ version: Int) -> Bool { isReadVersion[version] }

  /// Whether a layer that can be run reads a version.
  func isNeeded(_ version: Int) -> Bool { neededVersions[version] }

  /// Whether the net returns a version.
  func isOutput(_ version: Int) -> Bool { isOutputVersion[version] }

  /// Whether a blob is an input of the legacy form that no layer writes over.
  package func isLegacyInput(_ name: Name) -> Bool {
    lastVersions[name].map { $0 < legacyInputs.count && legacyInputs[$0] == name } ?? false
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
  /// Whether the layer has another number of parameter blobs than it needs.
  package var isBlobCount: Bool { if case .blobCount = reason { true } else { false } }

  /// The path of a field whose word is none of Caffe's; nil for any other reason.
  package var enumerationField: [String]? {
    guard case .parameter(let field, let found, .oneOf) = reason, Double(found) == nil else { return nil }
    return field.split(separator: ".").map(String.init)
  }

  /// Whether a window does not fit into what it moves over.
  package var isWindow: Bool {
    switch reason {
    case .windowTooLarge, .negativeSize: true
    default: false
    }
  }

  /// Whether the layer has a form that only a fork's layers of the type have: another number of bottoms or tops, or a
  /// word that the enumeration lacks. Not for a layer without bottoms, which would be taken for an input.
  package var isOtherForm: Bool {
    switch reason {
    case .bottomCount(_, let found): found > 0
    case .topCount: true
    default: enumerationField != nil
    }
  }

  /// Whether another executor could run the layer: the type, a parameter's value, or a fork's way to store its numbers is not
  /// known here.
  package var isUnsupported: Bool {
    switch reason {
    case .unknownType, .unexplainedField, .unsupported, .ambiguousBlobs, .blobCount, .definition: true
    default: false
    }
  }
}
