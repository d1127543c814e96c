import RuleModel

/// The kernels that rules can call.
package struct KernelRegistry: Sendable {
  /// The kernels of this program.
  package static let builtin = KernelRegistry([
    Equalize(),
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
