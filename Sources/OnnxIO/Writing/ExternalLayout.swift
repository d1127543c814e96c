import CaffeIO

/// The file beside a model that holds large initializers, while it is laid out.
///
/// Each begins at a multiple of a page, so that it can be mapped into memory: 4 KiB, and 64 KiB for those from 1 MiB
/// on, since Windows maps no finer (`docs/ExternalData.md` of github.com/onnx/onnx; the same sizes as in onnxruntime).
struct ExternalLayout {
  /// The name of the file, in the folder of the model.
  let name: String
  /// Smaller initializers stay in the model.
  let smallest: Int
  /// The parts of the file.
  private(set) var pieces = OutputPieces()

  private static let (page, granule, large) = (4096, 65536, 1 << 20)

  init(name: String, smallest: Int) {
    self.name = name
    self.smallest = max(smallest, 1)
  }

  /// Gives a source its place; returns the entries of `external_data`, or nil where it stays in the model.
  mutating func place(_ source: OnnxTensorSource) -> [(String, String)]? {
    guard source.byteCount >= smallest else { return nil }
    let step = source.byteCount >= Self.large ? Self.granule : Self.page
    pieces.add(ZeroBytes((step - pieces.byteCount % step) % step))
    let offset = pieces.byteCount
    pieces.add(source.bytes)
    return [("location", name), ("offset", String(offset)), ("length", String(source.byteCount))]
  }
}
