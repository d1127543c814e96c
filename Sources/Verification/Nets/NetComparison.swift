import Diagnostics
import Layers

/// What came of running two nets on the same inputs.
package struct NetComparison: Sendable {
  /// The blobs that both nets have, in the order of the first net, each at its worst over all samples.
  package var blobs: [BlobDifference]
  /// The largest relative difference allowed.
  package var tolerance: Double
  /// The net outputs that both have, those apart that are inputs which no layer reads.
  package var outputs: [Name]
  /// Net outputs that only one of them has.
  package var unmatchedOutputs: [Name]
  /// Outputs that both have and that could not be compared.
  package var uncomparedOutputs: [Name]
  /// Outputs that a layer makes which cannot be run, and which both nets have alike and feed with the same values.
  package var settledOutputs: [Name]
  /// How many blobs were compared that layers made.
  package var computedCount: Int
  /// The blob that stands for the first difference: nil where nothing speaks against the second net but what the other properties
  /// say.
  package var firstDivergence: BlobDifference?
  /// Layers that could not be run, in either net.
  package var cuts: [Cut]
  /// Blobs that both nets have and that could not be compared: what a cut layer makes, and what needs it where no
  /// values could take its place.
  package var skipped: [Name]
  /// Blobs that both nets made and that have no number to compare: they are empty, or all numbers are NaN or infinite
  /// in the same places.
  package var withoutNumbers: [Name]
  /// Blobs whose values the second net was given from the first: what is made of them is compared, they are not.
  package var handedOver: [Name]
  /// Blobs of indices that differ because two values are equal within rounding, and how many numbers of them do.
  package var ties: [(blob: Name, count: Int)]
  /// How many samples were run.
  package var samples: Int
  /// For each output that looks like class scores: in how many of so many rows the best class agrees, and the five
  /// best.
  package var agreement: [(output: Name, top1: Int, top5: Int, rows: Int)]

  /// A layer that could not be run.
  package struct Cut: Sendable {
    /// The layer.
    package var layer: LayerSubject
    /// Why the definitions of its type do not describe it; nil for a type that has none.
    package var why: String?
    /// The blobs that it reads.
    package var bottoms: [Name]
    /// The values that both nets were given in the place of its tops: blobs and shapes.
    package var replaced: [(blob: Name, shape: [Int])]
  }

  /// What the comparison says of the two nets.
  package enum Verdict: Sendable, Equatable {
    /// Every output agrees.
    case equal
    /// A blob differs that must not.
    case different
    /// The nets have different outputs.
    case otherOutputs
    /// Some outputs could not be compared, or have no number that could be; the rest agrees.
    case incomplete
    /// Nothing could be compared but inputs.
    case nothingCompared
  }

  /// The verdict.
  package var verdict: Verdict {
    if firstDivergence != nil { return .different }
    if !unmatchedOutputs.isEmpty { return .otherOutputs }
    if computedCount == 0 { return .nothingCompared }
    return uncomparedOutputs.isEmpty ? .equal : .incomplete
  }

  /// The blobs that hold other numbers on purpose.
  package var renewed: [BlobDifference] { blobs.filter(\.isMadeOtherwise) }

  /// The blob with the largest relative difference, those apart that hold another value on purpose.
  package var worst: BlobDifference? {
    blobs.filter { !$0.isMadeOtherwise }.max { $0.relative < $1.relative }
  }
}

extension NetComparison {
  /// What came of running a net beside something else than a net, such as a graph of operators.
  package init(
    blobs: [BlobDifference], tolerance: Double, outputs: [Name], unmatchedOutputs: [Name],
    uncomparedOutputs: [Name], withoutNumbers: [Name], firstDivergence: BlobDifference?, samples: Int
  ) {
    self.init(
      blobs: blobs, tolerance: tolerance, outputs: outputs, unmatchedOutputs: unmatchedOutputs,
      uncomparedOutputs: uncomparedOutputs, settledOutputs: [], computedCount: blobs.count,
      firstDivergence: firstDivergence, cuts: [], skipped: [], withoutNumbers: withoutNumbers, handedOver: [],
      ties: [], samples: samples, agreement: [])
  }
}
