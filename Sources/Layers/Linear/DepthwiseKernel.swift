import Threads

/// Convolution with one input channel per group, without a matrix: each output is a weighted sum of shifted rows.
enum DepthwiseKernel {
  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ shift: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>
  ) {
    let geometry = problem.geometry.input.isEmpty ? .identity(count: 1) : problem.geometry
    let columns = geometry.output.product
    let plane = geometry.input.product
    let taps = geometry.tapCount
    let perChannel = outputs / problem.channels
    let work = problem.images * outputs * columns * taps
    guard let places = WindowPlaces(geometry, sideBySide: true) else {
      let windows = WindowColumns<S>(geometry, columns: 0..<columns)
      Parallel.forEach(problem.images * outputs, work: work) { index in
        let output = index % outputs
        let sums = target + index * columns
        sums.update(repeating: 0, count: columns)
        withUnsafeTemporaryAllocation(of: S.self, capacity: columns) { line in
          let line = line.baseAddress!
          for tap in 0..<taps {
            windows.fill(line, channel: source + index / perChannel * plane, tap: tap)
            S.add(weights[output * taps + tap], times: line, to: sums, count: columns)
          }
        }
        if let shift { S.scale(sums, by: 1, shift: shift[output], into: sums, count: columns) }
      }
      return
    }
    // The channels' number, over all images, is that of their outputs without the rest of the division.
    let channels = problem.images * problem.channels
    let batch = max(1, MatrixProduct.blockDepth * 64 / max(columns * taps * perChannel, 1))
    places.offsets.withUnsafeBufferPointer { offsets in
      Parallel.forEach((channels + batch - 1) / batch, work: work) { piece in
        withUnsafeTemporaryAllocation(of: S.self, capacity: places.isCopy ? places.count : 1) { copy in
          for channel in piece * batch..<min(channels, (piece + 1) * batch) {
            var input = source + channel * plane
            if places.isCopy, let copy = copy.baseAddress {
              places.copy(input, into: copy, outside: 0)
              input = UnsafePointer(copy)
            }
            for index in channel * perChannel..<(channel + 1) * perChannel {
              let output = index % outputs
              var row = target + index * columns
              places.eachRow(0..<columns) { offset, columns in
                S.weigh(
                  input + offset, at: offsets, by: weights + output * taps, shift: shift?[output] ?? 0,
                  into: row, count: columns.count)
                row += columns.count
              }
            }
          }
        }
      }
    }
  }
}
