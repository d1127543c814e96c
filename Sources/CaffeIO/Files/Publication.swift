import Glibc
import Threads

/// Puts complete outputs in place together.
///
/// Old files are set aside under hidden names first, in the order of the list, and new ones get their
/// names in the reverse order. A note beside them (`PublicationNote`) says so until all is done.
struct Publication {
  private let files: [AtomicFile]
  /// After so many changes of names it ends as if the run had been killed; for tests.
  var stepLimit = Int.max

  init(_ files: [AtomicFile]) { self.files = files }

  /// When it fails, what was there before is there again. Signals that end the run wait meanwhile, and end it
  /// afterwards with the new files in place.
  func run() throws(FileError) {
    // What replaces something is on the disk before that goes. (Otherwise the system writes it when it likes: a fold takes
    // less time than the disk; Documentation/Performance.md.)
    let replaces = files.contains { $0.mayReplace && access($0.destination, F_OK) == 0 }
    if replaces { for file in files { try file.synchronize() } }
    let locks = try Self.lock(files)
    defer { locks.release() }
    for file in files { try file.checkDestination() }
    let blocked = SignalBlock()
    defer { blocked.end() }
    let old = files.filter { $0.mayReplace && access($0.destination, F_OK) == 0 }
    // Another run may have put a file there while this one waited.
    if !old.isEmpty, !replaces { for file in files { try file.synchronize() } }
    let note = PublicationNote(try files.map { file throws(FileError) in try file.entry() })
    // One file that replaces nothing gets its name in one step.
    let isNoted = files.count > 1 || !old.isEmpty
    if isNoted { try note.write(isDurable: !old.isEmpty) }
    var steps = 0
    func isKilled() -> Bool {
      steps += 1
      return steps >= stepLimit
    }
    do throws(FileError) {
      for file in old {
        if isKilled() { return }
        try Self.setAside(file)
      }
      for file in files.reversed() {
        if isKilled() { return }
        try file.takeName()
      }
    } catch {
      _ = note.undo()
      for file in files { file.forgetName() }
      throw error
    }
    guard isNoted else { return }
    if !old.isEmpty { locks.synchronize() }
    for entry in note.entries.reversed() where access(entry.aside, F_OK) == 0 {
      if isKilled() { return }
      unlink(entry.aside)
    }
    if isKilled() { return }
    note.remove()
  }

  /// Holds the folders of the files; what a dead run has left half done there is undone.
  private static func lock(_ files: [AtomicFile]) throws(FileError) -> FolderLocks {
    while true {
      let locks = try FolderLocks(for: files)
      guard let file = files.first(where: { PublicationNote(beside: $0.destination) != nil }),
        let note = PublicationNote(beside: file.destination)
      else { return locks }
      // It may be about other folders, too: they are all taken in their order.
      locks.release()
      _ = try UnfinishedRun.undo(note, beside: file.destination, file.path)
    }
  }

  private static func setAside(_ file: AtomicFile) throws(FileError) {
    let aside = Paths.hidden("old", beside: file.destination)
    // One that no note tells of: somebody has removed the note.
    if access(aside, F_OK) == 0 { Paths.unhide(aside, beside: file.destination) }
    guard rename(file.destination, aside) == 0 else {
      throw FileError(path: file.path, .cannotPublish(code: errno))
    }
  }
}
