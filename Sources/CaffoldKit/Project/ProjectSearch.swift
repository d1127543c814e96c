import CaffeIO
import Diagnostics
import Glibc

/// Which project file a run reads.
package enum ProjectSearch {
  /// Reads the project file at `path`; without a path, the nearest one.
  ///
  /// The nearest one is looked for in the working folder, and above it as far as the folder of the repository that the
  /// working folder is in. Outside of a repository only the working folder's counts: what lies above may be anybody's.
  /// - Throws: `FaultyFiles` with all errors of the file; `ProjectFileError` for the file of another user.
  package static func file(_ path: String?, _ observer: RunObserver) throws -> ProjectFile? {
    guard let path = try path ?? nearest(observer) else { return nil }
    let source = SourceText(path: path, bytes: try Files.read(path, limit: FileLimits.settings))
    let (file, errors) = ProjectFile.check(source)
    if !errors.isEmpty { throw FaultyFiles(errors) }
    for (path, place) in file?.paths ?? [] where !Files.exists(path) {
      throw ProjectFileError.nothingThere(path: path, place)
    }
    // Messages about a file show its lines: nobody's project file makes them show those of other files.
    for (path, place) in file?.paths ?? [] where !Files.isFolder(path) {
      let isProto = file?.options.protos.contains(path) ?? false
      guard isProto ? path.hasSuffix(".proto") : RuleSources.isRuleFile(path) else {
        throw ProjectFileError.otherFile(path: path, isProto: isProto, place)
      }
    }
    return file
  }

  private static func nearest(_ observer: RunObserver) throws -> String? {
    var folder = ""
    var found: String?
    let home = getenv("HOME").map { String(cString: $0) }
    for _ in 0..<256 {
      let path = folder + ProjectFile.name
      if found == nil, Files.exists(path), !Files.isFolder(path) { found = path }
      let isRepository = [".git", ".hg"].contains { Files.exists(folder + $0) }
      let here = folder.isEmpty ? "." : folder
      let isEnd = (home.map { Files.isSame(here, $0) } ?? false) || Files.isSame(here, folder + "..")
      if isRepository || isEnd {
        return try found.flatMap { try accepted($0, isInRepository: isRepository, observer) }
      }
      folder += "../"
    }
    return nil
  }

  private static func accepted(
    _ path: String, isInRepository: Bool, _ observer: RunObserver
  ) throws -> String? {
    guard isInRepository || path == ProjectFile.name else {
      observer.warning(
        Diagnostic(
          .warning, at: .file(path),
          "not read: it is above the working folder, and the working folder is in no repository; --config \(path) reads it, --no-config silences this warning"
        ))
      return nil
    }
    guard isTrusted(path) else { throw ProjectFileError.ofAnotherUser(path: path) }
    return path
  }

  /// Files of this user, of root, and of who became root by sudo.
  private static func isTrusted(_ path: String) -> Bool {
    guard let owner = Files.owner(of: path) else { return true }
    let sudo = getenv("SUDO_UID").flatMap { UInt32(String(cString: $0)) }
    return owner == geteuid() || owner == 0 || (geteuid() == 0 && owner == sudo)
  }
}
