/// Weights whose rows are output channels: y[row, column] = Σ_k W[row, k]·x[k, column].
///
/// Of an image in which all but some neighbouring channels are zero, only the columns' part that is not zero is
/// kept and multiplied: images that share the channels among them cost together what one full image costs.
final class RowProduct: WeightProduct {
  private let shape: [Int]
  private let rows: Int
  private let rowsPerGroup: Int
  /// Weights in a row.
  private let depth: Int
  private let images: Int
  /// Columns of one image.
  private let positions: Int
  /// By group, then image.
  private let blocks: [Block]
  /// By row, then image, then position.
  private var sums: [Double]

  /// The columns of one image in one group, where they are not zero.
  private struct Block {
    /// The part of a row that they meet.
    var range: Range<Int>
    /// For each position `range.count` values.
    var columns: [Double]
  }

  /// A convolution.
  init(convolving input: NetValue<Double>, _ problem: ConvolutionParameters.Problem, outputs: Int) {
    let geometry = problem.geometry.simplified
    let channels = problem.channels / problem.group
    shape = problem.outputShape
    rows = outputs
    rowsPerGroup = outputs / problem.group
    depth = channels * geometry.tapCount
    images = problem.images
    positions = geometry.output.product
    let windows = WindowColumns<Double>(geometry, columns: 0..<positions)
    let plane = geometry.input.product
    let (taps, positions) = (geometry.tapCount, positions)
    blocks = input.read { values in
      (0..<problem.group * problem.images).map { index in
        let (group, image) = (index / problem.images, index % problem.images)
        let start = values + (image * problem.channels + group * channels) * plane
        let used = Self.used(UnsafeBufferPointer(start: start, count: channels * plane), unit: plane)
        var columns = [Double](repeating: 0, count: used.count * taps * positions)
        let line = UnsafeMutablePointer<Double>.allocate(capacity: max(positions, 1))
        defer { line.deallocate() }
        for channel in used {
          for tap in 0..<taps {
            windows.fill(line, channel: start + channel * plane, tap: tap)
            let place = (channel - used.lowerBound) * taps + tap
            for position in 0..<positions { columns[position * used.count * taps + place] = line[position] }
          }
        }
        return Block(range: used.lowerBound * taps..<used.upperBound * taps, columns: columns)
      }
    }
    sums = Array(repeating: 0, count: rows * images * positions)
  }

  /// An inner product.
  init(multiplying input: NetValue<Double>, shape: [Int]) {
    self.shape = shape
    rows = shape[shape.count - 1]
    rowsPerGroup = rows
    let images = shape.dropLast().product
    let depth = images == 0 ? 0 : input.values.count / images
    (self.images, self.depth) = (images, depth)
    positions = 1
    blocks = input.values.withUnsafeBufferPointer { values in
      (0..<images).map { image in
        let row = UnsafeBufferPointer(rebasing: values[image * depth..<(image + 1) * depth])
        let used = Self.used(row, unit: 1)
        return Block(range: used, columns: Array(row[used]))
      }
    }
    sums = Array(repeating: 0, count: rows * images)
  }

  /// The units between the first and the last that is not all zero.
  private static func used(_ values: UnsafeBufferPointer<Double>, unit: Int) -> Range<Int> {
    guard let first = values.firstIndex(where: { $0 != 0 }), let last = values.lastIndex(where: { $0 != 0 })
    else { return 0..<0 }
    return first / unit..<last / unit + 1
  }

  func add(_ weights: UnsafeBufferPointer<Double>, from first: Int) {
    var done = 0
    sums.withUnsafeMutableBufferPointer { sums in
      while done < weights.count {
        let (row, start) = (first + done).quotientAndRemainder(dividingBy: depth)
        let run = start..<min(depth, start + weights.count - done)
        for image in 0..<images {
          let block = blocks[row / rowsPerGroup * images + image]
          let part = block.range.clamped(to: run)
          guard !part.isEmpty else { continue }
          let factors = weights.baseAddress! + (done + part.lowerBound - start)
          block.columns.withUnsafeBufferPointer { columns in
            let column = columns.baseAddress! + (part.lowerBound - block.range.lowerBound)
            for position in 0..<positions {
              sums[(row * images + image) * positions + position] += MatrixProduct.dot(
                factors, column + position * block.range.count, count: part.count)
            }
          }
        }
        done += run.count
      }
    }
  }

  func top(bias: [Double]?) -> NetValue<Double> {
    var top = NetValue<Double>(shape: shape)
    for row in 0..<rows {
      for image in 0..<images {
        for position in 0..<positions {
          top.values[(image * rows + row) * positions + position] =
            sums[(row * images + image) * positions + position] + (bias?[row] ?? 0)
        }
      }
    }
    return top
  }
}
