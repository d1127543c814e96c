import Operators

/// How a net is written as ONNX.
public struct ExportOptions: Sendable, Equatable {
  /// The versions of ONNX's operator set that can be written.
  public static let opsets = 13...OperatorSignature.opsets.upperBound

  /// The ONNX file; nil for the name of the net definition with `.onnx`, beside it.
  public var path: String?
  /// The version of ONNX's operator set.
  public var opset = 17
  /// Whether rules fold the net first.
  public var folds = true
  /// Shapes of inputs, and of what layers make that are kept as they are: `1,3,224,224`, or `NAME=1,3,224,224` where there are
  /// several.
  public var inputShapes: [String] = []
  /// The size of the first axis of every input; nil for what the definition says.
  public var batch: Int?
  /// Whether the first axis of every input may have any size.
  public var hasDynamicBatch = false
  /// Whether weights in half precision become floats.
  public var widensHalf = false
  /// Whether a layer that ONNX's operators cannot say becomes a node of a domain of its own, instead of ending the export.
  public var keepsUnknown = false
  /// The target of which layers of Caffe's stay nodes of their names, as `RunOptions.target`; nil for standard operators only.
  public var profile: String?
  /// Whether the graph is compared with the net before the file gets its name.
  public var isChecked = true
  /// The largest difference allowed, relative to a blob's largest number; nil for 1e-4, 1e-2 with weights in half precision.
  public var tolerance: Double?
  /// Whether an output may replace a file that the run read.
  public var mayReplaceInputs = false

  /// The defaults.
  public init() {}
}
