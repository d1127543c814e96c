import Diagnostics
import Engine

/// Which values of the net before and the net after are equal, as far as sites prove it of each other's.
struct ValueRelation {
  /// Values of the net before, then those of the net after.
  private var equal: DisjointSets
  private let beforeCount: Int
  private var known: Set<Int> = []

  /// Only net inputs of one name are equal.
  init(_ before: NetGraph, _ after: NetGraph) {
    beforeCount = before.values.count
    equal = DisjointSets(count: before.values.count + after.values.count)
    var inputs: [Name: ValueID] = [:]
    for index in before.values.indices where before.values[index].producer == nil {
      let value = ValueID(index: index)
      inputs[before.blobName(of: value)] = value
    }
    for index in after.values.indices where after.values[index].producer == nil {
      let value = ValueID(index: index)
      if let input = inputs[after.blobName(of: value)] {
        unite(RewriteSite.Claim(before: input, after: value))
      }
    }
  }

  /// Takes two values for equal.
  mutating func unite(_ claim: RewriteSite.Claim) {
    known.insert(claim.after.index)
    equal.unite(claim.before.index, beforeCount + claim.after.index)
  }

  /// Whether two values are known to be equal.
  func areEqual(_ claim: RewriteSite.Claim) -> Bool {
    root(before: claim.before) == root(after: claim.after)
  }

  /// Whether a value of the net after has any counterpart.
  func isKnown(after value: ValueID) -> Bool { known.contains(value.index) }

  /// What all values that equal this one have in common.
  func root(before value: ValueID) -> Int { equal.root(of: value.index) }

  /// What all values that equal this one have in common.
  func root(after value: ValueID) -> Int { equal.root(of: beforeCount + value.index) }
}
