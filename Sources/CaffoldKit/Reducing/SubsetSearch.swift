/// Delta debugging: leaves out as much of a list as a test allows.
///
/// Runs of items are left out, first halves, then quarters, down to single items, from the end of the list to its beginning: Zeller and
/// Hildebrandt, 'Simplifying and Isolating Failure-Inducing Input' (2002), as sweeps. A cause of one item among n is found in
/// about 2 · log₂ n tests. What is left is minimal: no single item of it can be left out.
enum SubsetSearch {
  /// - Parameters:
  ///   - items: the whole list; the test holds for it.
  ///   - leastCount: how many items have to stay.
  ///   - leastRun: how many neighbours are left out together at least; above 1 the result need not be minimal.
  ///   - test: whether the failure is still there with these items, which keep their order; nil ends the search.
  /// - Returns: the items that have to stay, in their order.
  static func minimal<Item>(
    _ items: [Item], leastCount: Int = 0, leastRun: Int = 1, test: ([Item]) throws -> Bool?
  ) rethrows -> [Item] {
    var items = items
    var size = max(1, leastRun, items.count / 2)
    while items.count > leastCount {
      var isSmaller = false
      var end = items.count
      while end > 0 {
        let start = max(0, end - size)
        let rest = Array(items[..<start] + items[end...])
        end = start
        guard rest.count >= leastCount else { continue }
        guard let holds = try test(rest) else { return items }
        if holds {
          items = rest
          isSmaller = true
        }
      }
      if size > leastRun {
        size = max(leastRun, min(size, items.count) / 2)
      } else if !isSmaller {
        break
      }
    }
    return items
  }
}
