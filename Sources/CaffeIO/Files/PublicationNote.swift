import Glibc

/// The note that lies beside outputs while they are put in place: by it the next run undoes what a run that was killed has left
/// half done.
///
/// It is a hidden file, `.NAME.caffold-note`, beside each of the outputs. Whoever finds one while he holds the folder
/// knows that its run is dead.
struct PublicationNote: Equatable {
  /// An output.
  struct Entry: Equatable {
    /// Its destination, an absolute path.
    let path: String
    /// The new file.
    let new: FileIdentity

    /// Where a file that it replaces lies meanwhile.
    var aside: String { Paths.hidden("old", beside: path) }
    /// Where the note lies.
    var note: String { Paths.hidden("note", beside: path) }
    /// Whether the new file has its name.
    var isNamed: Bool { FileIdentity(path: path) == new }
  }

  /// The outputs; the first one is the last to get its name.
  let entries: [Entry]

  private static let heading =
    "caffold puts files in place; if it was killed, its next run here undoes what is half done\n"
  private static let end = "end"

  init(_ entries: [Entry]) { self.entries = entries }

  /// Reads the note beside a destination; nil where there is none. One that is not complete has no entries: nothing was done
  /// yet.
  init?(beside destination: String) {
    let path = Paths.hidden("note", beside: destination)
    guard access(path, F_OK) == 0, let file = try? InputFile(path: path), file.byteCount < 1 << 16 else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    let isRead = bytes.withUnsafeMutableBytes { buffer in
      (try? file.readUpTo(buffer.count, at: 0, into: buffer)) == buffer.count
    }
    guard isRead else { return nil }
    entries = Self.entries(String(decoding: bytes, as: UTF8.self)) ?? []
  }

  /// Names may have any character but the one of number 0.
  private static func entries(_ text: String) -> [Entry]? {
    guard text.hasPrefix(heading) else { return nil }
    let parts = text.dropFirst(heading.count).split(separator: "\0", omittingEmptySubsequences: false)
    guard parts.last == Substring(end), parts.count % 5 == 1 else { return nil }
    return stride(from: 0, to: parts.count - 1, by: 5).compactMap { start in
      guard let device = UInt64(parts[start + 1]), let number = UInt64(parts[start + 2]),
        let byteCount = Int(parts[start + 3]), let written = Int(parts[start + 4])
      else { return nil }
      return Entry(
        path: String(parts[start]),
        new: FileIdentity(device: device, number: number, byteCount: byteCount, written: written))
    }
  }

  private var text: String {
    Self.heading
      + entries.map { entry in
        "\(entry.path)\0\(entry.new.device)\0\(entry.new.number)\0\(entry.new.byteCount)\0\(entry.new.written)\0"
      }.joined() + Self.end
  }

  /// Lays the note beside all outputs.
  ///
  /// - Parameter isDurable: whether it is on the disk when this returns.
  func write(isDurable: Bool) throws(FileError) {
    let bytes = Array(text.utf8)
    for (index, entry) in entries.enumerated() {
      // One file under two names, as far as the folders are on one file system.
      if index > 0, link(entries[0].note, entry.note) == 0 { continue }
      let descriptor = open(entry.note, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw failure(entry) }
      defer { close(descriptor) }
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count == bytes.count, !isDurable || fsync(descriptor) == 0 else { throw failure(entry) }
    }
  }

  private func failure(_ entry: Entry) -> FileError {
    let error = FileError(path: entry.path, .cannotPublish(code: errno))
    remove()
    return error
  }

  /// Takes the note away, from the first output last: a note beside it alone says that all is done.
  func remove() { for entry in entries.reversed() { unlink(entry.note) } }

  /// Makes the outputs those that were there before the run, or, if all have their names already, removes what they
  /// replaced. The folders must be held.
  ///
  /// - Returns: the paths of the files that are back.
  func undo() -> [String] {
    guard let first = entries.first else { return [] }
    let isDone = first.isNamed
    var restored: [String] = []
    var isClean = true
    // The first one comes back last: as long as it is missing, nobody takes the others for its own.
    for entry in entries.reversed() {
      let isSetAside = access(entry.aside, F_OK) == 0
      if isDone {
        if isSetAside { unlink(entry.aside) }
      } else if isSetAside {
        if entry.isNamed || access(entry.path, F_OK) != 0 {
          if rename(entry.aside, entry.path) == 0 { restored.append(entry.path) } else { isClean = false }
        } else {
          // Somebody has put another file there since; neither may be lost.
          Paths.unhide(entry.aside, beside: entry.path)
        }
      } else if entry.isNamed {
        unlink(entry.path)
      }
    }
    if isClean { remove() }
    return restored.reversed()
  }
}

/// What runs that were killed have left half done.
package enum UnfinishedRun {
  /// Undoes it where it has to do with files at these paths.
  ///
  /// - Returns: the paths of the files that are back.
  package static func undo(at paths: [String]) throws(FileError) -> [String] {
    var restored: [String] = []
    for path in paths {
      let destination = Paths.resolved(path)
      guard let note = PublicationNote(beside: destination) else { continue }
      restored += try undo(note, beside: destination, path)
    }
    return restored
  }

  static func undo(_ note: PublicationNote, beside destination: String, _ path: String) throws(FileError)
    -> [String]
  {
    var folders = [(folder: Paths.folder(of: destination), path: path)]
    for entry in note.entries where access(Paths.folder(of: entry.path), F_OK) == 0 {
      folders.append((Paths.folder(of: entry.path), entry.path))
    }
    let locks = try FolderLocks(folders)
    defer { locks.release() }
    // Its run was alive, and is done now; or another one has undone it.
    guard PublicationNote(beside: destination) == note else { return [] }
    let restored = note.undo()
    // A note that was not complete, or whose outputs are elsewhere, has nothing more to say here.
    if note.entries.isEmpty { unlink(Paths.hidden("note", beside: destination)) }
    return restored
  }
}
