import Threads

/// The transposed weights times the input are the windows' contributions; adding them up gives the output
/// (col2im).
enum DeconvolutionKernel {
  /// Contributions that are in memory at once where they can be shared by channels: 1 MiB in Float.
  private static let contributionCount = 1 << 18

  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ shift: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>
  ) {
    // A net without spatial axes has one window of one value.
    let geometry = problem.geometry.input.isEmpty ? .identity(count: 1) : problem.geometry
    let taps = geometry.tapCount
    let windows = geometry.output.product
    let plane = geometry.input.product
    let depth = problem.channels / problem.group
    let channels = outputs / problem.group
    let sums = WindowSums<S>(geometry)
    let batch = max(1, min(channels, contributionCount / max(1, taps * windows)))
    let batches = (channels + batch - 1) / batch
    let work = problem.images * problem.group * channels * taps * windows * (depth + 2)
    Parallel.forEach(problem.images * problem.group * batches, work: work) { index in
      let (product, first) = (index / batches, index % batches * batch)
      let batch = min(batch, channels - first)
      let rows = batch * taps
      let matrix = StridedMatrix(
        start: weights + (product % problem.group * depth * channels + first) * taps, rowCount: rows,
        rowStride: 1, columnStride: channels * taps)
      let contributions = UnsafeMutablePointer<S>.allocate(capacity: rows * windows)
      defer { contributions.deallocate() }
      MatrixProduct.multiply(
        matrix,
        StridedMatrix(
          start: source + product * depth * windows, rowCount: depth, rowStride: windows, columnStride: 1),
        columns: windows, into: contributions)
      for channel in 0..<batch {
        let output = product * channels + first + channel
        let plane = (start: target + output * plane, count: plane)
        plane.start.update(repeating: 0, count: plane.count)
        sums.add(contributions + channel * taps * windows, to: plane.start)
        if let shift {
          S.scale(plane.start, by: 1, shift: shift[output % outputs], into: plane.start, count: plane.count)
        }
      }
    }
  }
}
