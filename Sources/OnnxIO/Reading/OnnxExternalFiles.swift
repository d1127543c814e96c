import CaffeIO
import Glibc

/// The files beside a model that hold elements of its initializers.
package enum OnnxExternalFiles: Sendable {
  /// Those in the folder of a model.
  case folder(of: String)
  /// Open files, by the location that the model gives.
  case given([String: InputFile])
}

/// Opens the files beside a model.
struct ExternalFiles {
  private let source: OnnxExternalFiles
  private var open: [String: InputFile] = [:]

  init(_ source: OnnxExternalFiles) { self.source = source }

  /// The file at a location; only one in the folder of the model is opened, links followed.
  ///
  /// - Throws: `FileError` when it cannot be opened.
  mutating func file(_ location: String) throws(FileError) -> Result<InputFile, OnnxError.ExternalProblem> {
    if let file = open[location] { return .success(file) }
    switch source {
    case .given(let files):
      return files[location].map { .success($0) } ?? .failure(.unavailable(location: location))
    case .folder(let model):
      let parts = location.split(separator: "/", omittingEmptySubsequences: false)
      let outside = Result<InputFile, OnnxError.ExternalProblem>.failure(.outside(location: location))
      guard !location.utf8.starts(with: "/".utf8), !parts.contains(".."), !location.utf8.contains(0) else {
        return outside
      }
      let folder = Paths.folder(of: model)
      let path = folder + location
      guard let root = Paths.realPath(folder) else { return outside }
      let within = root == "/" ? root : root + "/"
      if let resolved = Paths.realPath(path), !resolved.utf8.starts(with: within.utf8) { return outside }
      let file = try InputFile(path: path)
      // Somebody may have put a link there meanwhile.
      if let opened = Paths.realPath("/proc/self/fd/\(file.descriptor)"),
        !opened.utf8.starts(with: within.utf8)
      {
        return outside
      }
      open[location] = file
      return .success(file)
    }
  }
}
