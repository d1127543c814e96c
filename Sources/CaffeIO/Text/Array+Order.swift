extension Array {
  /// Where the element with a key is, or would be, in an array that is in the order of its keys. The end, where most edits of
  /// a text go, is found at once.
  @inline(__always)
  func place(of key: UInt32, by keyOf: (Element) -> UInt32) -> Int {
    guard let last, keyOf(last) >= key else { return count }
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if keyOf(self[middle]) < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
