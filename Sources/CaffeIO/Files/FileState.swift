import Synchronization

/// Whether an output has got its name.
final class FileState: Sendable {
  private let published = Atomic(false)

  var isPublished: Bool {
    get { published.load(ordering: .relaxed) }
    set { published.store(newValue, ordering: .relaxed) }
  }
}
