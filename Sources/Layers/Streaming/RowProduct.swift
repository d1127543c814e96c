import CaffeIO

/// Weights whose rows are output channels: y[row, window] = Σ_k W[row, k]·x[k, window].
///
/// Only what is not zero of an image is multiplied: images that share the channels among them cost together what one
/// full image costs. An image with a single number per channel, all at one place, meets each weight in one window
/// only; then each weight is multiplied once, whatever the size of the kernel.
final class RowProduct: WeightProduct {
  private let shape: [Int]
  private let rows: Int
  private let rowsPerGroup: Int
  /// Weights in a row.
  private let depth: Int
  /// Weights in a row for each channel.
  private let taps: Int
  private let images: Int
  /// Windows of one image.
  private let windows: Int
  /// The blocks, by group, then image; they point into `columns` and `places`.
  private let parts: UnsafeMutableBufferPointer<Part>
  /// The columns of all blocks, one behind the other.
  private let columns: UnsafeMutableBufferPointer<Double>
  /// The windows of all blocks, one behind the other.
  private let places: UnsafeMutableBufferPointer<Int>
  /// By image, then row, then window, as in the top.
  private var sums: [Double]
  private let lanes: UnsafeMutableBufferPointer<Double>

  /// What one image holds for the channels of one group.
  struct Block {
    /// The part of a row that meets numbers which are not zero.
    var range: Range<Int>
    /// The windows that do, each with as many numbers as `range`; or, for an impulse, one list of numbers for all.
    var columns: [Double]
    /// The windows by their place in `columns`; for an impulse the window of each place of the kernel, −1 for none.
    var windows: [Int]
    var isImpulse = false
  }

  /// A block as plain pointers: to count references costs as much as to multiply a short row.
  private struct Part {
    let range: Range<Int>
    let columns: UnsafePointer<Double>
    let windows: UnsafeBufferPointer<Int>
    let isImpulse: Bool
  }

  /// A convolution.
  convenience init(
    convolving input: NetValue<Double>, _ problem: ConvolutionParameters.Problem, outputs: Int
  ) {
    let geometry = problem.geometry.simplified
    let channels = problem.channels / problem.group
    let plane = geometry.input.product
    var windows = InputWindows(geometry)
    let blocks = input.read { values in
      (0..<problem.group * problem.images).map { index in
        let (group, image) = (index / problem.images, index % problem.images)
        let start = values + (image * problem.channels + group * channels) * plane
        return windows.block(start, channels: channels)
      }
    }
    self.init(
      shape: problem.outputShape, rows: outputs, groups: problem.group, depth: channels * geometry.tapCount,
      taps: geometry.tapCount, images: problem.images, windows: geometry.output.product, blocks: blocks)
  }

  /// An inner product.
  convenience init(multiplying input: NetValue<Double>, shape: [Int]) {
    let images = shape.dropLast().product
    let depth = images == 0 ? 0 : input.values.count / images
    var windows = InputWindows(.identity(count: 1))
    let blocks = input.read { values in
      (0..<images).map { windows.block(values + $0 * depth, channels: depth) }
    }
    self.init(
      shape: shape, rows: shape[shape.count - 1], groups: 1, depth: depth, taps: 1, images: images,
      windows: 1, blocks: blocks)
  }

  private init(
    shape: [Int], rows: Int, groups: Int, depth: Int, taps: Int, images: Int, windows: Int, blocks: [Block]
  ) {
    self.shape = shape
    self.rows = rows
    rowsPerGroup = rows / groups
    self.depth = depth
    self.taps = taps
    self.images = images
    self.windows = windows
    columns = .allocate(capacity: blocks.reduce(0) { $0 + $1.columns.count })
    places = .allocate(capacity: blocks.reduce(0) { $0 + $1.windows.count })
    parts = .allocate(capacity: blocks.count)
    var ends = (columns: 0, places: 0)
    for (index, block) in blocks.enumerated() {
      let starts = ends
      ends.columns = columns[starts.columns...].initialize(fromContentsOf: block.columns)
      ends.places = places[starts.places...].initialize(fromContentsOf: block.windows)
      parts.initializeElement(
        at: index,
        to: Part(
          range: block.range, columns: UnsafePointer(columns.baseAddress! + starts.columns),
          windows: UnsafeBufferPointer(rebasing: places[starts.places..<ends.places]),
          isImpulse: block.isImpulse))
    }
    sums = Array(repeating: 0, count: rows * images * windows)
    // Whole kernels, as many as make a whole number of vectors; short ones more often, since long loops are fast.
    let least = [1, 4, 2, 4][taps % 4] * max(taps, 1)
    let count = max(1, 32 / least) * least
    lanes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 8, alignment: 64)
      .bindMemory(to: Double.self)
  }

  deinit {
    UnsafeMutableRawPointer(lanes.baseAddress!).deallocate()
    columns.deallocate()
    places.deallocate()
    parts.deallocate()
  }

  func add(_ weights: WeightValues, from first: Int) {
    switch weights {
    case .floats(let weights): add(weights, from: first)
    case .doubles(let weights): add(weights, from: first)
    }
  }

  private func add<W: NetScalar>(_ weights: UnsafeBufferPointer<W>, from first: Int) {
    guard let base = weights.baseAddress else { return }
    sums.withUnsafeMutableBufferPointer { sums in
      var done = 0
      while done < weights.count {
        let (row, start) = (first + done).quotientAndRemainder(dividingBy: depth)
        let run = start..<min(depth, start + weights.count - done)
        let group = row / rowsPerGroup
        for image in 0..<images {
          let block = parts[group * images + image]
          let part = block.range.clamped(to: run)
          guard !part.isEmpty else { continue }
          let sums = sums.baseAddress! + (image * rows + row) * windows
          let weights = base + (done + part.lowerBound - start)
          let numbers = block.columns + (part.lowerBound - block.range.lowerBound)
          if block.isImpulse {
            addImpulse(weights, numbers, part, block.windows, to: sums)
          } else {
            for (place, window) in block.windows.enumerated() {
              sums[window] += W.dot(weights, wide: numbers + place * block.range.count, count: part.count)
            }
          }
        }
        done += run.count
      }
    }
  }

  private func addImpulse<W: NetScalar>(
    _ weights: UnsafePointer<W>, _ numbers: UnsafePointer<Double>, _ part: Range<Int>,
    _ windows: UnsafeBufferPointer<Int>, to sums: UnsafeMutablePointer<Double>
  ) {
    lanes.update(repeating: 0)
    W.add(weights, wide: numbers, count: part.count, to: lanes.baseAddress!, lanes: lanes.count)
    var tap = part.lowerBound % taps
    for lane in 0..<min(lanes.count, part.count) {
      if windows[tap] >= 0 { sums[windows[tap]] += lanes[lane] }
      tap = tap + 1 == taps ? 0 : tap + 1
    }
  }

  func merge(_ other: any WeightProduct) {
    guard let other = other as? RowProduct else { return }
    for index in sums.indices { sums[index] += other.sums[index] }
  }

  func top(bias: [Double]?) -> NetValue<Double> {
    var top = NetValue<Double>(shape: shape, values: sums)
    if let bias { top.add(perChannel: bias, inner: windows) }
    return top
  }
}
