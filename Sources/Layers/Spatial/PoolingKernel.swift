import Threads

/// The arithmetic, plane by plane.
enum PoolingKernel {
  /// The maxima or means of windows, and where each maximum lies in its plane.
  static func pool<S: NetScalar>(
    _ input: NetValue<S>, rows: PoolingWindow.Spans, columns: PoolingWindow.Spans, isMaximum: Bool,
    givesPlaces: Bool = false
  ) -> (value: NetValue<S>, places: NetValue<S>?) {
    let shape = [input.shape[0], input.shape[1], rows.inside.count, columns.inside.count]
    let (height, width) = (input.shape[2], input.shape[3])
    let outputs = shape[2] * shape[3]
    let planes = shape[0] * shape[1]
    var placeValue = NetValue<S>(shape: givesPlaces ? shape : [0])
    let work = planes * outputs * (rows.lengths.first ?? 0) * (columns.lengths.first ?? 0) * 2
    let top = NetValue<S>(written: shape) { target in
      placeValue.values.withUnsafeMutableBufferPointer { placeBuffer in
        let placeBase = givesPlaces ? placeBuffer.baseAddress : nil
        input.read { source in
          Parallel.forEach(planes, work: work) { plane in
            let source = source + plane * height * width
            let target = target + plane * outputs
            if isMaximum, let placeBase {
              places(source, width, rows, columns, target, placeBase + plane * outputs)
            } else if isMaximum {
              maxima(source, width, rows, columns, target)
            } else {
              means(source, width, rows, columns, target)
            }
          }
        }
      }
    }
    return (top, givesPlaces ? placeValue : nil)
  }

  /// Each maximum: of the rows of a window first, column by column, then of these.
  private static func maxima<S: NetScalar>(
    _ source: UnsafePointer<S>, _ width: Int, _ rows: PoolingWindow.Spans, _ columns: PoolingWindow.Spans,
    _ target: UnsafeMutablePointer<S>
  ) {
    var target = target
    // Caffe begins with the least finite single: smaller values and NaN do not come through.
    let least = S(-Float.greatestFiniteMagnitude)
    withUnsafeTemporaryAllocation(of: S.self, capacity: width) { line in
      let line = line.baseAddress!
      for rows in rows.inside {
        rows.map { $0 * width }.withUnsafeBufferPointer {
          S.largest(source, at: $0, least: least, into: line, count: width)
        }
        for columns in columns.inside {
          var most = least
          for column in columns where line[column] > most { most = line[column] }
          target.pointee = most
          target += 1
        }
      }
    }
  }

  /// Each maximum and its place.
  private static func places<S: NetScalar>(
    _ source: UnsafePointer<S>, _ width: Int, _ rows: PoolingWindow.Spans, _ columns: PoolingWindow.Spans,
    _ target: UnsafeMutablePointer<S>, _ places: UnsafeMutablePointer<S>
  ) {
    var output = 0
    for rows in rows.inside {
      for columns in columns.inside {
        var most = S(-Float.greatestFiniteMagnitude)
        var place = -1
        for row in rows {
          for index in row * width + columns.lowerBound..<row * width + columns.upperBound
          where source[index] > most {
            most = source[index]
            place = index
          }
        }
        target[output] = most
        places[output] = S(place)
        output += 1
      }
    }
  }

  private static func means<S: NetScalar>(
    _ source: UnsafePointer<S>, _ width: Int, _ rows: PoolingWindow.Spans, _ columns: PoolingWindow.Spans,
    _ target: UnsafeMutablePointer<S>
  ) {
    var output = 0
    for (rows, height) in zip(rows.inside, rows.lengths) {
      for (columns, length) in zip(columns.inside, columns.lengths) {
        // Summed in Double: a plane of one global window may be large.
        var sum = 0.0
        if columns == 0..<width {
          sum = S.sum(source + rows.lowerBound * width, count: rows.count * width)
        } else {
          for row in rows {
            for column in columns { sum += Double(source[row * width + column]) }
          }
        }
        target[output] = S(sum / Double(height * length))
        output += 1
      }
    }
  }
}
