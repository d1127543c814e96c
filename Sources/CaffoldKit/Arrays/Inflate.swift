/// Decompression of deflate data (RFC 1951), as members of `.npz` files have that NumPy's `savez_compressed` wrote.
///
/// Written out here since no library for it is needed otherwise.
struct Inflate {
  /// What is wrong with compressed data.
  struct Corrupt: Error {}

  private let input: [UInt8]
  private var position = 0
  private var bits: UInt32 = 0
  private var bitCount: UInt32 = 0
  private var output: [UInt8] = []
  private let size: Int

  /// The bytes that `input` stands for.
  ///
  /// - Parameter size: how many there must be; no more are made.
  /// - Throws: `Corrupt` for data that is not deflate's, or stands for another number of bytes.
  static func bytes(_ input: [UInt8], size: Int) throws(Corrupt) -> [UInt8] {
    var inflate = Inflate(input: input, size: size)
    try inflate.run()
    return inflate.output
  }

  private init(input: [UInt8], size: Int) {
    self.input = input
    self.size = size
    // The size is what a file says: memory is taken as data comes.
    output.reserveCapacity(min(size, 1 << 20))
  }

  private mutating func run() throws(Corrupt) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try inflate(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try codes()
        try inflate(literals, distances)
      default: throw Corrupt()
      }
    }
    guard output.count == size else { throw Corrupt() }
  }

  // MARK: Bits

  private mutating func take(_ count: UInt32) throws(Corrupt) -> Int {
    while bitCount < count {
      guard position < input.count else { throw Corrupt() }
      bits |= UInt32(input[position]) << bitCount
      position += 1
      bitCount += 8
    }
    let value = bits & ((1 << count) - 1)
    bits >>= count
    bitCount -= count
    return Int(value)
  }

  private mutating func put(_ byte: UInt8) throws(Corrupt) {
    guard output.count < size else { throw Corrupt() }
    output.append(byte)
  }

  // MARK: Blocks

  private mutating func copyStored() throws(Corrupt) {
    (bits, bitCount) = (0, 0)
    guard position + 4 <= input.count else { throw Corrupt() }
    let length = Int(input[position]) | Int(input[position + 1]) << 8
    let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
    position += 4
    guard length == check ^ 0xFFFF, position + length <= input.count, output.count + length <= size else {
      throw Corrupt()
    }
    output += input[position..<position + length]
    position += length
  }

  private mutating func inflate(_ literals: Code, _ distances: Code) throws(Corrupt) {
    while true {
      let symbol = try decode(literals)
      if symbol < 256 {
        try put(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < Self.lengths.count else { throw Corrupt() }
      let (base, extra) = Self.lengths[symbol - 257]
      let length = base + (try take(extra))
      let place = try decode(distances)
      guard place < Self.distances.count else { throw Corrupt() }
      let distance = Self.distances[place].base + (try take(Self.distances[place].extra))
      guard distance <= output.count, output.count + length <= size else { throw Corrupt() }
      // Byte by byte: what is copied may itself have been copied just now.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  private static let lengths: [(base: Int, extra: UInt32)] =
    table(
      from: 3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]) + [
      (258, 0)
    ]

  private static let distances: [(base: Int, extra: UInt32)] = table(
    from: 1, [0, 0, 0, 0] + (1...13).flatMap { [UInt32($0), UInt32($0)] })

  private static func table(from first: Int, _ extras: [UInt32]) -> [(base: Int, extra: UInt32)] {
    var base = first
    return extras.map { extra in
      defer { base += 1 << extra }
      return (base, extra)
    }
  }

  // MARK: Codes

  /// A Huffman code: how many symbols have each length, and the symbols in order of their codes.
  private struct Code {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init(_ lengths: [Int]) {
      for length in lengths { counts[length] += 1 }
      counts[0] = 0
      for length in 1...15 {
        for symbol in lengths.indices where lengths[symbol] == length { symbols.append(symbol) }
      }
    }
  }

  private static let fixedLiterals = Code(
    (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  private static let fixedDistances = Code(Array(repeating: 5, count: 30))

  private mutating func decode(_ code: Code) throws(Corrupt) -> Int {
    var (value, first, index) = (0, 0, 0)
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      // Of lengths that no code can have, `first` runs ahead.
      guard value >= first else { throw Corrupt() }
      if value - first < count { return code.symbols[index + value - first] }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw Corrupt()
  }

  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// The codes that a block brings along, themselves coded.
  private mutating func codes() throws(Corrupt) -> (Code, Code) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let codeCount = try take(4) + 4
    var own = [Int](repeating: 0, count: 19)
    for place in 0..<codeCount { own[Self.order[place]] = try take(3) }
    let code = Code(own)
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try decode(code)
      switch symbol {
      case 0..<16: lengths.append(symbol)
      case 16:
        guard let last = lengths.last else { throw Corrupt() }
        lengths += Array(repeating: last, count: 3 + (try take(2)))
      case 17: lengths += Array(repeating: 0, count: 3 + (try take(3)))
      default: lengths += Array(repeating: 0, count: 11 + (try take(7)))
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw Corrupt() }
    return (Code(Array(lengths[..<literalCount])), Code(Array(lengths[literalCount...])))
  }
}
