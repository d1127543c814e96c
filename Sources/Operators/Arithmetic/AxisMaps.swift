/// The elements at chosen positions of each axis, as a slice with its own list for every axis would give them.
struct AxisMaps: ElementMove {
  /// The shape of the source.
  private let source: [Int]
  /// For each axis the positions in the source, −1 for none; nil for all of them in order.
  private let maps: [[Int]?]
  /// The place of the element, in a second input, that stands where a position is −1.
  static let fill = 1

  /// Prepares the maps; the result's shape must be within the limits.
  init(_ source: [Int], _ maps: [[Int]?]) {
    self.source = source
    self.maps = maps
  }

  /// The shape of the result.
  var shape: [Int] { maps.indices.map { maps[$0]?.count ?? source[$0] } }

  /// Inputs: the source, and where positions are missing a single element to stand there.
  func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
    let count = shape.reduce(1, *)
    let fill = inputs.count > 1 ? inputs[1][0] : T.zero
    guard let last = maps.lastIndex(where: { $0 != nil }) else { return inputs[0] }
    let strides = source.denseStrides
    // Behind the last axis with a list, all is copied in rows.
    let run = strides[last]
    let tables = (0...last).map { axis in
      (maps[axis] ?? Array(0..<source[axis])).map { $0 < 0 ? -1 : $0 * strides[axis] }
    }
    return Array(unsafeUninitializedCapacity: count) { buffer, made in
      made = count
      guard count > 0, var target = buffer.baseAddress else { return }
      inputs[0].withUnsafeBufferPointer { source in
        Self.walk(tables.dropLast()) { base in
          for place in tables[last] {
            if base >= 0, place >= 0, let source = source.baseAddress {
              if run == 1 {
                target.initialize(to: source[base + place])
              } else {
                target.initialize(from: source + (base + place), count: run)
              }
            } else {
              target.initialize(repeating: fill, count: run)
            }
            target += run
          }
        }
      }
    }
  }

  /// Calls `body` with the sum of one entry of each table, the last table fastest; −1 where one of them is negative.
  private static func walk(_ tables: ArraySlice<[Int]>, _ body: (Int) -> Void) {
    guard let first = tables.first else { return body(0) }
    let rest = tables.dropFirst()
    for place in first { walk(rest) { body(place < 0 || $0 < 0 ? -1 : place + $0) } }
  }
}
