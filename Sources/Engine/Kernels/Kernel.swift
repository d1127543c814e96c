import CaffeIO
import RuleModel

/// Arithmetic on the parameters of matched layers that rules call by name.
///
/// A new kernel is a file with a type like this, and a line in `KernelRegistry`; CONTRIBUTING.md says what its page needs.
protocol Kernel: Sendable {
  /// What rules may pass; checked when a rule is loaded.
  var signature: KernelSignature { get }

  /// Whether repeated calls soon end because the kernel refuses layers that need no further change.
  var settles: Bool { get }

  /// Changes the parameters of the layers it is given, or refuses and leaves everything as it was.
  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason)
}

extension Kernel {
  var settles: Bool { false }
}

/// The arguments of a kernel call, evaluated for one match; they fit the signature.
struct KernelArguments {
  // Lists, since there are two or three.
  /// Layers by parameter.
  var layers: [(parameter: String, layer: LayerID)] = []
  /// Values per channel by parameter; nil where they could not be computed without weights.
  var vectors: [(parameter: String, values: [Double]?)] = []

  /// A layer that the signature requires.
  func layer(_ name: String) -> LayerID {
    guard let found = layers.first(where: { $0.parameter == name }) else {
      preconditionFailure("the kernel's signature has no required layer '\(name)'")
    }
    return found.layer
  }

  /// Whether the rule gives values for a parameter.
  func gives(_ name: String) -> Bool { vectors.contains { $0.parameter == name } }

  /// The values of a parameter; nil where it has none.
  func vector(_ name: String) -> [Double]? { vectors.first { $0.parameter == name }?.values }
}
