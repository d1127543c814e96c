/// Which of the numbers 0, 1, … belong together (union–find).
package struct DisjointSets: Sendable {
  private var parents: [Int]

  /// Each number in a set of its own.
  package init(count: Int) { parents = Array(0..<count) }

  /// The least number of the set that a number is in.
  package func root(of number: Int) -> Int {
    var number = number
    while parents[number] != number { number = parents[number] }
    return number
  }

  /// Makes one set of two.
  ///
  /// - Returns: whether they were two.
  @discardableResult package mutating func unite(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (shortenedRoot(of: a), shortenedRoot(of: b))
    parents[max(first, second)] = min(first, second)
    return first != second
  }

  /// The root; the way to it is one step from now on.
  private mutating func shortenedRoot(of number: Int) -> Int {
    let root = root(of: number)
    var number = number
    while parents[number] != root { (number, parents[number]) = (parents[number], root) }
    return root
  }
}
