/// A part of an output file.
package enum OutputPiece: Sendable {
  /// Bytes of the input as they are.
  case kept(Range<Int>)
  /// New bytes.
  case bytes([UInt8])
  /// A run of the input's values, each to be scaled in its place.
  case scaled(ScaledRun)
  /// Values to be computed.
  case computed(ComputedRun)
  /// Bytes that something else than the input has.
  case source(any ByteSource)

  /// How many bytes of output this is.
  package var byteCount: Int {
    switch self {
    case .kept(let range): range.count
    case .bytes(let bytes): bytes.count
    case .scaled(let run): run.byteRange.count
    case .computed(let run): run.byteCount
    case .source(let source): source.byteCount
    }
  }

  /// The distance of values that no chunk may cut; nil where any byte may be the last.
  var valueStride: Int? {
    switch self {
    case .kept, .bytes: nil
    case .scaled(let run): run.segment.stride
    case .computed(let run): run.stride
    case .source(let source): source.valueSize
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

  /// Adds values to be scaled.
  package mutating func add(_ run: ScaledRun) {
    guard run.segment.count > 0 else { return }
    byteCount += run.byteRange.count
    pieces.append(.scaled(run))
  }

  /// Adds values to be computed.
  package mutating func add(_ run: ComputedRun) {
    guard !run.elements.isEmpty else { return }
    byteCount += run.byteCount
    pieces.append(.computed(run))
  }

  /// Adds bytes that something else than the input has.
  package mutating func add(_ source: any ByteSource) {
    guard source.byteCount > 0 else { return }
    byteCount += source.byteCount
    pieces.append(.source(source))
  }

  /// Adds the parts of another list.
  package mutating func add(_ other: OutputPieces) {
    for piece in other.pieces {
      switch piece {
      case .kept(let range): keep(range)
      case .bytes(let bytes): add(bytes)
      case .scaled(let run): add(run)
      case .computed(let run): add(run)
      case .source(let source): add(source)
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
