import CaffeIO

extension Blob {
  /// Whether it is worth reading to see that all elements fit its type.
  ///
  /// Half precision overflows easily. Stored weights in single precision do not, and reading all of them would take as long
  /// as writing them: one that does is told when it is written.
  var mayOverflow: Bool {
    switch source {
    case .stored: return !scales.isEmpty && storage == .half
    case .held(let values): return values.contains { $0.magnitude > storage.largest }
    case .computed(_, let largest):
      let most = scales.scales.reduce(largest) { $0 * ($1.factors.map(\.magnitude).max() ?? 0) }
      return most > storage.largest
    }
  }

  /// The largest magnitude among the elements, read in pieces.
  func largestMagnitude(from weights: WeightsFile) throws -> Double {
    var largest = 0.0
    try BlobReader(weights, self, .unrounded).forEachBlock { _, values in
      for value in values { largest = max(largest, value.magnitude) }
    }
    return largest
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
}
