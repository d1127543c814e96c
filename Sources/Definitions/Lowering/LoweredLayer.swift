import CaffeIO
import Engine
import OnnxIO
import Tensors

/// The operators that a layer becomes.
package struct LoweredLayer {
  /// The operators, in order.
  package var nodes: [OnnxNode] = []
  /// The constants that they read.
  package var constants: [LoweredConstant] = []
  /// The names of the values that are the layer's tops; a name of a bottom where the layer passes it on.
  package var tops: [String] = []
}

/// A constant of the graph.
package struct LoweredConstant {
  /// What it holds.
  package enum Numbers {
    /// Whole numbers or truth values, in memory.
    case held(OnnxTensor)
    /// A blob of the net.
    case blob(BlobContent)
    /// Numbers that are computed while they are written.
    case computed(LazyTensor)
  }

  /// The name.
  package var name: String
  /// The sizes of the axes.
  package var shape: [Int]
  /// What it holds.
  package var numbers: Numbers
}

extension LoweredConstant {
  /// The constant, read from the weights when it is asked for.
  ///
  /// - Parameter storage: what holds numbers of type float, each rounded once: float, or double for runs that must not round.
  /// - Throws: as `OnnxTensorSource.blob`.
  package func initializer(_ weights: WeightsFile?, as storage: BlobStorage = .float) throws
    -> OnnxInitializer
  {
    let type = storage == .double ? OnnxElementType.double : OnnxElementType.float
    switch numbers {
    case .held(let tensor):
      return OnnxInitializer(
        name: name, elementType: tensor.elementType, shape: shape, source: .bytes(tensor.bytes))
    case .blob(let content):
      guard let weights else { preconditionFailure("there are no blobs without weights") }
      return OnnxInitializer(
        name: name, elementType: type, shape: shape,
        source: try .blob(content, of: weights, as: storage, name: name))
    case .computed(let tensor):
      return OnnxInitializer(
        name: name, elementType: type, shape: shape,
        source: .numbers(tensor.count, as: storage, of: name) { try tensor.read($0, into: $1) })
    }
  }
}
