import Diagnostics

/// The findings of running two nets on samples.
struct ComparerFindings {
  /// Samples of the usual size.
  var samples = 0
  /// The most numbers that the values of both nets had at a time.
  var mostAlive = 0
  /// By blob, the largest difference.
  var differences: [Name: BlobDifference] = [:]
  /// Blobs that both nets made and that had no number to compare in at least one sample.
  var withoutNumbers: Set<Name> = []
  /// By output, in how many rows the best classes agree.
  var agreement: [Name: (top1: Int, top5: Int, rows: Int)] = [:]
  /// By blob of indices, the largest number of indices that differ.
  var ties: [Name: Int] = [:]
  /// By top of a cut layer, the shape of the values that replace it.
  var replaced: [Name: [Int]] = [:]
  /// Steps of the first net whose partner has different bottoms.
  var readsOthers: Set<Int> = []
  /// Those of them whose partner makes equal tops all the same.
  var hides: Set<Int> = []

  /// Adds the findings of other samples.
  mutating func merge(_ other: ComparerFindings) {
    samples += other.samples
    mostAlive = max(mostAlive, other.mostAlive)
    differences.merge(other.differences) { $1.relative > $0.relative ? $1 : $0 }
    withoutNumbers.formUnion(other.withoutNumbers)
    agreement.merge(other.agreement) { ($0.top1 + $1.top1, $0.top5 + $1.top5, $0.rows + $1.rows) }
    ties.merge(other.ties) { max($0, $1) }
    replaced.merge(other.replaced) { $1 }
    readsOthers.formUnion(other.readsOthers)
    hides.formUnion(other.hides)
  }

  /// Whether a sample adds nothing to the known findings: no blob differs that was equal before, and no layer hides a
  /// difference that it did not hide before.
  func showsNothing(beyond known: ComparerFindings, tolerance: Double) -> Bool {
    hides.isSubset(of: known.hides)
      && differences.allSatisfy { name, difference in
        difference.relative <= tolerance || (known.differences[name]?.relative ?? 0) > tolerance
      }
  }
}
