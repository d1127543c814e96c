import CaffeIO
import Diagnostics
import RuleModel

/// The Caffe layers that one layer becomes by the definition of its type.
struct LayerExpansion {
  /// The most layers that one layer may become, and that one rewrite may make by definitions.
  static let limit = 4096
  /// The most layers that one layer may become where its layers are defined by layers in turn: levels of definitions
  /// multiply them, and share this limit.
  static let nestedLimit = 1 << 16

  /// Where a value comes from.
  enum Source: Equatable {
    /// The layer's own bottom.
    case bottom(Int)
    /// A top of one of the parts.
    case top(part: Int, index: Int)
  }

  /// One of the layers.
  struct Part {
    /// The end of its name: the name of its first top in the definition, else its type in lower case.
    var alias: String
    var type: String
    /// Its parameters.
    var fields: [NewTextField]
    /// Its blobs; nil without weights.
    var blobs: [BlobContent]?
    var bottoms: [Source]
    var topCount: Int
  }

  /// The layers, in the order in which they compute.
  private(set) var parts: [Part] = []
  /// Where the tops of the layer come from.
  private(set) var tops: [Source] = []

  private let net: WorkingNet
  private let layer: LayerID
  private let definition: TypeDefinition
  private let environment: MatchEnvironment
  private var values = StepValues<Source>()

  /// Evaluates a definition for a layer of a net.
  ///
  /// - Throws: a refusal for an expression without a value, and for a top that the definition does not make.
  init(_ definition: TypeDefinition, of layer: LayerID, in net: WorkingNet) throws(Refusal.Reason) {
    self.net = net
    self.layer = layer
    self.definition = definition
    environment = MatchEnvironment(net, layer: layer, lets: definition.lets)
    for (place, name) in definition.bottoms.enumerated() where place < net.graph[layer].bottoms.count {
      values[name, 0] = .bottom(place)
    }
    for place in net.graph[layer].bottoms.indices { values[ValueName.bottoms, place] = .bottom(place) }
    for step in definition.steps { try add(step) }
    for place in net.graph[layer].tops.indices {
      guard let source = values[ValueName.tops, place] else {
        throw fault(.missing("\(ValueName.tops)[\(place)]"), at: definition.place)
      }
      tops.append(source)
    }
  }

  /// Whether the layer becomes one other layer with the same bottoms and tops.
  var isOneForOne: Bool {
    let graph = net.graph
    return parts.count == 1 && parts[0].bottoms == graph[layer].bottoms.indices.map { .bottom($0) }
      && tops == graph[layer].tops.indices.map { .top(part: 0, index: $0) }
      && parts[0].topCount == tops.count
  }

  // MARK: - Steps

  private mutating func add(_ step: DefinitionStep) throws(Refusal.Reason) {
    switch step {
    case .single(let step): try rename(step)
    case .layer(let step): try add(step)
    case .repeated(let group):
      if let condition = group.condition, try !truth(of: condition) { return }
      let count = max(0, try whole(group.count, "'each'"))
      guard count <= Self.limit else { throw fault(.tooMany(limit: Self.limit), at: group.place) }
      for number in 0..<count {
        environment.assign(.number(Double(number)), to: group.name)
        values.begin(number)
        for step in group.steps { try add(step) }
      }
      values.begin(nil)
    }
  }

  private mutating func add(_ step: LayerStep) throws(Refusal.Reason) {
    if let condition = step.condition, try !truth(of: condition) { return }
    guard parts.count < Self.limit else { throw fault(.tooMany(limit: Self.limit), at: step.place) }
    var bottoms: [Source] = []
    for name in step.bottoms { bottoms += try sources(of: name, at: step.place) }
    let writer = FieldWriter(schema: net.schema, environment: environment)
    var fields = step.isLikeLayer ? net.writtenFields(of: layer).filter { !$0.isStateRule } : []
    // Caffe's own layer types have no fields of a fork.
    if step.isLikeLayer { for path in net.foreignFields(of: layer) { fields.set(path[...], to: []) } }
    fields.merge(try writer.fields(step.fields))
    let blobs = net.weights == nil ? nil : try self.blobs(of: step)
    let part = parts.count
    var topCount = 0
    for top in step.tops {
      switch top {
      case .single(let name):
        if name.name == ValueName.tops, name.index == nil {
          for place in net.graph[layer].tops.indices {
            values[ValueName.tops, place] = .top(part: part, index: topCount)
            topCount += 1
          }
          continue
        }
        let place = try place(name)
        values[name.name, place] = .top(part: part, index: topCount)
        topCount += 1
      case .list(let name, let count):
        let count = try whole(count, "the number of '\(name)'")
        guard count <= Self.limit else { throw fault(.tooMany(limit: Self.limit), at: step.place) }
        values.forget(name)
        for place in 0..<max(0, count) {
          values[name, place] = .top(part: part, index: topCount)
          topCount += 1
        }
      }
    }
    parts.append(
      Part(
        alias: alias(of: step), type: step.type, fields: fields, blobs: blobs, bottoms: bottoms,
        topCount: topCount))
  }

  /// Gives values another name.
  private mutating func rename(_ step: OperatorStep) throws(Refusal.Reason) {
    if let condition = step.condition, try !truth(of: condition) { return }
    guard case .value(let input)? = step.inputs.first, let output = step.outputs.first else { return }
    let found = try sources(of: input, at: step.place)
    guard output.name == ValueName.tops, output.index == nil else {
      let index = try place(output)
      values[output.name, index] = found.first
      return
    }
    // One value is that of all tops; of fewer values than tops, the last tops have none.
    for place in net.graph[layer].tops.indices where found.count == 1 || place < found.count {
      values[ValueName.tops, place] = found[found.count == 1 ? 0 : place]
    }
  }

  /// The values that a name of the definition stands for.
  private func sources(of name: ValueName, at place: SourcePlace) throws(Refusal.Reason) -> [Source] {
    var index: Int?
    if let expression = name.index { index = try whole(expression, "the index of '\(name.name)'") }
    do {
      return try values.values(of: name.name, at: index)
    } catch {
      throw noValue(error, at: place)
    }
  }

  /// The index of a step's result in the list of its name.
  private mutating func place(_ name: ValueName) throws(Refusal.Reason) -> Int {
    var index: Int?
    if let expression = name.index { index = try whole(expression, "the index of '\(name.name)'") }
    return values.place(of: name.name, at: index)
  }

  private func alias(of step: LayerStep) -> String {
    switch step.tops.first {
    case .single(let name) where name.name != ValueName.tops && !name.name.hasPrefix("_"): name.name
    case .list(let name, _): name
    default: step.type.lowercased()
    }
  }

  private func blobs(of step: LayerStep) throws(Refusal.Reason) -> [BlobContent] {
    if step.keepsBlobs { return net.lacksBlobs(layer) ? [] : try net.blobs(of: layer) ?? [] }
    guard !step.blobs.isEmpty else { return [] }
    let storage = try net.storage(like: layer)
    var blobs: [BlobContent] = []
    for expression in step.blobs {
      // A blob that does not change is copied and not computed.
      if let tensor = try environment.lazyValue(of: expression)?.lazyTensor, let blob = tensor.blob,
        blob.shape == tensor.shape
      {
        blobs.append(blob)
        continue
      }
      let content = try environment.content(
        of: expression, storage: storage, layer: layer, what: "new '\(expression.text)'")
      guard let content else { throw Refusal.Reason(ExpansionNeedsWeights(layer: net.graph.named(layer))) }
      blobs.append(content)
    }
    return blobs
  }

  // MARK: - Expressions

  private func truth(of condition: CheckedExpression) throws(Refusal.Reason) -> Bool {
    guard let truth = try environment.truth(of: condition) else {
      throw Refusal.Reason(ExpansionNeedsWeights(layer: net.graph.named(layer)))
    }
    return truth
  }

  private func whole(_ expression: CheckedExpression, _ what: String) throws(Refusal.Reason) -> Int {
    guard let value = try environment.value(of: expression) else {
      throw Refusal.Reason(ExpansionNeedsWeights(layer: net.graph.named(layer)))
    }
    guard let number = value.number else {
      throw Refusal.Reason(NotANumber(text: expression.text, place: expression.node.place))
    }
    guard let whole = Int(exactly: number), whole.magnitude < 1 << 31 else {
      throw fault(.notWhole(what, number), at: expression.node.place)
    }
    return whole
  }

  private func fault(_ fault: FaultyExpansion.Fault, at place: SourcePlace?) -> Refusal.Reason {
    Refusal.Reason(FaultyExpansion(layer: net.graph.named(layer), fault: fault, place: place))
  }

  private func noValue(_ error: StepValues<Source>.Fault, at place: SourcePlace) -> Refusal.Reason {
    switch error {
    case .missing(let name): fault(.missing(name), at: place)
    case .badIndex(let name, let index, let count):
      fault(.badIndex(name, index: index, count: count), at: place)
    }
  }
}
