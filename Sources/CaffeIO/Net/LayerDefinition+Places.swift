extension LayerDefinition {
  /// Where a field of the layer is written, as a byte offset: of a path the part that is there, for an empty path the layer's
  /// name, for `type` the type itself.
  package func offset(ofField path: [String]) -> Int {
    let outer = field.message
    let messages = [parameters] + (generation == .v0 ? [outer].compactMap(\.self) : [])
    guard let first = path.first else {
      return messages.lazy.compactMap { $0.last("name") }.first?.nameOffset ?? field.nameOffset
    }
    if path == ["type"] {
      return messages.lazy.compactMap { $0.last("type") }.first?.valueOffset ?? field.nameOffset
    }
    var message: TextMessage? = messages.first { $0.contains(first) }
    var found: TextField?
    for name in path {
      guard let next = message?.last(name) else { break }
      found = next
      message = next.message
    }
    return found?.nameOffset ?? offset(ofField: [])
  }

  /// Where the name of a top is written, as a byte offset.
  package func offset(ofTop position: Int) -> Int {
    field.message?.all("top").dropFirst(position).first?.valueOffset ?? field.nameOffset
  }

  /// Where the names of all tops are written.
  package var topOffsets: [Int] { field.message?.all("top").map(\.valueOffset) ?? [] }

  /// Where the names of all bottoms are written.
  package var bottomOffsets: [Int] { field.message?.all("bottom").map(\.valueOffset) ?? [] }
}
