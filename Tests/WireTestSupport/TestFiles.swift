import CaffeIO
import Glibc

/// Files for tests.
public enum TestFiles {
  /// An input with these bytes, which messages call `net.caffemodel`; it has no name on disk.
  package static func input(_ bytes: [UInt8], path: String = "net.caffemodel") throws -> InputFile {
    let descriptor = open("/tmp", O_RDWR | O_DIRECTORY | O_CLOEXEC | 0o20_000_000, 0o600)
    precondition(descriptor >= 0, "cannot make a temporary file")
    var done = 0
    while done < bytes.count {
      let wrote = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      precondition(wrote > 0)
      done += wrote
    }
    return try InputFile(owning: descriptor, path: path)
  }

  /// All bytes of a file.
  public static func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    precondition(descriptor >= 0, "cannot open \(path)")
    defer { close(descriptor) }
    return contents(of: descriptor)
  }

  /// All bytes behind an open descriptor.
  public static func contents(of descriptor: Int32) -> [UInt8] {
    var status = stat()
    fstat(descriptor, &status)
    return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let got = pread(descriptor, buffer.baseAddress! + count, buffer.count - count, count)
        if got <= 0 { break }
        count += got
      }
    }
  }

  /// Calls `body` with the path of an empty folder that is removed afterwards.
  public static func withFolder<Result>(_ body: (String) throws -> Result) rethrows -> Result {
    var template = Array("/tmp/caffold-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil)
    let folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { remove(folder) }
    return try body(folder)
  }

  private static func remove(_ folder: String) {
    for name in names(in: folder) {
      let path = folder + "/" + name
      if unlink(path) != 0 { remove(path) }
    }
    rmdir(folder)
  }

  /// The names in a folder, hidden ones included, sorted.
  public static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a small file, in a new folder if one is given.
  public static func put(_ text: String, to path: String, makingFolder folder: String? = nil) {
    if let folder { mkdir(folder, 0o777) }
    put(Array(text.utf8), to: path)
  }

  /// Writes a small file.
  public static func put(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    precondition(descriptor >= 0)
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  /// The weights of the real nets beside the repository; empty, with a printed sentence, without them.
  public static func realModels(file: String = #filePath) -> [String] {
    var root = file.split(separator: "/").map(String.init)
    while let last = root.popLast(), last != "Tests" {}
    let models = "/" + root.dropLast().joined(separator: "/") + "/shared/models"
    let paths: [String] = names(in: models).map { name in "\(models)/\(name)/model.caffemodel" }
    let found = paths.filter { access($0, R_OK) == 0 }
    if found.isEmpty { print("skipped: no real nets in \(models)") }
    return found
  }
}

/// Numbers to be computed that are known beforehand.
package final class KnownNumbers: ComputedNumbers {
  private let values: [Double]
  package let block: Int
  package let cost = 1

  package init(_ values: [Double], block: Int = 1) {
    self.values = values
    self.block = block
  }

  package func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) {
    _ = output.update(fromContentsOf: values[elements])
  }
}

/// Random numbers that are the same in each run (SplitMix64).
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// A sequence for a seed.
  public init(_ seed: UInt64) { state = seed }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
