import RuleModel

/// A rule as a plan uses it: behind one reference, because rules are handed around far more often than they are looked
/// at, and with what follows from the rule alone.
final class PlannedRule: Sendable {
  /// One step of what happens to the parameters.
  final class Step: Sendable {
    let transform: Transform
    /// The captures whose layers it works on.
    let captures: [Int]
    /// Whether it is done at all; nil for always.
    let condition: CheckedExpression?
    /// The group for each element of which it is done; nil for once.
    let group: Int?
    /// The kernel, where it calls one, and what it is given, by the names of the parameters.
    let kernel: (any Kernel)?
    let arguments: [(name: String, argument: KernelCall.Argument)]

    fileprivate init(_ transform: Transform, _ kernels: KernelRegistry) {
      self.transform = transform
      captures = transform.captures
      condition = transform.condition
      group = transform.group
      guard case .kernel(let call) = transform else {
        (kernel, arguments) = (nil, [])
        return
      }
      guard let kernel = kernels.kernel(named: call.kernel) else {
        preconditionFailure("rules are checked against the registry")
      }
      self.kernel = kernel
      arguments = call.arguments.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  let rule: Rule
  /// What it looks for.
  let pattern: Pattern
  /// What happens to the layers.
  let rewrite: Rewrite
  /// Its position in the set.
  let index: Int
  /// Whether it does nothing to layers but take them and their fields out.
  let onlyTakesOut: Bool
  /// Whether every rewrite makes the net smaller.
  let lowersLayerCount: Bool
  /// Whether it has only calls of kernels that refuse when nothing is left to do.
  let settles: Bool
  /// What it looks for, layer by layer.
  let captures: [PlannedCapture]
  /// Where a search begins: no layer is found.
  let unbound: Binding
  /// The captures that have conditions of their own.
  let conditionedCaptures: [Int]
  /// Whether a step may read, through a name, what an earlier one has changed.
  let changesWhatItReads: Bool
  /// The captures whose layers a step works on, each once.
  let changedCaptures: [Int]
  /// What happens to the parameters, in order.
  let steps: [Step]
  /// The captures whose layers are gone afterwards, or are layers of another type.
  let removedCaptures: [Int]

  /// The capture that makes what the anchor reads first, and how many bottoms the anchor has, where the pattern leaves no
  /// choice in that.
  let firstStep: (capture: Int, bottomCount: Int)?

  /// - Parameter types: the types of the net, to which those that the rule names are added.
  init(_ rule: Rule, at index: Int, kernels: KernelRegistry, types: inout TypeNumbers) {
    self.rule = rule
    pattern = rule.pattern
    rewrite = rule.rewrite
    self.index = index
    onlyTakesOut = rule.rewrite.onlyTakesOut
    lowersLayerCount = rule.lowersLayerCount
    var captures: [PlannedCapture] = []
    for capture in rule.pattern.captures { captures.append(PlannedCapture(capture, types: &types)) }
    self.captures = captures
    firstStep = Self.firstStep(from: captures[rule.pattern.anchor], captures)
    unbound = Binding(captureCount: captures.count)
    conditionedCaptures = captures.indices.filter { !captures[$0].capture.conditions.isEmpty }
    steps = rule.transforms.map { Step($0, kernels) }
    settles = !steps.isEmpty && steps.allSatisfy { $0.kernel?.settles ?? false }
    changedCaptures = Set(steps.flatMap(\.captures)).sorted()
    removedCaptures = rule.removedCaptures
    changesWhatItReads = !rule.lets.isEmpty && (steps.count > 1 || steps.contains { $0.group != nil })
  }

  private static func firstStep(
    from anchor: PlannedCapture, _ captures: [PlannedCapture]
  ) -> (capture: Int, bottomCount: Int)? {
    guard anchor.isPlain, case .ordered(let references) = anchor.bottoms,
      case .top(let capture, _)? = references.first, captures[capture].isPlain, !captures[capture].isOptional
    else { return nil }
    return (capture, references.count)
  }

  /// The index of a capture by name.
  func index(ofCapture name: String) -> Int? { captures.firstIndex { $0.capture.name == name } }

  /// Whether the rule changes or removes the layers of a capture otherwise than by kernels, which know of fused ReLUs.
  func mayLoseFusedReLU(ofCapture index: Int) -> Bool {
    let changing = steps.filter { $0.captures.contains(index) }
    if changing.isEmpty { return removedCaptures.contains(index) }
    return changing.contains { $0.kernel == nil }
  }

  /// Whether the search can begin at a layer.
  func canBegin(at layer: LayerID, in graph: NetGraph) -> Bool {
    captures[pattern.anchor].accepts(layer, in: graph)
  }
}
