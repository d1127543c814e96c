import CaffeIO
import Engine
import OnnxIO
import Tensors

/// The operators that a layer becomes.
struct LoweredLayer {
  /// The operators, in order.
  var nodes: [OnnxNode] = []
  /// The constants that they read.
  var constants: [LoweredConstant] = []
  /// The names of the values that are the layer's tops; a name of a bottom where the layer passes it on.
  var tops: [String] = []
}

/// A constant of the graph.
struct LoweredConstant {
  /// What it holds.
  enum Numbers {
    /// Whole numbers or truth values, in memory.
    case held(OnnxTensor)
    /// A blob of the net.
    case blob(BlobContent)
    /// Numbers that are computed while they are written.
    case computed(LazyTensor)
  }

  /// The name.
  var name: String
  /// The sizes of the axes.
  var shape: [Int]
  /// What it holds.
  var numbers: Numbers
}
