/// Axes as definitions give them.
enum Axis {
  /// The place in `shape` of an axis that counts from the end when it is negative.
  static func index(
    _ axis: Int, of shape: [Int], field: String, _ subject: LayerSubject
  ) throws(LayerError) -> Int {
    let index = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(index) else {
      throw LayerError(subject, .axis(field: field, value: axis, shape: shape))
    }
    return index
  }

  /// The number of channels of a bottom: its dimension 1.
  static func channels(of shape: [Int], _ subject: LayerSubject) throws(LayerError) -> Int {
    guard shape.count >= 2 else {
      throw LayerError(subject, .inputRank(index: 0, expected: 2...Int.max, found: shape))
    }
    return shape[1]
  }
}

/// Checks of parameter blobs.
enum Blobs {
  /// Throws unless blob `index` has `count` values. Their order does not depend on the dimensions: old files
  /// have a bias of 1×1×1×C.
  static func check(
    _ shapes: [[Int]], _ index: Int, count: Int, _ subject: LayerSubject
  ) throws(LayerError) {
    // A layer without blobs was let through for its shapes' sake.
    guard shapes.indices.contains(index) else { return }
    let found = shapes[index].saturatingProduct
    guard found == count else {
      throw LayerError(subject, .blobValueCount(index: index, expected: count, found: found))
    }
  }
}
