import Diagnostics
import Engine

/// Which values of the net before and the net after are equal, as far as sites prove it of each other's.
struct ValueRelation {
  /// Union–find: values of the net before, then those of the net after.
  private var parents: [Int]
  private let beforeCount: Int
  private var known: Set<Int> = []

  /// Only net inputs of one name are equal.
  init(_ before: NetGraph, _ after: NetGraph) {
    beforeCount = before.values.count
    parents = Array(0..<before.values.count + after.values.count)
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
    let (a, b) = (root(before: claim.before), root(after: claim.after))
    parents[max(a, b)] = min(a, b)
  }

  /// Whether two values are known to be equal.
  func areEqual(_ claim: RewriteSite.Claim) -> Bool {
    root(before: claim.before) == root(after: claim.after)
  }

  /// Whether a value of the net after has any counterpart.
  func isKnown(after value: ValueID) -> Bool { known.contains(value.index) }

  /// What all values that equal this one have in common.
  func root(before value: ValueID) -> Int { root(value.index) }

  /// What all values that equal this one have in common.
  func root(after value: ValueID) -> Int { root(beforeCount + value.index) }

  private func root(_ index: Int) -> Int {
    var index = index
    while parents[index] != index { index = parents[index] }
    return index
  }
}
