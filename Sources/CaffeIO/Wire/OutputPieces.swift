/// A part of an output file.
package enum OutputPiece: Sendable {
  /// Bytes of the input as they are.
  case kept(Range<Int>)
  /// New bytes.
  case bytes([UInt8])
  /// Values of a blob.
  case values(BlobRun)

  /// How many bytes of output this is.
  package var byteCount: Int {
    switch self {
    case .kept(let range): range.count
    case .bytes(let bytes): bytes.count
    case .values(let run): run.byteCount
    }
  }

  /// The distance of values that no chunk may cut; nil where any byte may be the last.
  var valueStride: Int? {
    switch self {
    case .kept, .bytes: nil
    case .values(let run): run.stride
    }
  }
}

/// An output, or a message of one, as a list of parts; made before anything is read or written.
package struct OutputPieces: Sendable {
  /// The parts in order; none is empty, no two neighbours could be one.
  package private(set) var pieces: [OutputPiece] = []
  /// How many bytes they are.
  package private(set) var byteCount = 0

  /// No parts.
  package init() {}

  /// Adds bytes of the input.
  package mutating func keep(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    byteCount += range.count
    if case .kept(let last)? = pieces.last, last.upperBound == range.lowerBound {
      pieces[pieces.count - 1] = .kept(last.lowerBound..<range.upperBound)
    } else {
      pieces.append(.kept(range))
    }
  }

  /// Adds new bytes.
  package mutating func add(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    if case .bytes(var last)? = pieces.last {
      // Taken out of the list first, so that it grows in place.
      pieces.removeLast()
      last.append(contentsOf: bytes)
      pieces.append(.bytes(last))
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  /// Adds values of a blob.
  package mutating func add(_ run: BlobRun) {
    guard !run.elements.isEmpty else { return }
    byteCount += run.byteCount
    pieces.append(.values(run))
  }

  /// Adds the parts of another list.
  package mutating func add(_ other: OutputPieces) {
    for piece in other.pieces {
      switch piece {
      case .kept(let range): keep(range)
      case .bytes(let bytes): add(bytes)
      case .values(let run): add(run)
      }
    }
  }

  /// Adds a message as field `number`; a message that replaces `original` and is as long keeps the
  /// bytes of its tag and length.
  package mutating func add(_ body: OutputPieces, asField number: Int, replacing original: WireField? = nil) {
    if let original, original.number == number, original.body.count == body.byteCount {
      keep(original.range.lowerBound..<original.body.lowerBound)
    } else {
      var encoder = WireEncoder()
      encoder.header(number, byteCount: body.byteCount)
      add(encoder.bytes)
    }
    add(body)
  }
}
