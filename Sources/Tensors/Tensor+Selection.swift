/// Numbers selected, accumulated and compared along one axis. The caller has checked axes and places.
extension Tensor {
  /// The numbers as `outer` blocks of `shape[axis]` rows with `inner` numbers each.
  private func blocks(along axis: Int) -> (outer: Int, rows: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }

  /// The parts at `places` along an axis, in that order: `[a, b, c]` at `[2, 0]` gives `[c, a]`.
  package func taking(_ places: [Int], axis: Int) -> Tensor {
    let (outer, rows, inner) = blocks(along: axis)
    var result: [Double] = []
    result.reserveCapacity(outer * places.count * inner)
    for block in 0..<outer {
      for place in places {
        let start = (block * rows + place) * inner
        result += values[start..<start + inner]
      }
    }
    var shape = shape
    shape[axis] = places.count
    return Tensor(shape: shape, values: result)
  }

  /// Each number joined with all before it along an axis: sums of `[1, 2, 3]` are `[1, 3, 6]`.
  package func accumulated(axis: Int, _ operation: (Double, Double) -> Double) -> Tensor {
    let (outer, rows, inner) = blocks(along: axis)
    var result = values
    for block in 0..<outer {
      for row in 1..<max(rows, 1) {
        let start = (block * rows + row) * inner
        for index in start..<start + inner { result[index] = operation(result[index - inner], result[index]) }
      }
    }
    return Tensor(shape: shape, values: result)
  }

  /// The place of the largest number along an axis, of equal ones the first; a NaN counts as the largest.
  package func largestPlaces(axis: Int) -> Tensor {
    let (outer, rows, inner) = blocks(along: axis)
    var result: [Double] = []
    for block in 0..<outer {
      for column in 0..<inner {
        var best = 0
        for row in 0..<rows {
          let (number, most) = (
            values[(block * rows + row) * inner + column], values[(block * rows + best) * inner + column]
          )
          if number > most || number.isNaN && !most.isNaN { best = row }
        }
        result.append(Double(best))
      }
    }
    var shape = shape
    shape.remove(at: axis)
    return Tensor(shape: shape, values: result)
  }
}
