import CaffeIO
import Diagnostics
import RuleModel
import Tensors

/// What a rule's expressions can ask of the layers that they are about.
///
/// The fault of an expression carries the refusal behind it. Without weights everything about blobs is unknown, which is
/// no failure. All evaluations for one match share one budget.
final class MatchEnvironment: ExpressionEnvironment {
  private let net: WorkingNet
  /// The match, and the pattern that names its layers.
  private let match: (rule: PlannedRule, binding: Binding)?
  /// The layer that expressions call `layer`, where they are about no match.
  private let layer: LayerID?
  /// The element of a group whose layers the group's captures stand for; without one they are lists.
  var element: BoundElement?
  private var lets: [String: CheckedExpression] = [:]
  private var known: [String: ExpressionValue] = [:]
  /// Names whose values the conditions of the match have asked for, before anything was rewritten.
  private var reused: Set<String> = []
  private var missingBlobs: [MissingBlob: CheckedExpression] = [:]
  private let budget = ExpressionBudget()
  /// Whether a layer that the weights file has no blobs for counts none, instead of lacking them.
  var countsAbsentBlobs = false

  private struct MissingBlob: Hashable {
    var layer: Int
    var index: Int
  }

  /// The cause of a fault: a run without weights.
  private struct NeedsWeights: Error {}

  /// The layers of a match.
  init(_ net: WorkingNet, _ rule: PlannedRule, _ binding: Binding) {
    self.net = net
    match = (rule, binding)
    layer = nil
  }

  /// One layer, called `layer`, as the conditions of blob layouts have it.
  init(_ net: WorkingNet, layer: LayerID) {
    self.net = net
    match = nil
    self.layer = layer
  }

  /// One layer, called `layer` as in definitions, with names for intermediate results and with blobs that may be
  /// absent.
  convenience init(_ net: WorkingNet, layer: LayerID, lets: [Let]) {
    self.init(net, layer: layer)
    countsAbsentBlobs = true
    for name in lets { define(name.name, name.expression) }
  }

  /// The names of the parameters that the rule of the match has.
  var parameterNames: [String] { match?.rule.rule.parameters.map(\.name) ?? [] }

  /// Gives an expression a name; it is evaluated when something asks for it, once.
  func define(_ name: String, _ expression: CheckedExpression) { lets[name] = expression }

  /// Gives a name a value.
  func assign(_ value: ExpressionValue, to name: String) { known[name] = value }

  /// Removes the value of a name.
  func withdraw(_ name: String) { known[name] = nil }

  /// Finds the values of all names now, before a step changes what they are made of. What has no value here may be
  /// meant for another case, and is asked for again by the step that uses it.
  func settle() {
    for name in lets.keys { _ = try? value(of: name) }
    reused = []
  }

  /// The expression of a name whose value is not known yet, nor that of a parameter.
  func unsettled(_ name: String) -> CheckedExpression? {
    known[name] == nil || reused.contains(name) ? lets[name] : nil
  }

  /// The values of names that were asked for.
  var letValues: [String: ExpressionValue] { known }

  /// Takes over values that the conditions of the match have asked for.
  func reuse(_ values: [String: ExpressionValue]) {
    known = values
    reused = Set(values.keys)
  }

  /// Lets a blob that the layer does not have read as `expression`.
  func define(blob index: Int, of layer: LayerID, as expression: CheckedExpression) {
    missingBlobs[MissingBlob(layer: layer.index, index: index)] = expression
  }

  // MARK: Evaluation

  /// An evaluator of expressions about these layers.
  var evaluator: ExpressionEvaluator { ExpressionEvaluator(self, budget: budget) }

  /// The value; nil when it depends on weights that this run does not have.
  func value(of expression: CheckedExpression) throws(Refusal.Reason) -> ExpressionValue? {
    try evaluated(expression) { (e, expression) throws(ExpressionError) in try e.value(of: expression) }
  }

  /// The value, with tensors whose numbers may be computed later; nil when it depends on weights that this run does not have.
  func lazyValue(of expression: CheckedExpression) throws(Refusal.Reason) -> ExpressionValue? {
    try evaluated(expression) { (e, expression) throws(ExpressionError) in try e.lazyValue(of: expression) }
  }

  private func evaluated(
    _ expression: CheckedExpression,
    _ evaluate: (ExpressionEvaluator, Expression) throws(ExpressionError) -> ExpressionValue
  ) throws(Refusal.Reason) -> ExpressionValue? {
    do {
      return try evaluate(evaluator, expression.expression)
    } catch {
      switch error.cause {
      case is NeedsWeights: return nil
      case let reason as Refusal.Reason: throw reason
      case let located as LocatedExpressionError: throw Refusal.Reason(EvaluationFailed(error: located))
      default: throw Refusal.Reason(EvaluationFailed(error: error.located(in: expression.node)))
      }
    }
  }

  /// Whether a condition holds that decides what a layer is like, a new one without `layer`; `what` is the key of the rule that the
  /// condition stands under.
  ///
  /// - Throws: a refusal where it depends on weights that this run does not have: the result would differ from that of
  ///   a run with weights.
  func decision(
    _ condition: CheckedExpression, of what: String, _ layer: NamedLayer? = nil
  ) throws(Refusal.Reason) -> Bool {
    guard let holds = try truth(of: condition) else {
      throw Refusal.Reason(UnknownWithoutWeights(what, of: layer, self))
    }
    return holds
  }

  /// The value as true or false; nil when it depends on weights that this run does not have.
  func truth(of expression: CheckedExpression) throws(Refusal.Reason) -> Bool? {
    guard let value = try value(of: expression) else { return nil }
    if case .boolean(let truth) = value { return truth }
    throw unexpected(value, expression, .boolean)
  }

  /// The value as numbers in a shape; nil when it depends on weights that this run does not have.
  func tensor(of expression: CheckedExpression) throws(Refusal.Reason) -> Tensor? {
    guard let value = try value(of: expression) else { return nil }
    guard let tensor = value.tensor else { throw unexpected(value, expression, .tensor(.unknown)) }
    return tensor
  }

  /// What a blob holds whose numbers are the value; nil when it depends on weights that this run does not have.
  ///
  /// Many numbers are computed now only to see that all of them are finite, and again when they are written.
  ///
  /// - Throws: a refusal, where a number is not finite one that calls the blob `what`.
  func content(
    of expression: CheckedExpression, storage: BlobStorage, layer: LayerID, what: String
  ) throws(Refusal.Reason) -> BlobContent? {
    let value = try evaluated(expression) { (e, expression) throws(ExpressionError) in
      try e.lazyValue(of: expression)
    }
    guard let value else { return nil }
    guard let tensor = value.lazyTensor else { throw unexpected(value, expression, .tensor(.unknown)) }
    let found: (largest: Double, notFinite: Int?)
    do {
      found = try tensor.largestMagnitude()
    } catch {
      throw refusal(reading: error)
    }
    if let place = found.notFinite {
      throw Refusal.Reason(NotFinite(layer: net.graph.named(layer), numbers: what, channel: place))
    }
    // A large one that is held is encoded piece by piece as well: as a whole it would be in memory twice.
    if let held = tensor.tensor, held.values.count <= ExpressionLimits().heldElements {
      return .values(held.values, shape: held.shape, storage: storage)
    }
    return .computed(
      ComputedBlob(
        ExpressionNumbers(tensor), shape: tensor.shape, storage: storage, largest: found.largest))
  }

  /// The value as a number.
  func number(_ expression: CheckedExpression) throws(Refusal.Reason) -> Double {
    guard let value = try value(of: expression), let number = value.number else {
      throw Refusal.Reason(NotANumber(text: expression.text, place: expression.node.place))
    }
    return number
  }

  private func unexpected(
    _ value: ExpressionValue, _ expression: CheckedExpression, _ wanted: ExpressionType
  ) -> Refusal.Reason {
    let error = ExpressionError(
      .wrongResult(expected: wanted, found: value.type), at: expression.expression.range)
    return Refusal.Reason(EvaluationFailed(error: error.located(in: expression.node)))
  }

  // MARK: What expressions ask

  private func asking<Result>(
    _ body: () throws(Refusal.Reason) -> Result
  ) throws(ExpressionFault) -> Result {
    do {
      return try body()
    } catch {
      throw ExpressionFault(error.sentence(), cause: error)
    }
  }

  private func id(_ layer: LayerReference) -> LayerID { LayerID(index: layer.id) }

  private func blobs(of layer: LayerReference) throws(ExpressionFault) -> [BlobContent] {
    let blobs = try asking { () throws(Refusal.Reason) in try net.blobs(of: id(layer)) }
    guard let blobs else {
      throw ExpressionFault("no weights were given", cause: NeedsWeights())
    }
    return blobs
  }

  func value(of name: String) throws(ExpressionFault) -> ExpressionValue? {
    if let value = try captured(name) { return value }
    if let value = known[name] ?? match?.rule.rule.value(ofParameter: name) { return value }
    guard let expression = lets[name] else { return nil }
    // In a 'let' every list is a list: it has one value for all elements.
    let current = element
    element = nil
    defer { element = current }
    do {
      let value = try evaluator.lazyValue(of: expression.expression)
      known[name] = value
      return value
    } catch {
      let located = error.located(in: expression.node)
      throw ExpressionFault(located.diagnostic.sentence, cause: error.cause ?? located)
    }
  }

  /// The layer of a capture that is present and no list, or the current item of a repetition over layers.
  func layer(of name: String) -> LayerID? {
    if case .layer(let reference)? = known[name] { return id(reference) }
    guard let match else { return name == "layer" ? layer : nil }
    guard let index = match.rule.index(ofCapture: name) else { return nil }
    let group = match.rule.captures[index].group
    if group == nil { return match.binding.singles.layer(of: index) }
    return group == element?.group ? element?.bound.layer(of: index) : nil
  }

  /// The layer or layers of a capture; nil for a name that is no capture's.
  private func captured(_ name: String) throws(ExpressionFault) -> ExpressionValue? {
    func reference(_ layer: LayerID) -> ExpressionValue {
      .layer(LayerReference(id: layer.index, capture: name))
    }
    guard let match else { return name == "layer" ? layer.map(reference) : nil }
    guard let index = match.rule.index(ofCapture: name) else { return nil }
    let group = match.rule.captures[index].group
    if group != nil, group != element?.group {
      return .list(match.binding.layers(of: index).map(reference))
    }
    let bound = group == nil ? match.binding.singles : element?.bound
    if let found = bound?.layer(of: index) { return reference(found) }
    throw ExpressionFault("'\(name)' is absent from this match")
  }

  func isPresent(_ capture: String) throws(ExpressionFault) -> Bool {
    guard let match, let index = match.rule.index(ofCapture: capture) else { return false }
    if match.rule.captures[index].group != nil { return element?.bound.layer(of: index) != nil }
    return match.binding.singles.layer(of: index) != nil
  }

  func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace {
    guard let match,
      let element = match.binding.elements.first(where: { $0.bound.layers.contains(id(layer)) }),
      case .every(let capture) = match.rule.pattern.groups[element.group].kind
    else { throw ExpressionFault("layer '\(name(of: layer))' has no place among the bottoms of a layer") }
    return try asking { () throws(Refusal.Reason) in
      try net.place(element.place, amongBottomsOf: match.binding[capture])
    }
  }

  func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> Int {
    let value = (side == .bottoms ? net.graph[id(layer)].bottoms : net.graph[id(layer)].tops)[index]
    return try asking { () throws(Refusal.Reason) in try net.channels(of: value, at: id(layer)) }
  }

  func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool {
    let value = (side == .bottoms ? net.graph[id(layer)].bottoms : net.graph[id(layer)].tops)[index]
    return net.graph.isNetInput(value)
  }

  func isOutput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool {
    let value = (side == .bottoms ? net.graph[id(layer)].bottoms : net.graph[id(layer)].tops)[index]
    return net.graph.isNetOutput(value)
  }

  var inputCount: Int { net.inputCount }

  func name(of layer: LayerReference) -> Name { net.graph[id(layer)].name }
  func type(of layer: LayerReference) -> String { net.graph[id(layer)].type }
  func phase(of layer: LayerReference) -> String { net.graph.state.phase.rawValue }

  func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int {
    if countsAbsentBlobs, net.lacksBlobs(id(layer)) { return 0 }
    let count = try blobs(of: layer).count
    return missingBlobs[MissingBlob(layer: layer.id, index: count)] == nil ? count : count + 1
  }

  func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int] {
    let blobs = try blobs(of: layer)
    return index < blobs.count ? blobs[index].shape : try blob(of: layer, at: index).shape
  }

  func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor {
    let blobs = try blobs(of: layer)
    if index >= blobs.count, let fallback = missingBlobs[MissingBlob(layer: layer.id, index: index)] {
      let value: ExpressionValue
      do {
        value = try evaluator.lazyValue(of: fallback.expression)
      } catch {
        throw ExpressionFault("the default '\(fallback.text)' has no value", cause: error.cause)
      }
      guard let tensor = value.lazyTensor else {
        throw ExpressionFault("the default '\(fallback.text)' is not a number or tensor")
      }
      return tensor
    }
    if case .values(let values, let shape, _) = blobs[index] {
      return LazyTensor(Tensor(shape: shape, values: values))
    }
    let source = try asking { () throws(Refusal.Reason) in
      try net.source(of: blobs[index], layer: id(layer))
    }
    return LazyTensor(shape: blobs[index].shape, source)
  }

  func fault(reading error: any Error) -> ExpressionFault {
    let reason = refusal(reading: error)
    return ExpressionFault(reason.sentence(), cause: reason)
  }

  private func refusal(reading error: any Error) -> Refusal.Reason {
    guard let error = error as? UnreadableBlob else {
      return Refusal.Reason(EvaluationFailed(error: error))
    }
    return Refusal.Reason(UnreadableBlobs(layer: net.graph.named(error.layer), error: error))
  }

  func values(of layer: LayerReference, side: ValueSide) -> [Name] {
    let values = side == .bottoms ? net.graph[id(layer)].bottoms : net.graph[id(layer)].tops
    return values.map(net.graph.blobName)
  }

  func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> [Int]?
  {
    let value = (side == .bottoms ? net.graph[id(layer)].bottoms : net.graph[id(layer)].tops)[index]
    return try asking { () throws(Refusal.Reason) in try net.shape(of: value, at: id(layer)) }
  }

  func attribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> ExpressionValue? {
    net.attribute(path, of: id(layer)).map(ExpressionValue.init)
  }

  func hasAttribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> Bool {
    net.writtenAttribute(path, of: id(layer)) != nil
  }

  func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor) {
    let affine = try asking { () throws(Refusal.Reason) in try net.affine(of: id(layer)) }
    guard let scale = affine.scale else {
      throw ExpressionFault("no weights were given", cause: NeedsWeights())
    }
    return (Tensor(scale), Tensor(affine.shift ?? Array(repeating: 0, count: scale.count)))
  }

  func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics {
    let found = try asking { () throws(Refusal.Reason) in try net.statistics(of: id(layer)) }
    guard let found else { throw ExpressionFault("no weights were given", cause: NeedsWeights()) }
    return found
  }

  func foreignFieldCount(of layer: LayerReference) -> Int { net.foreignFields(of: id(layer)).count }

  func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes {
    try asking { () throws(Refusal.Reason) in try net.window(of: id(layer)) }
  }
}

extension ExpressionValue {
  init(_ value: AttributeValue) {
    switch value {
    case .number(let number): self = .number(number)
    case .boolean(let boolean): self = .boolean(boolean)
    case .string(let string): self = .string(string)
    case .list(let items): self = .list(items.map(ExpressionValue.init))
    case .message: self = .record([:])
    }
  }
}
