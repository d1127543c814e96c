/// The lines by which two texts differ, in the unified format of `diff -u` and `patch`.
///
/// Lines that both texts have once each, in the same order, hold the texts together; what lies between is compared line by line. So a long
/// net of which a fold changes a little everywhere takes no longer than its length.
package struct UnifiedDiff {
  /// One line of the output.
  package struct Line: Equatable {
    /// What the line is for.
    package enum Kind: Equatable {
      /// The names of the files, and where a hunk lies.
      case head, place
      /// A line of both texts, of the first, of the second.
      case context, removed, added
    }

    /// What the line is for.
    package let kind: Kind
    /// The whole line, its sign included, without a line end: bytes, as a net definition is.
    package let bytes: [UInt8]

    fileprivate init(_ kind: Kind, _ text: String) { self.init(kind, Array(text.utf8)) }

    fileprivate init(_ kind: Kind, _ bytes: [UInt8]) {
      self.kind = kind
      self.bytes = bytes
    }
  }

  private static let context = 3
  /// Gaps with more lines than this are not compared line by line.
  static let mostCompared = 4000

  private let old: [ArraySlice<UInt8>]
  private let new: [ArraySlice<UInt8>]

  /// The lines of the difference; none where the texts are the same.
  package static func lines(
    _ old: [UInt8], _ new: [UInt8], names: (old: String, new: String)
  ) -> [Line] {
    guard old != new else { return [] }
    let diff = UnifiedDiff(old: split(old), new: split(new))
    return [Line(.head, "--- \(names.old)"), Line(.head, "+++ \(names.new)")]
      + diff.hunks()
  }

  /// Lines with their ends, so that a missing last line end is a difference.
  private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A {
      lines.append(bytes[start...index])
      start = index + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }

  // MARK: Hunks

  private func hunks() -> [Line] {
    var lines: [Line] = []
    var group: [(old: Range<Int>, new: Range<Int>)] = []
    func close() {
      guard let first = group.first, let last = group.last else { return }
      lines += hunk(
        group, from: min(first.old.lowerBound, Self.context),
        behind: min(old.count - last.old.upperBound, Self.context))
      group = []
    }
    for change in changes() {
      if let last = group.last, change.old.lowerBound - last.old.upperBound > 2 * Self.context { close() }
      group.append(change)
    }
    close()
    return lines
  }

  private func hunk(
    _ changes: [(old: Range<Int>, new: Range<Int>)], from before: Int, behind: Int
  ) -> [Line] {
    let (first, last) = (changes[0], changes[changes.count - 1])
    let ownRange = first.old.lowerBound - before..<last.old.upperBound + behind
    let otherRange = first.new.lowerBound - before..<last.new.upperBound + behind
    var lines = [
      Line(.place, "@@ -\(Self.text(ownRange)) +\(Self.text(otherRange)) @@")
    ]
    var next = ownRange.lowerBound
    for change in changes {
      lines += (next..<change.old.lowerBound).flatMap { line(" ", .context, old[$0]) }
      lines += change.old.flatMap { line("-", .removed, old[$0]) }
      lines += change.new.flatMap { line("+", .added, new[$0]) }
      next = change.old.upperBound
    }
    return lines + (next..<ownRange.upperBound).flatMap { line(" ", .context, old[$0]) }
  }

  /// Where a hunk lies: the first line from 1, and how many; an empty range lies behind a line.
  private static func text(_ range: Range<Int>) -> String {
    range.count == 1
      ? "\(range.lowerBound + 1)"
      : "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1),\(range.count)"
  }

  private func line(_ sign: String, _ kind: Line.Kind, _ bytes: ArraySlice<UInt8>) -> [Line] {
    let sign = Array(sign.utf8)
    guard bytes.last == 0x0A else {
      return [Line(kind, sign + bytes), Line(.context, "\\ No newline at end of file")]
    }
    return [Line(kind, sign + bytes.dropLast())]
  }

  // MARK: Changes

  /// Where the texts differ, in order; between two changes at least one line is the same.
  private func changes() -> [(old: Range<Int>, new: Range<Int>)] {
    var head = 0
    while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < old.count - head, tail < new.count - head,
      old[old.count - 1 - tail] == new[new.count - 1 - tail]
    { tail += 1 }
    let (ownEnd, otherEnd) = (old.count - tail, new.count - tail)
    var result: [(old: Range<Int>, new: Range<Int>)] = []
    var (a, b) = (head, head)
    for (x, y) in anchors(head..<ownEnd, head..<otherEnd) + [(ownEnd, otherEnd)] {
      compare(a..<x, b..<y, into: &result)
      (a, b) = (x + 1, y + 1)
    }
    return result
  }

  /// Lines that both parts have exactly once, as the longest run of pairs that is in order in both.
  private func anchors(_ own: Range<Int>, _ others: Range<Int>) -> [(Int, Int)] {
    func unique(_ lines: [ArraySlice<UInt8>], _ range: Range<Int>) -> [ArraySlice<UInt8>: Int] {
      var places: [ArraySlice<UInt8>: Int?] = [:]
      for index in range { places[lines[index]] = places[lines[index]] == nil ? .some(index) : .some(nil) }
      return places.compactMapValues(\.self)
    }
    let places = unique(new, others)
    let mine = unique(old, own)
    let pairs = own.compactMap { index in
      mine[old[index]] == index ? places[old[index]].map { (index, $0) } : nil
    }
    // Patience: the piles hold the ends of the longest increasing runs of each length.
    var piles: [Int] = []
    var previous = [Int](repeating: -1, count: pairs.count)
    for (index, pair) in pairs.enumerated() {
      var (low, high) = (0, piles.count)
      while low < high {
        let middle = (low + high) / 2
        if pairs[piles[middle]].1 < pair.1 { low = middle + 1 } else { high = middle }
      }
      previous[index] = low > 0 ? piles[low - 1] : -1
      if low < piles.count { piles[low] = index } else { piles.append(index) }
    }
    var run: [(Int, Int)] = []
    var next = piles.last ?? -1
    while next >= 0 {
      run.append(pairs[next])
      next = previous[next]
    }
    return run.reversed()
  }

  /// Adds the changes between two parts that no anchor lies in.
  private func compare(
    _ own: Range<Int>, _ others: Range<Int>, into result: inout [(old: Range<Int>, new: Range<Int>)]
  ) {
    func add(_ old: Range<Int>, _ new: Range<Int>) {
      guard !old.isEmpty || !new.isEmpty else { return }
      if let last = result.last, last.old.upperBound == old.lowerBound, last.new.upperBound == new.lowerBound
      {
        result[result.count - 1] = (
          last.old.lowerBound..<old.upperBound, last.new.lowerBound..<new.upperBound
        )
      } else {
        result.append((old, new))
      }
    }
    guard !own.isEmpty, !others.isEmpty, own.count + others.count <= Self.mostCompared else {
      return add(own, others)
    }
    let difference = Array(new[others]).difference(from: Array(old[own]))
    let removed = Set(
      difference.removals.map { if case .remove(let offset, _, _) = $0 { offset } else { -1 } })
    let inserted = Set(
      difference.insertions.map { if case .insert(let offset, _, _) = $0 { offset } else { -1 } })
    var (a, b) = (0, 0)
    while a < own.count || b < others.count {
      let (x, y) = (a, b)
      while a < own.count, removed.contains(a) { a += 1 }
      while b < others.count, inserted.contains(b) { b += 1 }
      add(
        own.lowerBound + x..<own.lowerBound + a, others.lowerBound + y..<others.lowerBound + b)
      if a < own.count, b < others.count {
        a += 1
        b += 1
      }
    }
  }
}
