import CaffeIO
import Layers

/// The fields of BVLC's layers that a type's own sample never sets: a rule that forgets one of them is wrong only where it is
/// written. Fields of forks are not among them, for a rule need not know every fork; nor those
/// of layers with blobs, whose sizes would have to follow.
enum UndrawnFields {
  /// The fields of a type, each with values worth trying.
  static func hints(ofType type: String) -> [RuleHints.Hint] {
    LayerRegistry.facts(ofType: type).flatMap { $0.names.first }.flatMap { byType[$0] } ?? []
  }

  private static let byType: [String: [RuleHints.Hint]] = {
    var byType: [String: [RuleHints.Hint]] = [:]
    for name in LayerRegistry.names {
      guard let facts = LayerRegistry.facts(ofType: name), let sample = facts.sample,
        let type = facts.names.first, byType[type] == nil, case .none = facts.blobs
      else { continue }
      let drawn = UndrawnFields.drawn(by: sample, type)
      byType[type] = facts.parameters.flatMap { message in
        message.reads.map { [message.name, $0] }
      }.filter { BVLCFields.have($0) && !drawn.contains($0) }.compactMap(hint)
    }
    return byType
  }()

  /// The paths of the fields that a sample sets in one of many draws.
  private static func drawn(by sample: LayerSample, _ type: String) -> Set<[String]> {
    var drawn: Set<[String]> = []
    for seed in 1...64 as ClosedRange<UInt64> {
      var random = RandomNumbers(seed: seed)
      for rank in [4, 5, 2] {
        let shape = Array([2, 4, 5, 5, 3].prefix(rank))
        var sketch = LayerSketch(
          type: type, bottoms: Array(repeating: shape, count: min(sample.bottoms.upperBound, 3)),
          topCount: min(sample.tops.upperBound, 3)
        ) { _, bound in Int(random.next() % UInt64(max(bound, 1))) }
        sample.draw(&sketch)
        drawn.formUnion(sketch.parameters.paths)
      }
    }
    return drawn
  }

  private static func hint(_ path: [String]) -> RuleHints.Hint? {
    guard let field = Schema.caffe.layerField(at: path) else { return nil }
    switch field.type {
    case .bool: return RuleHints.Hint(path: path, literals: ["true", "false"])
    case .enum(let name):
      return RuleHints.Hint(path: path, literals: Schema.caffe.enumeration(name)?.values.map(\.name) ?? [])
    case .float, .double: return RuleHints.Hint(path: path, literals: ["0.5", "2", "-1", "0"])
    case .int32, .int64, .uint32, .uint64:
      return RuleHints.Hint(path: path, literals: ["1", "2", "3", "0", "-1"])
    default: return nil
    }
  }
}
