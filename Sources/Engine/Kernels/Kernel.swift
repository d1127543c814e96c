import CaffeIO
import Rules

/// Arithmetic on the parameters of matched layers that rules call by name.
///
/// A new kernel is one file with a type like this, and one line in `KernelRegistry`.
protocol Kernel: Sendable {
  /// What rules may pass; checked when a rule is loaded.
  var signature: KernelSignature { get }

  /// Changes the parameters of the layers it is given, or refuses and leaves everything as it was.
  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason)
}

/// The arguments of a kernel call, evaluated for one match; they fit the signature.
struct KernelArguments {
  /// Layers by parameter.
  var layers: [String: LayerID] = [:]
  /// Values per channel by parameter; nil where they could not be computed without weights.
  var vectors: [String: [Double]?] = [:]

  /// A layer that the signature requires.
  func layer(_ name: String) -> LayerID { layers[name]! }
}

/// The kernels there are.
package enum KernelRegistry {
  static let kernels: [any Kernel] = [
    FoldAffine(),
    FoldAffineInput(),
    FoldBatchNorm(),
    FoldScale(),
  ]

  /// What rules may call.
  package static var signatures: [KernelSignature] { kernels.map(\.signature) }

  private static let byName = Dictionary(uniqueKeysWithValues: kernels.map { ($0.signature.name, $0) })

  static func kernel(named name: String) -> (any Kernel)? { byName[name] }
}
