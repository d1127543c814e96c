/// Numbers of a node seen in another shape: what transposing, slicing, turning round, stretching, padding and joining have in common.
///
/// The number at index (i, j, …) of the shape is number `offset + i·strideᵢ + j·strideⱼ + …` of the source, as long as each index is
/// inside the range of its axis; elsewhere the view has none, and leaves what is there.
struct TensorView: Sendable {
  /// An axis of the shape; neighbours that are walked in one stride are one axis.
  private struct Axis: Sendable {
    var size: Int
    var stride: Int
    var inside: Range<Int>

    var isWhole: Bool { inside.count == size }
  }

  /// Numbers of the source at equal distances.
  private struct Run {
    /// Where they go, counted from the begin of what is read.
    var target: Int
    /// The first of them in the source.
    var start: Int
    var step: Int
    var count: Int

    /// The part of the source that they lie in.
    var span: Range<Int> {
      let end = start + (count - 1) * step
      return min(start, end)..<max(start, end) + 1
    }
  }

  let source: TensorNode
  private var axes: [Axis] = []
  private let offset: Int
  /// The axis along which the numbers of the source follow one another, where that is not the last and rows are spread over the
  /// source: it is read column by column.
  private var columnAxis: Int?

  /// What is read of a source at once to pick numbers from it, at most.
  private static let window = 16 * LazyTensor.block
  /// Reading anew costs about as much as this many numbers.
  private static let gap = 1024
  /// Runs at least this long are worth a reading each.
  private static let longRun = 64
  /// Columns of which at least so many numbers lie in what is read at once are worth a reading each.
  private static let longColumn = 32

  /// A view in `shape`, which must have numbers; `inside` are the parts of the axes that the source fills, all of them unless given.
  init(_ source: TensorNode, shape: [Int], strides: [Int], offset: Int = 0, inside: [Range<Int>]? = nil) {
    self.source = source
    self.offset = offset
    for axis in shape.indices {
      let next = Axis(size: shape[axis], stride: strides[axis], inside: inside?[axis] ?? 0..<shape[axis])
      if next.size == 1, next.isWhole { continue }
      if let last = axes.last, next.isWhole, last.stride == next.stride * next.size {
        axes[axes.count - 1] = Axis(
          size: last.size * next.size, stride: next.stride,
          inside: last.inside.lowerBound * next.size..<last.inside.upperBound * next.size)
      } else {
        axes.append(next)
      }
    }
    if axes.isEmpty { axes.append(Axis(size: 1, stride: 0, inside: 0..<1)) }
    columnAxis = isLocal ? nil : axes.indices.first { axes[$0].stride.magnitude == 1 && isColumn($0) }
  }

  private func isColumn(_ axis: Int) -> Bool {
    isWhole && axes[(axis + 1)...].lazy.map(\.size).partProduct <= LazyTensor.sheet / Self.longColumn
  }

  /// Whether the source fills all of it.
  var isWhole: Bool { axes.allSatisfy(\.isWhole) }

  /// Whether it can be read in order without reading the source over and over.
  var isReadable: Bool { isLocal || columnAxis != nil }

  /// How many numbers to read at a time.
  var block: Int { columnAxis == nil ? source.block : LazyTensor.sheet }

  /// How many numbers of the source are read for one.
  var amplification: Int {
    switch source.form {
    case .held, .repeated: return 1
    default: break
    }
    if columnAxis != nil { return 1 }
    let (count, span) = extent
    return max(1, (min(span, Self.window) + count - 1) / count)
  }

  /// Whether numbers that follow one another lie together in the source, or near each other.
  private var isLocal: Bool {
    switch source.form {
    case .held, .repeated: true
    default: extent.span <= Self.window
    }
  }

  /// How many numbers a block has, and how much of the source they lie in; of long runs, which are read by themselves,
  /// as much as they are.
  private var extent: (count: Int, span: Int) {
    if let last = axes.last, last.stride.magnitude <= 1, last.size >= Self.longRun { return (1, 1) }
    var (count, span) = (1, 1)
    for axis in axes.reversed() where count < LazyTensor.block {
      let size = min(axis.size, (LazyTensor.block + count - 1) / count)
      span += (size - 1) * Int(axis.stride.magnitude)
      count *= size
    }
    return (count, span)
  }

  /// Brings the numbers of a range that are inside into their places.
  func read(
    _ range: Range<Int>, into output: UnsafeMutablePointer<Double>, _ scratch: TensorScratch
  ) throws {
    switch source.form {
    case .held(let values):
      values.withUnsafeBufferPointer { numbers in
        forEachRun(of: range) { Self.gather($0, from: numbers.baseAddress!, into: output) }
      }
    case .repeated(let value):
      forEachRun(of: range) { (output + $0.target).update(repeating: value, count: $0.count) }
    default:
      if let columnAxis { return try readColumns(along: columnAxis, range, into: output, scratch) }
      var group = RunGroup()
      try forEachRun(of: range) { run in
        if run.step.magnitude == 1, run.count >= Self.longRun {
          var target = UnsafeMutableBufferPointer(start: output + run.target, count: run.count)
          try source.read(run.span, into: output + run.target, scratch)
          if run.step < 0 { target.reverse() }
          return
        }
        // One that is spread too far is read in parts.
        let most = max(1, Self.window / max(1, Int(run.step.magnitude)))
        for first in stride(from: 0, to: run.count, by: most) {
          let part = Run(
            target: run.target + first, start: run.start + first * run.step, step: run.step,
            count: min(most, run.count - first))
          if !group.takes(part) { try read(&group, into: output, scratch) }
          group.add(part)
        }
      }
      try read(&group, into: output, scratch)
    }
  }

  /// Reads for each place in a row the numbers that stand there in all rows, which follow one another in the source.
  private func readColumns(
    along axis: Int, _ range: Range<Int>, into output: UnsafeMutablePointer<Double>,
    _ scratch: TensorScratch
  ) throws {
    let (column, rowAxes) = (axes[axis], axes[(axis + 1)...])
    let rowLength = rowAxes.lazy.map(\.size).partProduct
    let sheet = column.size * rowLength
    var done = range.lowerBound
    while done < range.upperBound {
      var (rest, first) = done.quotientAndRemainder(dividingBy: sheet)
      let end = min(sheet, first + range.upperBound - done)
      var start = offset
      for outer in axes[..<axis].reversed() {
        let (next, index) = rest.quotientAndRemainder(dividingBy: outer.size)
        start += index * outer.stride
        rest = next
      }
      for place in 0..<rowLength {
        // The rows that have this place in the range.
        let rows = (first - place + rowLength - 1) / rowLength..<(end - place + rowLength - 1) / rowLength
        if rows.isEmpty { continue }
        var (rest, run) = (place, start + rows.lowerBound * column.stride)
        for inner in rowAxes.reversed() {
          let (next, index) = rest.quotientAndRemainder(dividingBy: inner.size)
          run += index * inner.stride
          rest = next
        }
        let target = output + (done - range.lowerBound + rows.lowerBound * rowLength + place - first)
        let span = column.stride == 1 ? run..<run + rows.count : run - rows.count + 1..<run + 1
        try scratch.lend(rows.count) { numbers in
          try source.read(span, into: numbers, scratch)
          for index in 0..<rows.count {
            target[index * rowLength] = numbers[column.stride == 1 ? index : rows.count - 1 - index]
          }
        }
      }
      done += end - first
    }
  }

  /// Runs that are read together.
  private struct RunGroup {
    var runs: [Run] = []
    var span = 0..<0

    /// Whether reading one more with them costs no more than reading it by itself.
    func takes(_ run: Run) -> Bool {
      if runs.isEmpty { return true }
      let joined = min(span.lowerBound, run.span.lowerBound)..<max(span.upperBound, run.span.upperBound)
      return joined.count <= window && joined.count <= span.count + run.span.count + gap
    }

    mutating func add(_ run: Run) {
      let added = run.span
      span =
        runs.isEmpty
        ? added : min(span.lowerBound, added.lowerBound)..<max(span.upperBound, added.upperBound)
      runs.append(run)
    }
  }

  private func read(
    _ group: inout RunGroup, into output: UnsafeMutablePointer<Double>, _ scratch: TensorScratch
  ) throws {
    defer { group = RunGroup() }
    if group.runs.count == 1, group.runs[0].step == 1 || group.runs[0].count == 1 {
      return try source.read(group.span, into: output + group.runs[0].target, scratch)
    }
    guard !group.runs.isEmpty else { return }
    try scratch.lend(group.span.count) { window in
      try source.read(group.span, into: window, scratch)
      for var run in group.runs {
        run.start -= group.span.lowerBound
        Self.gather(run, from: window, into: output)
      }
    }
  }

  @inline(__always)
  private static func gather(
    _ run: Run, from numbers: UnsafePointer<Double>, into output: UnsafeMutablePointer<Double>
  ) {
    let (target, source) = (output + run.target, numbers + run.start)
    switch run.step {
    case 1: target.update(from: source, count: run.count)
    case 0: target.update(repeating: source[0], count: run.count)
    case let step: for index in 0..<run.count { target[index] = source[index * step] }
    }
  }

  /// The runs that make a range, row by row.
  @inline(__always)
  private func forEachRun(of range: Range<Int>, _ body: (Run) throws -> Void) rethrows {
    let row = axes[axes.count - 1]
    var (rest, position) = range.lowerBound.quotientAndRemainder(dividingBy: row.size)
    // The odometer over the outer axes, and how many of them are outside.
    var index = [Int](repeating: 0, count: axes.count - 1)
    var start = offset
    var outside = 0
    for axis in index.indices.reversed() {
      (rest, index[axis]) = rest.quotientAndRemainder(dividingBy: axes[axis].size)
      start += index[axis] * axes[axis].stride
      if !axes[axis].inside.contains(index[axis]) { outside += 1 }
    }
    var done = range.lowerBound
    while done < range.upperBound {
      let length = min(row.size - position, range.upperBound - done)
      let part = (position..<position + length).clamped(to: row.inside)
      if outside == 0, !part.isEmpty {
        try body(
          Run(
            target: done - range.lowerBound + part.lowerBound - position,
            start: start + part.lowerBound * row.stride, step: row.stride, count: part.count))
      }
      done += length
      position = 0
      var axis = index.count - 1
      while axis >= 0 {
        if !axes[axis].inside.contains(index[axis]) { outside -= 1 }
        index[axis] += 1
        start += axes[axis].stride
        let isDone = index[axis] < axes[axis].size
        if !isDone {
          start -= axes[axis].stride * axes[axis].size
          index[axis] = 0
        }
        if !axes[axis].inside.contains(index[axis]) { outside += 1 }
        if isDone { break }
        axis -= 1
      }
    }
  }
}
