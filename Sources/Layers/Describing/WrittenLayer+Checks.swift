extension WrittenLayer {
  /// An axis counted from the front; a written one may be negative and then counts from the end.
  func axis(_ written: Int, _ field: String, of shape: [Int]) throws(LayerError) -> Int {
    try Axis.index(written, of: shape, field: field, subject)
  }

  /// `num_output` of a message; nil where it is not written.
  func outputCount(in message: String) throws(LayerError) -> Int? {
    has(message, "num_output") ? try count(message, "num_output") : nil
  }

  /// A number of something, from 1; 0 where it is not written, which is refused.
  func count(_ message: String, _ field: String) throws(LayerError) -> Int {
    let count = try integer(message, field, default: 0)
    try require("\(message).\(field)", count, .positive, count >= 1)
    // Caffe's int.
    try require("\(message).\(field)", count, .below(1 << 31), count < 1 << 31)
    return count
  }

  /// The axis of Concat and Slice: `axis`, or of old nets the unsigned `concat_dim` and `slice_dim`.
  func axis(in message: String, orLegacy legacy: String) throws(LayerError) -> (value: Int, field: String) {
    let (axisField, legacyField) = ("\(message).axis", "\(message).\(legacy)")
    guard has(message, legacy) else { return (try integer(message, "axis", default: 1), axisField) }
    guard !has(message, "axis") else { throw error(.bothGiven(axisField, legacyField)) }
    let value = try integer(message, legacy, default: 1)
    try require(legacyField, value, .notNegative, value >= 0)
    return (value, legacyField)
  }

  /// Throws when a parameter's value does not fit.
  func require(
    _ field: String, _ found: Int, _ expected: LayerError.Expectation, _ holds: Bool
  ) throws(LayerError) {
    guard holds else { throw error(.parameter(field: field, found: "\(found)", expected: expected)) }
  }

  /// Throws when a parameter's value is out of range.
  func require(_ field: String, _ found: Int, from least: Int, to most: Int = .max) throws(LayerError) {
    try require(field, found, .between(least, most), least <= found && found <= most)
  }

  /// Throws when a repeated parameter has another number of values.
  func require(_ field: String, _ found: [some CustomStringConvertible], count: Int) throws(LayerError) {
    guard found.count == count else {
      let text = found.map(\.description).joined(separator: " ")
      throw error(.parameter(field: field, found: text, expected: .count(count...count)))
    }
  }

  /// Throws when a parameter is not written that has no default.
  func requireWritten(_ path: String...) throws(LayerError) {
    if attribute(path) == nil { throw error(.missingParameter(field: path.joined(separator: "."))) }
  }

  /// Throws when a bottom has a number of axes that the layer cannot have.
  func require(rank: ClosedRange<Int>, of shape: [Int], bottom index: Int = 0) throws(LayerError) {
    guard rank.contains(shape.count) else {
      throw error(.inputRank(index: index, expected: rank, found: shape))
    }
  }

  /// Throws when a bottom has another shape than it must.
  func require(_ shape: [Int], bottom index: Int, like expected: [Int]) throws(LayerError) {
    guard shape == expected else {
      throw error(.inputShape(index: index, expected: expected, found: shape))
    }
  }

  /// The shape of a top, if it is within the limits.
  func bounded(_ shape: [Int]) throws(LayerError) -> [Int] {
    try limits.check(shape, of: subject)
    return shape
  }
}
