import CaffeIO

extension BlobContent {
  /// The dimensions.
  package var shape: [Int] {
    switch self {
    case .stored(let blob), .scaled(let blob, _): return blob.shape
    case .values(_, let shape, _): return shape
    }
  }

  /// The number of elements.
  package var count: Int {
    switch self {
    case .stored(let blob), .scaled(let blob, _): return blob.count
    case .values(let values, _, _): return values.count
    }
  }

  /// The number type it is stored in.
  package var storage: BlobStorage {
    switch self {
    case .stored(let blob), .scaled(let blob, _): return blob.storage
    case .values(_, _, let storage): return storage
    }
  }

  /// Every element times its channel's factor. Factors that lie over the blob the same way are multiplied into
  /// one, in Double, so that any number of folds rounds once.
  func scaled(by scale: ChannelScale) -> BlobContent {
    switch self {
    case .stored(let blob): return .scaled(blob, [scale])
    case .scaled(let blob, var scales):
      if let index = scales.firstIndex(where: { $0.liesLike(scale) }) {
        for channel in scale.factors.indices { scales[index].factors[channel] *= scale.factors[channel] }
      } else {
        scales.append(scale)
      }
      return .scaled(blob, scales)
    case .values(var values, let shape, let storage):
      for element in values.indices { values[element] *= scale.factors[scale.channel(of: element)] }
      return .values(values, shape: shape, storage: storage)
    }
  }

  /// The same blob, as far as shape and number type go, with other elements.
  func replacingValues(with values: [Double]) -> BlobContent {
    .values(values, shape: shape, storage: storage)
  }

  /// All elements in Double, folds applied; for blobs that are small enough to hold.
  func values(from weights: WeightsFile?) throws -> [Double] {
    switch self {
    case .values(let values, _, _): return values
    case .stored(let blob): return try weights?.values(of: blob) ?? []
    case .scaled(let blob, let scales):
      var values = try weights?.values(of: blob) ?? []
      for scale in scales {
        for element in values.indices { values[element] *= scale.factors[scale.channel(of: element)] }
      }
      return values
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
  /// The largest finite number of the type.
  var largest: Double {
    switch self {
    case .half: return Double(Float16.greatestFiniteMagnitude)
    case .float: return Double(Float.greatestFiniteMagnitude)
    case .double, .other: return .greatestFiniteMagnitude
    }
  }
}
