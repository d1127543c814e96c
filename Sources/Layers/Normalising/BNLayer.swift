/// BN of two forks, and CuDNNBatchNorm, which is the second one's, per channel of axis 1.
///
/// SegNet's with `bn_mode: INFERENCE` has blobs [scale, shift]: y = x·scale + shift. PSPNet's has [slope, bias,
/// mean, variance]: y = slope·(x − mean)/√(variance + ε) + bias, ε being `bn_param.eps`, 1e-5 by default; where the layer says
/// `var_eps`, `decay` or `moving_average`, `var_eps`, 1e-10 by default.
struct BNLayer: LayerDescription {
  static let facts = LayerFacts(
    "BN", "CuDNNBatchNorm",
    parameters: [
      ParameterMessage(
        "bn_param", reads: ["eps", "bn_mode"] + movingAverageFields,
        ignores: [
          "scale_filler", "shift_filler", "slope_filler", "bias_filler", "frozen", "momentum", "engine",
        ])
    ],
    keepsShape: true, blobs: .statistics,
    sample: LayerSample {
      $0.set("bn_param", "eps", oneOf: [nil, "0.001", "2e-5", "0.5"])
      $0.set("bn_param", "bn_mode", oneOf: [nil, "INFERENCE"])
      $0.set("bn_param", "var_eps", oneOf: [nil, nil, nil, "0.01"])
    })

  /// The fields by which a layer of the fork with `var_eps` is known.
  private static let movingAverageFields = ["var_eps", "decay", "moving_average"]

  private let subject: LayerSubject
  let epsilon: Double
  private let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    subject = description.subject
    blobShapes = description.blobShapes
    let isMovingAverage = Self.movingAverageFields.contains { description.has("bn_param", $0) }
    epsilon =
      try isMovingAverage
      ? description.number("bn_param", "var_eps", default: 1e-10)
      : description.number("bn_param", "eps", default: 1e-5)
    let usesStored = try description.boolean("bn_param", "moving_average", default: true)
    guard usesStored || !description.knowsBlobs else {
      throw description.error(.unsupported(field: "bn_param.moving_average", found: "false"))
    }
    guard blobShapes.count != 4, description.subject.type == "BN" else {
      try description.require(blobs: 4...4)
      return
    }
    try description.require(blobs: 2...2)
    // Without blobs it may be either fork's.
    guard description.knowsBlobs else { return }
    // LEARN, the default, uses the batch's statistics also at TEST.
    let mode = try description.word("bn_param", "bn_mode", among: ["LEARN", "INFERENCE"], default: "LEARN")
    guard mode == "INFERENCE" else {
      throw description.error(.unsupported(field: "bn_param.bn_mode", found: mode))
    }
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    guard inputs[0].count >= 2 else {
      throw LayerError(subject, .inputRank(index: 0, expected: 2...Int.max, found: inputs[0]))
    }
    for index in blobShapes.indices {
      try Blobs.check(blobShapes, index, count: inputs[0][1], subject)
    }
    return inputs
  }

  /// The blobs of the second fork; blob layouts tell of the others.
  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    let channels = [try Axis.channels(of: bottoms[0], subject)]
    return [.factor, .shift, .shift, .variance].map { BlobDescription(shape: channels, role: $0) }
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    _ = try outputShapes([inputs[0].shape])
    let isNormalising = blobs.count == 4
    let normalisations = blobs[0].values.indices.map { channel in
      Normalisation<S>(
        mean: isNormalising ? blobs[2].values[channel] : 0,
        factor: isNormalising ? 1 / (blobs[3].values[channel] + S(epsilon)).squareRoot() : 1,
        scale: blobs[0].values[channel], shift: blobs[1].values[channel])
    }
    let inner = inputs[0].shape[2...].product
    return [inputs[0].normalised(normalisations, inner: inner)]
  }
}
