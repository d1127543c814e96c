import Diagnostics

/// What a net, or a weights file alone, has in it.
public struct InspectResult: Sendable {
  /// A parameter blob.
  public struct Blob: Sendable, Equatable {
    /// The dimensions.
    public var shape: [Int]
    /// How many numbers it has.
    public var count: Int
    /// How the weights file stores the numbers: `float32`, `float64`, `float16`, or `type N` for a type that cannot be read; nil for
    /// a blob that no file gave, but the layer's parameters ask for.
    public var storage: String?
  }

  /// A blob that a layer makes, or an input or output of the net.
  public struct Value: Sendable, Equatable {
    /// The blob's name.
    public var name: Name
    /// The dimensions; nil where they are not known.
    public var shape: [Int]?
  }

  /// A layer.
  public struct Layer: Sendable {
    /// The name.
    public var name: Name
    /// The type by its present name.
    public var type: String
    /// The blobs read.
    public var bottoms: [Name] = []
    /// The blobs written.
    public var tops: [Value] = []
    /// The parameter blobs: those of the weights file, without one those that the parameters ask for.
    public var blobs: [Blob] = []
    /// How many numbers the blobs have; nil where that is not known.
    public var parameters: Int?
    /// The products of one run with numbers of the blobs; nil where they are not known.
    public var multiplyAdds: Int?
    /// What the tops take in single precision, in bytes, those in the place of a bottom left out; nil where it is not known.
    public var activationBytes: Int?
    /// Whether the type is none of BVLC's.
    public var isForkType = false
    /// Fields that BVLC's Caffe does not have, as paths.
    public var forkFields: [String] = []
    /// Why caffold cannot run the layer; nil for one that it runs.
    public var obstacle: String?
  }

  /// What an ONNX file says of itself.
  public struct Graph: Sendable {
    /// A set of operators.
    public struct Opset: Sendable, Equatable {
      /// Whose it is; empty for ONNX's own.
      public var domain: String
      /// Its version.
      public var version: Int
    }

    /// The version of the file format.
    public var irVersion: Int
    /// The sets that the nodes' operators are of.
    public var opsets: [Opset]
    /// The program that wrote the file, with its version; empty where it does not say.
    public var producer: String
    /// Parts of the file that are not looked at, such as functions.
    public var unread: [String]
    /// Inputs whose first size the file leaves open; shapes are for 1.
    public var openBatches: [Name] = []
  }

  /// The net definition, or the ONNX file; nil for a weights file alone.
  public var model: String?
  /// The weights file; nil for a definition alone.
  public var weights: String?
  /// The layers of the phase, in order; of a weights file alone those that it has.
  public var layers: [Layer] = []
  /// The net's inputs.
  public var inputs: [Value] = []
  /// The blobs that no layer reads, which Caffe returns.
  public var outputs: [Value] = []
  /// The most memory that values take at a time, in single precision, when each is given up after its last reader.
  public var peakBytes: Int?
  /// The layer that runs at that time.
  public var peakLayer: Name?
  /// Whether the shapes of all values are known; else the sums are lower bounds.
  public var isComplete = true
  /// What the user should know.
  public var findings: [Finding] = []
  /// What an ONNX file says of itself; nil for a net. Its nodes are the layers, its initializers their blobs.
  public var graph: Graph?

  /// A sum over layers, some of which may not be known.
  public struct Sum: Sendable, Equatable {
    /// The sum of what is known.
    public var known: Int
    /// Whether that is all.
    public var isComplete: Bool

    /// Adds up; where a number gets too large the sum is not complete.
    init(_ numbers: [Int?]) {
      (known, isComplete) = (0, true)
      for number in numbers {
        let (sum, overflow) = known.addingReportingOverflow(number ?? 0)
        known = overflow ? .max : sum
        if overflow || number == nil { isComplete = false }
      }
    }
  }

  /// What some layers have together.
  public struct Totals: Sendable {
    /// How many layers.
    public var layers: Int
    /// The numbers of their blobs. Blobs that layers share count once for each layer, as they are stored.
    public var parameters: Sum
    /// The products.
    public var multiplyAdds: Sum
    /// What their tops take in single precision, in bytes.
    public var activationBytes: Sum

    init(_ layers: [Layer]) {
      self.layers = layers.count
      parameters = Sum(layers.map(\.parameters))
      multiplyAdds = Sum(layers.map(\.multiplyAdds))
      activationBytes = Sum(layers.map(\.activationBytes))
    }
  }

  /// What all layers have together.
  public var totals: Totals { Totals(layers) }

  /// The sums by type, in the order of the types' names.
  public var totalsByType: [(type: String, totals: Totals)] {
    Dictionary(grouping: layers, by: \.type).sorted { $0.key < $1.key }.map { ($0, Totals($1)) }
  }
}
