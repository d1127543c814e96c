/// The body of a stored blob on its way to the output: bytes of the file, with other things in the place of some of them, and
/// with other dimensions where these are given.
struct StoredBody {
  /// What there is so far.
  var output = OutputPieces()
  /// Where the bytes begin that come next.
  var position: Int
  /// The fields that hold dimensions; none where these stay.
  private var dimensions: [Range<Int>] = []
  private let shape: [Int]?

  /// Begins at the first byte of a blob.
  init(_ blob: StoredBlob, shape: [Int]?, _ file: WeightsFile) throws {
    position = blob.bodyRange.lowerBound
    self.shape = shape
    guard shape != nil else { return }
    var cursor = WireCursor(file.file, limits: WireLimits())
    cursor.position = position
    while let field = try cursor.nextField(before: blob.bodyRange.upperBound) {
      switch field.number {
      case CaffeField.Blob.num...CaffeField.Blob.width, CaffeField.Blob.shape: dimensions.append(field.range)
      default: break
      }
    }
  }

  /// Keeps the bytes up to a position, dimensions apart.
  mutating func keep(upTo end: Int) {
    while let field = dimensions.first, field.lowerBound < end {
      dimensions.removeFirst()
      output.keep(position..<field.lowerBound)
      position = field.upperBound
    }
    output.keep(position..<end)
    position = end
  }

  /// The whole body.
  var finished: OutputPieces {
    var finished = output
    if let shape { finished.add(BlobWriter.shapeField(shape)) }
    return finished
  }
}
