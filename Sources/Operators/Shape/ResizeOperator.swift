/// Other sizes for some axes, by the nearest element or by linear interpolation along each axis.
struct ResizeOperator: OperatorDescription {
  private static let since18 = 18...OperatorSignature.opsets.upperBound

  static let signature = OperatorSignature(
    "Resize", "the tensor in other sizes, given as scales or as sizes",
    inputs: [
      .required("X", .floats), .optional("roi", .floats), .optional("scales", .floats),
      .optional("sizes", .integers),
    ],
    attributes: [
      .string("mode", "nearest", oneOf: ["nearest", "linear"]),
      .string(
        "coordinate_transformation_mode", "half_pixel", oneOf: ResizeCoordinates.allCases.map(\.rawValue)),
      .string("nearest_mode", "round_prefer_floor", oneOf: ResizeRounding.allCases.map(\.rawValue)),
      .float("extrapolation_value", 0), .float("cubic_coeff_a", -0.75), .int("exclude_outside", 0),
      .int("antialias", 0, opsets: since18), .optional("axes", .ints, opsets: since18),
      .string(
        "keep_aspect_ratio_policy", "stretch", oneOf: ["stretch", "not_larger", "not_smaller"],
        opsets: since18),
    ])

  let isLinear: Bool
  let coordinates: ResizeCoordinates
  let rounding: ResizeRounding
  let extrapolation: Float
  let axes: [Int]?
  let policy: String

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    isLinear = attributes.string("mode") == "linear"
    coordinates =
      ResizeCoordinates(rawValue: attributes.string("coordinate_transformation_mode")) ?? .halfPixel
    rounding = ResizeRounding(rawValue: attributes.string("nearest_mode")) ?? .roundPreferFloor
    extrapolation = attributes.float("extrapolation_value")
    axes = attributes.ints("axes")
    policy = attributes.string("keep_aspect_ratio_policy")
    guard !attributes.flag("antialias") else {
      throw OperatorError(.attribute("antialias", expected: "0", found: "\(attributes.int("antialias"))"))
    }
    if coordinates == .halfPixelSymmetric, attributes.opset < 19 {
      throw OperatorError(
        .attributeWord(
          "coordinate_transformation_mode",
          expected: ResizeCoordinates.allCases.filter { $0 != .halfPixelSymmetric }.map(\.rawValue),
          found: coordinates.rawValue))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = inputs.tensor(0)
    let resized = try resizedAxes(inputs, x.shape)
    var shape = x.shape
    for (axis, samples) in resized { shape[axis] = samples.count }
    try OperatorLimits.check(shape)
    guard shape.reduce(1, *) > 0 else { return [OperatorTensor(shape: shape, values: .float([]))] }
    guard x.values.count > 0 else {
      throw OperatorError(.input("X", expected: "elements to choose from", found: x.shape.asShape))
    }
    if isLinear {
      return [OperatorTensor(shape: shape, values: .float(try linear(inputs.floats(0), x.shape, resized)))]
    }
    var maps = [[Int]?](repeating: nil, count: shape.count)
    for (axis, samples) in resized {
      maps[axis] = (0..<samples.count).map { position in
        samples.place(position).map { rounding.nearest($0, size: samples.size) } ?? -1
      }
    }
    let work = AxisMaps(x.shape, maps)
    return [
      OperatorTensor(shape: shape, values: try .moving([x.values, .float([S(extrapolation)])], by: work))
    ]
  }

  /// The axes that change, and how each is sampled.
  private func resizedAxes<S: OperatorScalar>(
    _ inputs: [OperatorTensor<S>?], _ shape: [Int]
  ) throws(OperatorError) -> [(axis: Int, samples: ResizeSamples<S>)] {
    let axes = try OperatorAxis.indices(axes ?? Array(shape.indices), rank: shape.count)
    func list(_ index: Int) -> [S]? {
      inputs[index].map { $0.values.floats }.flatMap { $0.isEmpty ? nil : $0 }
    }
    let sizes = try inputs.integers(3, "sizes").flatMap { $0.isEmpty ? nil : $0 }
    let scales = list(2)
    guard (scales == nil) != (sizes == nil) || axes.isEmpty else {
      throw OperatorError(
        .input("sizes", expected: "either sizes or scales", found: sizes == nil ? "neither" : "both"))
    }
    for (name, count) in [("scales", scales?.count), ("sizes", sizes?.count)] {
      guard let count, count != axes.count else { continue }
      throw OperatorError(.input(name, expected: "\(axes.count) numbers", found: "\(count)"))
    }
    guard scales?.allSatisfy({ $0 > 0 && $0.isFinite }) ?? true,
      sizes?.allSatisfy({ $0 >= 0 && $0 <= OperatorLimits.count }) ?? true
    else {
      throw OperatorError(
        .input(scales == nil ? "sizes" : "scales", expected: "numbers above 0", found: "others"))
    }
    var region = [S](repeating: 0, count: axes.count) + [S](repeating: 1, count: axes.count)
    if coordinates == .tfCropAndResize {
      guard let given = list(1), given.count == region.count else {
        throw OperatorError(
          .input("roi", expected: "\(region.count) numbers", found: "\(list(1)?.count ?? 0)"))
      }
      region = given
    }
    let ratios = zip(sizes ?? [], axes).map { S($0) / S(shape[$1]) }
    let common = policy == "not_larger" ? ratios.min() : policy == "not_smaller" ? ratios.max() : nil
    var result: [(axis: Int, samples: ResizeSamples<S>)] = []
    for (index, axis) in axes.enumerated() {
      let size = shape[axis]
      let scale: S
      let count: S
      if let scales {
        scale = scales[index]
        count = (scale * S(size)).rounded(.down)
      } else {
        scale = common ?? ratios[index]
        count = common.map { ($0 * S(size)).rounded() } ?? S(sizes?[index] ?? 0)
      }
      guard count >= 0, count <= S(OperatorLimits.count) else {
        throw OperatorError(.memory(limit: OperatorLimits.count))
      }
      let whole = common == nil && scales == nil ? sizes?[index] ?? 0 : Int(count)
      let samples = ResizeSamples(
        coordinates: coordinates, scale: scale, size: size, count: whole, start: region[index],
        end: region[axes.count + index])
      if !samples.isIdentity { result.append((axis, samples)) }
    }
    return result
  }

  /// One axis after the other: between two neighbours, weighted by how near they are.
  private func linear<S: OperatorScalar>(
    _ values: [S], _ shape: [Int], _ resized: [(axis: Int, samples: ResizeSamples<S>)]
  ) throws(OperatorError) -> [S] {
    var values = values
    var shape = shape
    // Axes that shrink come first, so that nothing between is larger than what it begins or ends with.
    for (axis, samples) in resized.sorted(by: { $0.samples.growth < $1.samples.growth }) {
      let split = AxisSplit(shape, axis)
      shape[axis] = samples.count
      try OperatorLimits.check(shape)
      let taps = (0..<samples.count).map { samples.place($0).map { LinearTap($0, size: samples.size) } }
      values = interpolated(values, split, taps)
    }
    return values
  }

  /// Two neighbours and their weights.
  private struct LinearTap<S: OperatorScalar> {
    let low: Int
    let high: Int
    let weights: (low: S, high: S)

    init(_ place: S, size: Int) {
      let clamped = max(0, min(place, S(size - 1)))
      low = min(Int(clamped), size - 1)
      high = min(low + 1, size - 1)
      weights =
        low == high ? (0.5, 0.5) : ((clamped - S(high)).magnitude, (clamped - S(low)).magnitude)
    }
  }

  private func interpolated<S: OperatorScalar>(
    _ values: [S], _ split: AxisSplit, _ taps: [LinearTap<S>?]
  ) -> [S] {
    let (size, inner) = (split.size, split.inner)
    let total = split.outer * taps.count * inner
    return Array(unsafeUninitializedCapacity: total) { buffer, count in
      count = total
      guard var target = buffer.baseAddress else { return }
      values.withUnsafeBufferPointer { source in
        for outer in 0..<split.outer {
          for tap in taps {
            if let tap {
              let low = source.baseAddress! + (outer * size + tap.low) * inner
              let high = source.baseAddress! + (outer * size + tap.high) * inner
              for index in 0..<inner {
                (target + index).initialize(to: low[index] * tap.weights.low + high[index] * tap.weights.high)
              }
            } else {
              target.initialize(repeating: S(extrapolation), count: inner)
            }
            target += inner
          }
        }
      }
    }
  }
}
