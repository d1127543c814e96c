import CaffeIO
import Diagnostics
import RuleModel

/// One look at the blobs of a weights file.
struct WeightsRun {
  let path: String
  /// A layer's name, or a glob; nil for all.
  let pattern: String?
  /// Whether the numbers are counted by size.
  let makesHistograms: Bool
  /// Where blobs are written to as `.npy` files; nil for nowhere.
  let folder: String?
  let observer: RunObserver

  func run() throws -> WeightsResult {
    try Files.restore([path], observer)
    let file = try WeightsFile(path: path)
    let glob = pattern.map { Glob($0) }
    let layers = file.layers.filter { layer in
      !layer.blobs.isEmpty && glob.map { $0.matches(layer.name) } ?? true
    }
    if let pattern, layers.isEmpty { throw NoSuchLayer(pattern, in: file) }
    var result = WeightsResult(path: path, layers: [])
    var uses: [Name: Int] = [:]
    for layer in layers {
      uses[layer.name, default: 0] += 1
      let stem = FileNames.escaped(layer.name) + (uses[layer.name]! > 1 ? "~\(uses[layer.name]!)" : "")
      var blobs: [WeightsResult.Blob] = []
      for (index, blob) in layer.blobs.enumerated() {
        blobs.append(try look(at: blob, index, of: file, stem: stem))
      }
      result.layers.append(.init(name: layer.name, type: layer.type, blobs: blobs))
    }
    return result
  }

  private func look(
    at blob: StoredBlob, _ index: Int, of file: WeightsFile, stem: String
  ) throws -> WeightsResult.Blob {
    var result = WeightsResult.Blob(
      index: index, shape: blob.shape, count: blob.count, storage: blob.storage.name)
    if case .other = blob.storage {
      // Asked for and not done is an error; a look is not.
      if folder != nil { _ = try file.statistics(of: blob) }
      return result
    }
    let statistics = try file.statistics(of: blob)
    result.statistics = statistics
    if makesHistograms {
      result.histogram = try statistics.histogram { count in try file.forEachChunk(of: blob) { count($1) } }
    }
    if let folder {
      let path = Files.join(folder, "\(stem).\(index).npy")
      try OutputPair.check(path, [self.path], force: false)
      try write(blob, of: file, to: path)
      result.file = path
    }
    return result
  }

  private func write(_ blob: StoredBlob, of file: WeightsFile, to path: String) throws {
    let output = try AtomicFile(path: path, mayReplace: true, from: self.path)
    let head = NpyHeader.bytes(type: "<f\(blob.storage.elementSize)", shape: blob.shape)
    try output.write(head)
    var offset = head.count
    try file.forEachChunk(of: blob) { _, values in
      func put(_ numbers: [some Any]) throws {
        try numbers.withUnsafeBytes { bytes in
          try output.write(bytes, at: offset)
          offset += bytes.count
        }
      }
      switch blob.storage {
      case .float: try put(values.map { Float($0) })
      case .half: try put(values.map { Float16($0) })
      case .double, .other: try put(Array(values))
      }
    }
    try output.publish()
  }
}

/// A layer that was asked for and is not there.
struct NoSuchLayer: DiagnosticError {
  let diagnostic: Diagnostic

  /// - Parameter pattern: the name or glob that was asked for.
  init(_ pattern: String, in file: WeightsFile) {
    let names = file.layers.filter { !$0.blobs.isEmpty }.map(\.name.description)
    let isThere = file.layers.contains { Glob(pattern).matches($0.name) }
    diagnostic = Diagnostic(
      .error, at: .file(file.path),
      isThere
        ? "layer '\(pattern)' has no blobs"
        : "has no layer '\(pattern)' with blobs\(Suggestion.clause(for: pattern, among: names))")
  }
}
