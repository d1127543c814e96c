import Diagnostics

/// The smallest net that still shows a failure.
public struct ReduceResult: Sendable {
  /// Why the search ended.
  public enum End: String, Sendable {
    /// No layer can be left out of the net, and no shape of an input made smaller, without losing the failure.
    case smallest
    /// As many nets were tried as are allowed.
    case limit
    /// The test asked for the end.
    case interrupted
    /// The whole net does not show the failure: there is nothing to reduce.
    case noFailure
  }

  /// A layer of the reduced net.
  public struct Layer: Sendable, Equatable {
    /// Its name.
    public var name: Name
    /// Its type.
    public var type: String
  }

  /// An input whose shape was made smaller.
  public struct SmallerInput: Sendable, Equatable {
    /// Its name.
    public var name: Name
    /// Its shape in the whole net.
    public var old: [Int]
    /// Its shape in the reduced net.
    public var new: [Int]
  }

  /// Why the search ended.
  public var end: End
  /// How many nets were tried, the whole one included.
  public var runCount = 0
  /// How many layers the net has in this phase, those that only give inputs left out.
  public var layerCount: Int
  /// The layers that the failure needs, those that only give inputs left out.
  public var layers: [Layer] = []
  /// The inputs of the reduced net.
  public var inputs: [InspectResult.Value] = []
  /// Those of its inputs that are smaller now.
  public var smallerInputs: [SmallerInput] = []
  /// The blobs that no layer of the reduced net reads.
  public var outputs: [InspectResult.Value] = []
  /// Blobs that could not become inputs, since their shapes are not known.
  public var shapeless: [Name] = []
  /// The text of its definition.
  public var definition: [UInt8] = []
  /// The files that were written; nil where none were.
  public var outputFiles: ModelFiles?
}

/// A net that was tried.
public struct ReduceStep: Sendable {
  /// What is made smaller.
  public enum Change: Sendable {
    case layers
    case shapes
  }

  /// How many nets have been tried.
  public var runCount: Int
  /// How many layers the smallest net has that fails.
  public var layerCount: Int
  /// How many the whole net has.
  public var wholeCount: Int
  /// Whether the last net that was tried has fewer layers or smaller inputs.
  public var change: Change
  /// Whether the last net that was tried fails, and so is the smallest net now.
  public var isSmaller: Bool
}
