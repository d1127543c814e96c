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
  // Lists, since there are two or three.
  /// Layers by parameter.
  var layers: [(parameter: String, layer: LayerID)] = []
  /// Values per channel by parameter; nil where they could not be computed without weights.
  var vectors: [(parameter: String, values: [Double]?)] = []

  /// A layer that the signature requires.
  func layer(_ name: String) -> LayerID { layers.first { $0.parameter == name }!.layer }

  /// Whether the rule gives values for a parameter.
  func gives(_ name: String) -> Bool { vectors.contains { $0.parameter == name } }

  /// The values of a parameter; nil where it has none.
  func vector(_ name: String) -> [Double]? { vectors.first { $0.parameter == name }?.values }
}

/// The kernels that rules can call.
package struct KernelRegistry: Sendable {
  /// The kernels of this program.
  package static let builtin = KernelRegistry([
    FoldAffine(),
    FoldAffineInput(),
    FoldBatchNorm(),
    FoldScale(),
  ])

  private let byName: [String: any Kernel]

  /// A registry of these kernels; tests hand the planner wrong ones.
  init(_ kernels: [any Kernel]) {
    byName = Dictionary(uniqueKeysWithValues: kernels.map { ($0.signature.name, $0) })
  }

  /// The same kernels, but for those that `kernels` take the place of.
  func replacing(_ kernels: any Kernel...) -> KernelRegistry {
    KernelRegistry(Array(byName.merging(kernels.map { ($0.signature.name, $0) }) { $1 }.values))
  }

  /// What rules may call, by name.
  package static var signatures: [KernelSignature] {
    builtin.byName.values.map(\.signature).sorted { $0.name < $1.name }
  }

  func kernel(named name: String) -> (any Kernel)? { byName[name] }
}
