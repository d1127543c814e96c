import CaffeIO

extension BlobContent {
  /// Every element times its channel's factor. Factors that lie over the blob the same way are multiplied into
  /// one, in Double, so that any number of folds rounds once.
  func scaled(by scale: ChannelScale) -> BlobContent {
    switch self {
    case .stored(let blob): return .scaled(blob, [scale])
    case .scaled(let blob, let scales): return .scaled(blob, Self.joined(scales, scale))
    case .computed(var blob):
      blob.scales = Self.joined(blob.scales, scale)
      return .computed(blob)
    case .values(var values, let shape, let storage):
      for element in values.indices { values[element] *= scale.factors[scale.channel(of: element)] }
      return .values(values, shape: shape, storage: storage)
    }
  }

  private static func joined(_ scales: [ChannelScale], _ scale: ChannelScale) -> [ChannelScale] {
    var scales = scales
    if let index = scales.firstIndex(where: { $0.liesLike(scale) }) {
      for channel in scale.factors.indices { scales[index].factors[channel] *= scale.factors[channel] }
    } else {
      scales.append(scale)
    }
    return scales
  }

  /// The same blob, as far as shape and number type go, with other elements.
  func replacingValues(with values: [Double]) -> BlobContent {
    .values(values, shape: shape, storage: storage)
  }

  /// All elements in Double, folds applied; for blobs that are small enough to hold.
  func values(from weights: WeightsFile?) throws -> [Double] {
    if case .values(let values, _, _) = self { return values }
    guard let weights else { return [] }
    let (reader, count) = (try BlobContentReader(weights, self), count)
    return try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      try reader.read(0..<count, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// Whether it is worth reading to see that all elements fit its type.
  ///
  /// Half precision overflows easily. Stored weights in single precision do not, and reading all of them would take as long
  /// as writing them: one that does is told when it is written.
  var mayOverflow: Bool {
    switch self {
    case .stored: false
    case .scaled(let blob, _): blob.storage == .half
    case .values(let values, _, let storage): values.contains { $0.magnitude > storage.largest }
    case .computed(let blob):
      blob.scales.reduce(blob.largest) { $0 * ($1.factors.map(\.magnitude).max() ?? 0) }
        > blob.storage.largest
    }
  }

  /// Runs `body` over the elements in Double, folds applied, with the index of the first of each chunk.
  func forEachChunk(
    from weights: WeightsFile, _ body: (Int, [Double]) throws -> Void
  ) throws {
    try BlobPass(weights, [BlobPass.Form(self, .unrounded)]).run(0..<count) { start, forms in
      switch forms[0] {
      case .floats(let values): try body(start, values.map { Double($0) })
      case .doubles(let values): try body(start, Array(values))
      }
    }
  }

  /// The largest magnitude among the elements, read in chunks.
  func largestMagnitude(from weights: WeightsFile) throws -> Double {
    var largest = 0.0
    try BlobPass(weights, [BlobPass.Form(self, .unrounded)]).run(0..<count) { _, forms in
      switch forms[0] {
      case .floats(let values): for value in values { largest = max(largest, Double(value.magnitude)) }
      case .doubles(let values): for value in values { largest = max(largest, value.magnitude) }
      }
    }
    return largest
  }
}

extension ChannelScale {
  func liesLike(_ other: ChannelScale) -> Bool {
    inner == other.inner && modulus == other.modulus && rowsPerGroup == other.rowsPerGroup
      && factors.count == other.factors.count
  }
}

extension BlobStorage {
  /// The type in words.
  var phrase: String {
    switch self {
    case .half: "half precision"
    case .float: "single precision"
    case .double, .other: "double precision"
    }
  }

  /// The largest finite number of the type.
  var largest: Double {
    switch self {
    case .half: return Double(Float16.greatestFiniteMagnitude)
    case .float: return Double(Float.greatestFiniteMagnitude)
    case .double, .other: return .greatestFiniteMagnitude
    }
  }
}
