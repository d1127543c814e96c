import CaffeIO

/// Weights whose rows belong to inputs: y[column, :] = Σ_row x[row, column]·W[row, :].
///
/// A transposed inner product is that; in a deconvolution the sums are windows, which are then added up where they
/// lie on the output. Inputs that are zero cost nothing.
final class RowSums: WeightProduct {
  private let shape: [Int]
  private let rowsPerGroup: Int
  /// Weights in a row.
  private let width: Int
  private let images: Int
  private let groups: Int
  /// Inputs of one image and row.
  private let positions: Int
  /// By image, then row, then position.
  private let input: [Double]
  /// By image, then group, then position, then place in the row.
  private var sums: [Double]
  /// How the sums are spread over the output; nil where they are the output.
  private let geometry: WindowGeometry?

  /// A deconvolution.
  init(spreading input: NetValue<Double>, _ problem: ConvolutionParameters.Problem, outputs: Int) {
    // A net without spatial axes has one window of one value.
    let geometry = problem.geometry.input.isEmpty ? .identity(count: 1) : problem.geometry
    shape = problem.outputShape
    rowsPerGroup = problem.channels / problem.group
    width = outputs / problem.group * geometry.tapCount
    images = problem.images
    groups = problem.group
    positions = geometry.output.product
    self.input = input.values
    sums = Array(repeating: 0, count: images * groups * positions * width)
    self.geometry = geometry
  }

  /// A transposed inner product.
  init(multiplying input: NetValue<Double>, shape: [Int]) {
    self.shape = shape
    images = shape.dropLast().product
    rowsPerGroup = images == 0 ? 0 : input.values.count / images
    width = shape[shape.count - 1]
    groups = 1
    positions = 1
    self.input = input.values
    sums = Array(repeating: 0, count: images * width)
    geometry = nil
  }

  func add(_ weights: WeightValues, from first: Int) {
    switch weights {
    case .floats(let weights): add(weights, from: first)
    case .doubles(let weights): add(weights, from: first)
    }
  }

  private func add<W: NetScalar>(_ weights: UnsafeBufferPointer<W>, from first: Int) {
    guard let base = weights.baseAddress else { return }
    let rows = rowsPerGroup * groups
    sums.withUnsafeMutableBufferPointer { sums in
      var done = 0
      while done < weights.count {
        let (row, start) = (first + done).quotientAndRemainder(dividingBy: width)
        let run = min(width - start, weights.count - done)
        for image in 0..<images {
          for position in 0..<positions {
            let factor = input[(image * rows + row) * positions + position]
            guard factor != 0 else { continue }
            let target = ((image * groups + row / rowsPerGroup) * positions + position) * width + start
            let (sums, weights) = (sums.baseAddress! + target, base + done)
            for index in 0..<run { sums[index] += factor * Double(weights[index]) }
          }
        }
        done += run
      }
    }
  }

  func merge(_ other: any WeightProduct) {
    guard let other = other as? RowSums else { return }
    for index in sums.indices { sums[index] += other.sums[index] }
  }

  func top(bias: [Double]?) -> NetValue<Double> {
    var top = geometry.map(spread) ?? NetValue(shape: shape, values: sums)
    if let bias {
      top.add(perChannel: bias, inner: geometry?.input.product ?? 1)
    }
    return top
  }

  private func spread(_ geometry: WindowGeometry) -> NetValue<Double> {
    var top = NetValue<Double>(shape: shape)
    let windows = WindowSums<Double>(geometry)
    let taps = geometry.tapCount
    let channels = width / taps
    var columns = [Double](repeating: 0, count: taps * positions)
    top.values.withUnsafeMutableBufferPointer { target in
      for plane in 0..<images * groups * channels {
        let (part, channel) = (plane / channels, plane % channels)
        for tap in 0..<taps {
          for position in 0..<positions {
            columns[tap * positions + position] =
              sums[(part * positions + position) * width + channel * taps + tap]
          }
        }
        windows.add(columns, to: target.baseAddress! + plane * geometry.input.product)
      }
    }
    return top
  }
}
