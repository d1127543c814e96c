import Diagnostics
import Export

/// What an export did.
public struct ExportResult {
  /// How an export ended.
  public enum Outcome: Sendable, Equatable {
    /// The graph computes what the net computes, as far as that was compared, and is written.
    case done
    /// A rewrite changes what its layers compute; nothing was written.
    case checkFailed
    /// The graph differs from the net, or an output could not be compared; nothing was written.
    case notProven
  }

  /// A layer and the operators that it became.
  public struct Layer: Sendable, Equatable {
    /// The layer's name.
    public let name: Name
    /// Its type.
    public let type: String
    /// The operators, in order; none for a layer that passes its bottom on, or whose tops are constants.
    public let operators: [String]
    /// Whether its tops are constants.
    public let isConstant: Bool
    /// Whether nothing but the user's definition says what it computes: the proof is about what stands around it.
    public let isDefinedAlone: Bool
    /// Whether it is a node of the domain `caffe`, which a runtime must know: no operators say what it computes.
    public let isKept: Bool
    /// Whether it is a node that the runtime of the profile has beside ONNX's operators.
    public let isNative: Bool
  }

  /// An input or output of the graph.
  public struct Value: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The sizes of the axes; nil for one that varies.
    public let shape: [Int?]
  }

  /// How the export ended.
  public internal(set) var outcome = Outcome.done
  /// The version of ONNX's operator set.
  public let opset: Int
  /// The layers of the folded net, in order.
  public let layers: [Layer]
  /// The inputs of the graph.
  public let inputs: [Value]
  /// The outputs of the graph.
  public let outputs: [Value]
  /// How many operators the graph has, by type.
  public let operatorCounts: [(type: String, count: Int)]
  /// The files that were written: the model, and its weights where they lie outside of it.
  public internal(set) var files: [FoldResult.File] = []
  /// What the fold before the export did.
  public let fold: FoldResult

  /// The target, and what it refuses or misreads of the result; nil where none was named.
  public internal(set) var target: TargetFindings?
  /// What comparing the graph with the net showed; nil where that was not asked for.
  package internal(set) var proof: OnnxProof.Result?
}
