/// Rows of neighbouring elements, one behind the other.
struct RunGather: ElementMove {
  /// Where each row starts in the source.
  let starts: [Int]
  /// How many elements a row has.
  let run: Int

  func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
    Array(unsafeUninitializedCapacity: starts.count * run) { target, count in
      count = starts.count * run
      guard count > 0, let target = target.baseAddress else { return }
      inputs[0].withUnsafeBufferPointer { source in
        let source = source.baseAddress!
        for (row, start) in starts.enumerated() {
          (target + row * run).initialize(from: source + start, count: run)
        }
      }
    }
  }
}
