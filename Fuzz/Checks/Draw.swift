/// Decisions by bytes: each takes one byte, and zeros follow the last.
struct Draw {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// Whether bytes are left.
  var isEmpty: Bool { rest.isEmpty }

  /// The next byte.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number from 0 to below `bound`.
  mutating func number(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    return Int(byte()) % bound
  }

  /// One of some items, the first where no bytes are left.
  mutating func pick<Item>(_ items: [Item]) -> Item { items[number(below: items.count)] }

  /// True in one of `count` cases, never without bytes.
  mutating func happens(oneIn count: Int) -> Bool { number(below: count) == count - 1 }
}

/// Numbers for blobs and inputs.
struct DrawnNumbers: Sendable {
  /// What they are like.
  enum Kind: CaseIterable {
    /// From −2 to 2.
    case usual
    /// All the same, very large: sums overflow together.
    case huge
    /// Very small.
    case tiny
    /// Zeros.
    case zero
    /// Infinities and NaNs among usual ones.
    case special
  }

  var kind = Kind.usual
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  /// The next numbers.
  mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in number() } }

  /// The next number.
  mutating func number() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let bits = Int(state >> 40)
    let usual = Float(bits % 1025 - 512) / 256
    switch kind {
    case .usual: return usual
    case .huge: return 3e38
    case .tiny: return usual * 1e-38
    case .zero: return 0
    case .special:
      return bits % 8 == 0 ? .infinity : bits % 8 == 1 ? .nan : bits % 8 == 2 ? -.infinity : usual
    }
  }
}
