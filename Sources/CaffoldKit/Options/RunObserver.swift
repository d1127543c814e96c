import Diagnostics

/// Who is told of a run while it goes on. Both functions are called on the thread of the run.
public struct RunObserver {
  /// Long work and how much of it is done.
  public struct Progress: Sendable {
    /// What is being done.
    public enum Task: Sendable, Equatable {
      /// An output is written.
      case writing(path: String)
      /// Two nets are run.
      case running
      /// A net is run.
      case runningNet
      /// Rules are proven.
      case proving
    }

    /// What is being done.
    public var task: Task
    /// How much is done, of `total`.
    public var done: Int
    /// How much there is to do.
    public var total: Int
  }

  /// Called every now and then during long work, and at its end.
  public var progress: (Progress) -> Void
  /// Called for what the user should know and what does not stop the run.
  public var warning: (Diagnostic) -> Void

  /// Makes an observer; without arguments nobody listens.
  public init(
    progress: @escaping (Progress) -> Void = { _ in }, warning: @escaping (Diagnostic) -> Void = { _ in }
  ) {
    self.progress = progress
    self.warning = warning
  }
}
