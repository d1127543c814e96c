import CaffeIO

/// A look at a weights file without a definition.
struct InspectedWeights {
  /// The layers of the file, with their blobs.
  ///
  /// - Throws: `DiagnosticError` for a file that cannot be read.
  static func result(_ path: String, _ observer: RunObserver) throws -> InspectResult {
    try Files.restore([path], observer)
    let file = try WeightsFile(path: path)
    var result = InspectResult(model: nil, weights: path)
    for layer in file.layers {
      var inspected = InspectResult.Layer(name: layer.name, type: layer.type)
      inspected.bottoms = layer.bottoms.map(\.name)
      inspected.tops = layer.tops.map { .init(name: $0.name, shape: nil) }
      inspected.blobs = layer.blobs.map(InspectResult.Blob.init)
      inspected.parameters = layer.blobs.reduce(0) { InspectResult.sum($0, $1.count) }
      result.layers.append(inspected)
      result.findings += try WeightsMatch.findings(of: layer, file)
    }
    return result
  }

  /// Whether a file is one of weights and no text: text has no control characters but white space, and the wire format has some in
  /// every message.
  static func areIn(_ path: String) throws -> Bool {
    let file = try InputFile(path: path)
    var head = [UInt8](repeating: 0, count: min(file.byteCount, 4096))
    try head.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    return head.contains { $0 < 0x20 && !(0x09...0x0D).contains($0) }
  }
}
