import Glibc

/// Puts complete outputs in place together.
///
/// Old files are set aside under hidden names first, in the order of the list, and new ones get their
/// names in the reverse order. (Renaming over an old file instead would make ext4 write the new one to
/// the disk at once, which takes longer than a fold; Documentation/Performance.md.)
struct Publication {
  private let files: [AtomicFile]

  init(_ files: [AtomicFile]) { self.files = files }

  /// When it fails, what was there before is there again. Signals that end the run wait meanwhile.
  func run() throws(FileError) {
    for file in files where file.isDurable { try file.synchronize() }
    let blocked = SignalBlock()
    defer { blocked.end() }
    var old: [OldFile] = []
    do {
      for file in files {
        if let setAside = try OldFile(replacedBy: file) { old.append(setAside) }
      }
      for file in files.reversed() { try file.takeName() }
    } catch {
      for file in files where file.isPublished { file.loseName() }
      for file in old { file.restore() }
      throw error
    }
    for file in old { file.remove() }
  }
}

/// A file that an output replaces, under a hidden name until that has gone well.
private struct OldFile {
  private let path: String
  private let aside: String

  /// Sets the file aside; nil when there is none or it may not be replaced.
  init?(replacedBy output: AtomicFile) throws(FileError) {
    guard output.mayReplace, access(output.destination, F_OK) == 0 else { return nil }
    path = output.destination
    let name = TemporaryName(beside: path)
    // An interrupt must not remove it: it may be the user's only copy.
    name.forget()
    aside = name.path + "-old"
    guard rename(path, aside) == 0 else {
      throw FileError(path: output.path, .cannotPublish(code: errno))
    }
  }

  func restore() { rename(aside, path) }

  func remove() { unlink(aside) }
}
