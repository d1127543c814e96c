/// The largest number of each window, one axis after the other; of equal ones the first in memory counts.
struct MaxPoolOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "MaxPool", "the largest number of each window, and where it stands in X",
    inputs: [.required("X", .floats)], outputs: ["Y", "Indices"],
    attributes: WindowAttributes.fields + [
      .required("kernel_shape", .ints), .optional("dilations", .ints), .int("ceil_mode", 0),
      .int("storage_order", 0),
    ])

  let window: WindowAttributes
  let kernel: [Int]
  let isCeiled: Bool
  let isColumnMajor: Bool
  let hasIndices: Bool

  init(_ attributes: OperatorAttributes) {
    window = WindowAttributes(attributes)
    kernel = attributes.ints("kernel_shape") ?? []
    isCeiled = attributes.flag("ceil_mode")
    isColumnMajor = attributes.flag("storage_order")
    hasIndices = attributes.outputCount > 1
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 3...OperatorLimits.rank)
    let windows = try PoolingWindows(x, window, kernel: kernel, isCeiled: isCeiled, isDilated: true)
    var places = hasIndices ? Array(0..<x.values.count) : []
    let values = reduced(inputs.floats(0), &places, windows)
    let result = OperatorTensor(shape: windows.shape, values: .float(values))
    guard hasIndices else { return [result] }
    let indices = places.map { Int64(isColumnMajor ? Self.columnMajor($0, x.shape) : $0) }
    return [result, OperatorTensor(shape: windows.shape, values: .int64(indices))]
  }

  /// - Parameter places: where each number stands; empty where nobody asks.
  private func reduced<S: OperatorScalar>(
    _ input: [S], _ places: inout [Int], _ windows: PoolingWindows
  ) -> [S] {
    var values = input
    windows.forEachAxis { axis, outer, inner in
      let count = outer * axis.windows.count * inner
      var kept: [Int] = hasIndices ? Array(repeating: 0, count: count) : []
      let source = values
      let origins = places
      values = Array(unsafeUninitializedCapacity: count) { buffer, made in
        made = count
        guard count > 0, let target = buffer.baseAddress else { return }
        source.withUnsafeBufferPointer { source in
          let source = source.baseAddress!
          kept.withUnsafeMutableBufferPointer { kept in
            origins.withUnsafeBufferPointer { origins in
              if hasIndices {
                let (kept, origins) = (kept.baseAddress!, origins.baseAddress!)
                axis.pass(outer: outer, inner: inner) { place, from, count in
                  (target + place).initialize(from: source + from, count: count)
                  (kept + place).update(from: origins + from, count: count)
                } _: { place, from, count in
                  for index in 0..<count where source[from + index] > target[place + index] {
                    target[place + index] = source[from + index]
                    kept[place + index] = origins[from + index]
                  }
                }
              } else {
                axis.pass(outer: outer, inner: inner) { place, from, count in
                  (target + place).initialize(from: source + from, count: count)
                } _: { place, from, count in
                  for index in 0..<count {
                    let (old, new) = (target[place + index], source[from + index])
                    target[place + index] = new > old ? new : old
                  }
                }
              }
            }
          }
        }
      }
      places = kept
    }
    return values
  }

  /// The place in which an element stands when the first spatial axis runs fastest.
  private static func columnMajor(_ place: Int, _ shape: [Int]) -> Int {
    let plane = shape[2...].reduce(1, *)
    var rest = place % plane
    var position: [Int] = []
    for size in shape[2...].reversed() {
      position.append(rest % size)
      rest /= size
    }
    var result = 0
    for (coordinate, size) in zip(position, shape[2...].reversed()) { result = result * size + coordinate }
    return place - place % plane + result
  }
}
