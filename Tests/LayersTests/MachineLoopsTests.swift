import CArithmetic
import Testing

/// The loops of every kind of machine that this one can run, held to their definitions.
///
/// All numbers are whole and small: sums are exact in any order, and however often they are rounded.
struct MachineLoopsTests {
  /// Around the borders of vectors, of four of them, and of the tile.
  private static let counts = Array(0...20) + [31, 32, 33, 40, 63, 64, 65]

  private static let machines: [MachineLoops] = {
    var machines: [MachineLoops] = []
    while let next = caffoldLoops(machines.count) { machines.append(next.pointee) }
    return machines
  }()

  private func numbers<S: BinaryFloatingPoint>(_ count: Int, seed: Int) -> [S] {
    (0..<count).map { S(($0 &* 7919 &+ seed &* 104729) % 23 - 11) }
  }

  @Test func theLastMachineIsThePlainOne() {
    #expect(Self.machines.last.map { String(cString: $0.name) } == "baseline")
  }

  @Test(arguments: machines.indices) func products(machine: Int) {
    let loops = Self.machines[machine].single.pointee
    let width = loops.width
    let depth = 5
    for rows in 1...14 {
      for columns in 1...2 * width + 1 {
        let a: [Float] = numbers(rows * depth, seed: rows)
        // Columns that lie in two runs and backwards.
        let places = (0..<columns).map { $0 < columns / 2 ? $0 + 40 : columns - $0 }
        let b: [Float] = numbers(100 * depth, seed: columns)
        let shift: [Float] = numbers(rows, seed: 3)
        let panels = UnsafeMutableRawPointer.allocate(byteCount: 3 * width * depth * 4, alignment: 64)
          .assumingMemoryBound(to: Float.self)
        defer { panels.deallocate() }
        loops.pack(b, (0..<depth).map { $0 * 100 }, depth, places, columns, panels)
        var target = [Float](repeating: 1000, count: rows * (columns + 1))
        let expected = (0..<target.count).map { index -> Float in
          let (row, column) = (index / (columns + 1), index % (columns + 1))
          guard column < columns else { return 1000 }
          let products = (0..<depth).map { a[row * depth + $0] * b[$0 * 100 + places[column]] }
          return products.reduce(shift[row], +)
        }
        loops.multiply(a, depth, 1, panels, depth, shift, &target, columns + 1, rows, columns, false)
        #expect(target == expected)
        loops.multiply(a, depth, 1, panels, depth, nil, &target, columns + 1, rows, columns, true)
        let twice: [Float] = expected.enumerated().map { index, sum in
          index % (columns + 1) < columns ? 2 * sum - shift[index / (columns + 1)] : 1000
        }
        #expect(target == twice)
      }
    }
  }

  @Test(arguments: machines.indices) func rowsOfSingles(machine: Int) {
    let loops = Self.machines[machine].single.pointee
    for count in Self.counts {
      let (a, b): ([Float], [Float]) = (numbers(count + 9, seed: 1), numbers(count, seed: 2))
      let rest = [Float](repeating: 77, count: 3)
      func row(_ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        var target = b + rest
        target.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
        #expect(Array(target.suffix(3)) == rest)
        return Array(target.prefix(count))
      }
      let own = Array(a.prefix(count))
      #expect(loops.dot(a, b, count) == zip(a, b).map(*).reduce(0, +))
      let added: [Float] = zip(own, b).map { $1 + 3 * $0 }
      #expect(row { loops.addMultiple($0, a, 3, count) } == added)
      let rectified: [Float] = own.map { $0 > 0 ? $0 : -2 * $0 }
      #expect(row { loops.rectify(a, -2, $0, count) } == rectified)
      let scaled: [Float] = own.map { 3 * $0 + 5 }
      #expect(row { loops.scale(a, 3, 5, $0, count) } == scaled)
      let normalised: [Float] = own.map { ($0 - 2) * 15 + 7 }
      #expect(row { loops.normalise(a, 2, 3, 5, 7, $0, count) } == normalised)
      let offsets = [0, 9, 4]
      let weighed: [Float] = own.indices.map { place in
        let (first, second): (Float, Float) = (2 * a[place], 3 * a[place + 9])
        return first + second - a[place + 4] + 6
      }
      #expect(row { loops.weigh(a, offsets, [2, 3, -1], 3, 6, $0, count) } == weighed)
      let largest: [Float] = own.indices.map { max(-5, a[$0], a[$0 + 9], a[$0 + 4]) }
      #expect(row { loops.largest(a, offsets, 3, -5, $0, count) } == largest)
      let wide = own.map { Double($0) }
      #expect(loops.sum(a, count) == wide.reduce(0, +))
      let squares = wide.map { ($0 - 2) * ($0 - 2) }
      #expect(loops.squares(a, 2, count) == squares.reduce(0, +))
    }
  }

  @Test(arguments: machines.indices) func rowsOfDoubles(machine: Int) {
    let loops = Self.machines[machine].wide.pointee
    for count in Self.counts {
      let (a, b): ([Double], [Double]) = (numbers(count + 9, seed: 1), numbers(count, seed: 2))
      var target = b + [77]
      loops.weigh(a, [0, 9, 4], [2, 3, -1], 3, 6, &target, count)
      let weighed: [Double] = b.indices.map { place in
        let (first, second): (Double, Double) = (2 * a[place], 3 * a[place + 9])
        return first + second - a[place + 4] + 6
      }
      #expect(target == weighed + [77])
      #expect(loops.dot(a, b, count) == zip(a, b).map(*).reduce(0, +))
    }
  }

  @Test("Differences that overflow, and the largest numbers", arguments: machines.indices)
  func largeGaps(machine: Int) {
    let most = Float.greatestFiniteMagnitude
    var (largest, difference, notFinite) = (0.0, 0.0, 0)
    let (a, b) = ([Float](repeating: most, count: 256), [Float](repeating: -most, count: 256))
    Self.machines[machine].single.pointee.compare(a, b, 256, &largest, &difference, &notFinite)
    #expect([largest, difference] == [Double(most), 2 * Double(most)] && notFinite == 0)
  }

  @Test("Weights times numbers in Double", arguments: machines.indices) func wideProducts(machine: Int) {
    for count in Self.counts {
      let weights: [Float] = numbers(count, seed: 1)
      let (wide, factors): ([Double], [Double]) = (numbers(count, seed: 1), numbers(count, seed: 2))
      let sum = zip(wide, factors).map(*).reduce(0, +)
      #expect(Self.machines[machine].single.pointee.dotWide(weights, factors, count) == sum)
      #expect(Self.machines[machine].wide.pointee.dotWide(wide, factors, count) == sum)
      for lanes in [4, 12] {
        let expected: [Double] = (0..<lanes).map { lane in
          stride(from: lane, to: count, by: lanes).map { wide[$0] * factors[$0] }.reduce(1, +)
        }
        var sums = [Double](repeating: 1, count: lanes)
        Self.machines[machine].single.pointee.addProducts(weights, factors, count, &sums, lanes)
        #expect(sums == expected)
        sums = [Double](repeating: 1, count: lanes)
        Self.machines[machine].wide.pointee.addProducts(wide, factors, count, &sums, lanes)
        #expect(sums == expected)
      }
    }
  }

  @Test("NaN is passed over by a maximum", arguments: machines.indices) func maximaOfNaN(machine: Int) {
    let loops = Self.machines[machine].single.pointee
    var target = [Float](repeating: 0, count: 17)
    loops.largest([.nan] + [Float](repeating: 4, count: 17), [0, 1], 2, -1, &target, 17)
    #expect(target == [Float](repeating: 4, count: 17))
    loops.largest([Float](repeating: .nan, count: 18), [0, 1], 2, -1, &target, 17)
    #expect(target == [Float](repeating: -1, count: 17))
  }

  @Test(arguments: machines.indices) func gaps(machine: Int) {
    let machine = Self.machines[machine]
    func gap(_ a: [Float], _ b: [Float]) -> [Double] {
      var (largest, difference, notFinite) = (0.0, 0.0, 0)
      machine.single.pointee.compare(a, b, a.count, &largest, &difference, &notFinite)
      var (largest2, difference2, notFinite2) = (0.0, 0.0, 0)
      machine.wide.pointee.compare(
        a.map(Double.init), b.map(Double.init), a.count, &largest2, &difference2, &notFinite2)
      #expect([largest, difference, Double(notFinite)] == [largest2, difference2, Double(notFinite2)])
      return [largest, difference, Double(notFinite)]
    }
    for count in Self.counts + [255, 256, 257, 600] where count > 0 {
      let a: [Float] = numbers(count, seed: 5)
      for place in [0, count / 2, count - 1] {
        var b = a
        b[place] += 100
        #expect(gap(a, b) == [Double(a.map(\.magnitude).max()!), 100, 0])
        var odd = a
        (odd[place], b[place]) = (.nan, .nan)
        let others = a.indices.filter { $0 != place }.map { Double(a[$0].magnitude) }.max() ?? 0
        #expect(gap(odd, b) == [others, 0, 0])
        b[place] = 1
        #expect(gap(odd, b) == [others, 0, 1])
        #expect(gap(b, odd)[2] == 1)
        (odd[place], b[place]) = (.infinity, .infinity)
        #expect(gap(odd, b) == [others, 0, 0])
        b[place] = -.infinity
        #expect(gap(odd, b) == [others, 0, 1])
      }
    }
  }
}
