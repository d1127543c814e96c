import FuzzChecks

/// The check that the command line names.
enum ChosenCheck {
  /// Set once, before the first input.
  nonisolated(unsafe) private(set) static var target: FuzzTarget?

  /// Takes the check from the first argument; nil where there is none of that name.
  static func choose(_ name: String) -> Bool {
    target = FuzzTarget.all.first { $0.name == name }
    return target != nil
  }
}
