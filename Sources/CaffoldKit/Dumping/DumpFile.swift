import CaffeIO
import Diagnostics
import Verification

/// A dump that cannot be written or read. Facts and wording.
enum DumpError: DiagnosticError {
  /// An archive beyond what the format holds.
  case tooLarge(path: String)
  /// A folder or file without arrays.
  case empty(path: String)
  /// A line of a map that says nothing.
  case map(path: String, line: Int)
  /// A map names an array that the dump does not have.
  case mappedArray(path: String, array: String, candidates: [String])
  /// A map names a blob that the net does not have.
  case mappedBlob(path: String, line: Int, blob: String, candidates: [Name])

  var diagnostic: Diagnostic {
    switch self {
    case .tooLarge(let path):
      return Diagnostic(
        .error, at: .file(path), "would be larger than 4 GiB; name a folder instead of a .npz file")
    case .empty(let path): return Diagnostic(.error, at: .file(path), "holds no arrays")
    case .map(let path, let line):
      return Diagnostic(
        .error, at: .file(path),
        "line \(line): expected the name of a blob, '=' or a tab, and its name in the dump")
    case .mappedArray(let path, let array, let candidates):
      return Diagnostic(
        .error, at: .file(path),
        "the dump has no array '\(array)'\(Suggestion.clause(for: array, among: candidates))")
    case .mappedBlob(let path, let line, let blob, let candidates):
      return Diagnostic(
        .error, at: .file(path),
        "line \(line): the net has no blob '\(blob)'\(Suggestion.clause(for: blob, among: candidates.map(\.description)))"
      )
    }
  }
}

/// Values of blobs that another program wrote: a `.npz` file, or a folder of `.npy` files.
struct DumpFile {
  private enum Source {
    case archive(NpzFile)
    case folder(String)
  }

  private let source: Source
  /// The names of the arrays, in the order of the archive, or sorted.
  let names: [String]
  private let known: Set<String>

  init(_ path: String) throws {
    if Files.isFolder(path) {
      source = .folder(path)
      names = try Files.list(path).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }.sorted()
    } else {
      let archive = try NpzFile(path: path)
      source = .archive(archive)
      names = archive.names
    }
    guard !names.isEmpty else { throw DumpError.empty(path: path) }
    known = Set(names)
  }

  /// The array of a name.
  func values(_ name: String) throws -> InputValues {
    switch source {
    case .archive(let archive):
      guard let values = try archive.values(name) else { throw DumpError.empty(path: name) }
      return values
    case .folder(let folder):
      let path = Files.join(folder, name + ".npy")
      return try InputValues(try Files.read(path), path: path)
    }
  }

  /// The array that stands for a blob: under its own name, under the name of the file that caffold would write, or with `_` in the place of
  /// what is no letter, digit or one of `-_.`, as many tools write names.
  func name(of blob: Name) -> String? {
    let plain = String(
      String.UnicodeScalarView(
        blob.description.unicodeScalars.map { scalar in
          scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "-_.".unicodeScalars.contains(scalar)
            ? scalar : "_"
        }))
    return [DumpFile.name(of: blob), FileNames.escaped(blob), plain].first(where: known.contains)
  }

  /// The name under which an archive has a blob.
  static func name(of blob: Name) -> String { blob.text ?? blob.escaped }
}

/// The names that blobs have in a dump: a line for each blob, `blob = name`, or with a tab between them. `#` begins a comment line.
struct DumpMap {
  private(set) var names: [Name: String] = [:]

  init() {}

  /// Reads a map.
  ///
  /// - Parameter blobs: those of the net.
  /// - Throws: `DumpError` with the line.
  init(path: String, blobs: [Name]) throws {
    let text = String(decoding: try Files.read(path, limit: FileLimits.settings), as: UTF8.self)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = Self.trimmed(line[...])
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let split = line.firstIndex(of: "\t") ?? line.firstIndex(of: "=") else {
        throw DumpError.map(path: path, line: index + 1)
      }
      let (blob, name) = (Self.trimmed(line[..<split]), Self.trimmed(line[line.index(after: split)...]))
      guard !blob.isEmpty, !name.isEmpty else { throw DumpError.map(path: path, line: index + 1) }
      guard let known = blobs.first(where: { $0 == Name(blob) || $0.description == blob }) else {
        throw DumpError.mappedBlob(path: path, line: index + 1, blob: blob, candidates: blobs)
      }
      names[known] = name
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace = { (character: Character) in " \t\r".contains(character) }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
