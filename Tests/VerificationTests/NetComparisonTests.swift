import CaffeIO
import Diagnostics
import Layers
import Testing

@testable import Verification

@Suite struct NetComparisonTests {
  private func net(_ text: String, _ blobs: [Name: [NetValue<Double>]]) throws -> NetRunner {
    try NetRunner(
      NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))),
      parameters: GivenParameters(blobs))
  }

  private let input = "input: \"data\" input_shape { dim: 1 dim: 1 dim: 1 dim: 2 }\n"
  private let scale = "layer { name: \"s\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
  private let relu = "layer { name: \"r\" type: \"ReLU\" bottom: \"s\" top: \"r\" }\n"

  private func gamma(_ value: Double) -> [Name: [NetValue<Double>]] {
    ["s": [NetValue(shape: [1], values: [value])]]
  }

  private func compare(
    _ a: NetRunner, _ b: NetRunner, tolerance: Double = 1e-4, values: [Double] = [1, 2],
    converted: ConvertedBlobs = ConvertedBlobs()
  ) throws -> NetComparison {
    var comparer = NetComparer(a, b, tolerance: tolerance, converted: converted)
    try comparer.run(NetComparer.Trial(["data": NetValue(shape: [1, 1, 1, 2], values: values)]))
    return try comparer.result()
  }

  @Test func theFirstBlobThatDivergesIsNamed() throws {
    let (a, b) = try (net(input + scale + relu, gamma(2)), net(input + scale + relu, gamma(2.02)))
    let comparison = try compare(a, b)
    #expect(comparison.blobs.map(\.name) == ["data", "s", "r"])
    #expect(comparison.firstDivergence?.name == "s" && comparison.verdict == .different)
    #expect(abs((comparison.worst?.relative ?? 0) - 0.01) < 1e-12)
    #expect(try compare(a, b, tolerance: 0.1).verdict == .equal)
  }

  @Test func samplesOfASmallNetThatRunAtOnceGiveWhatTheyGiveOneByOne() throws {
    let (a, b) = try (net(input + scale + relu, gamma(2)), net(input + scale + relu, gamma(2.02)))
    let trials = (1...20).map { number in
      NetComparer.Trial(["data": NetValue<Double>(shape: [1, 1, 1, 2], values: [1, -Double(number)])])
    }
    var oneByOne = NetComparer(a, b, tolerance: 1e-4)
    for trial in trials { try oneByOne.run(trial) }
    var atOnce = NetComparer(a, b, tolerance: 1e-4)
    var shares: [Int] = []
    while shares.reduce(0, +) < trials.count {
      let done = shares.reduce(0, +)
      shares.append(try atOnce.run(upTo: trials.count - done) { trials[done + $0] })
    }
    // The first one shows that the net is small.
    #expect(shares == [1, 8, 8, 3])
    let (one, other) = try (oneByOne.result(), atOnce.result())
    #expect(one.samples == 20 && other.samples == 20)
    #expect(one.blobs.map(\.name) == other.blobs.map(\.name))
    #expect(one.blobs.map(\.relative) == other.blobs.map(\.relative))
    #expect(other.firstDivergence?.name == "s")
  }

  @Test func ofSamplesThatRunAtOnceTheFirstErrorIsThrown() throws {
    let net = try net(input + scale, gamma(2))
    func trial(_ name: Name) -> NetComparer.Trial<Double> {
      NetComparer.Trial([name: NetValue(shape: [1, 1, 1, 2], values: [1, 2])])
    }
    var comparer = NetComparer(net, net, tolerance: 1e-4)
    try comparer.run(trial("data"))
    #expect(throws: LayerError(nil, .missingInput(blob: "data"))) {
      _ = try comparer.run(upTo: 3) { trial(["data", "other", "third"][$0]) }
    }
    #expect(try comparer.result().samples == 2)
  }

  /// A layer that nobody knows between a Scale and `behind`.
  private func cutNet(_ behind: String, _ blobs: [Name: [NetValue<Double>]]) throws -> NetRunner {
    try net(
      input + scale + "layer { name: \"v\" type: \"Vendor\" bottom: \"s\" top: \"v\" }\n" + behind, blobs)
  }

  private func compareCut(_ a: NetRunner, _ b: NetRunner, shape: [Int]?) throws -> NetComparison {
    var comparer = NetComparer(a, b, tolerance: 1e-4)
    var trial = NetComparer.Trial(["data": NetValue<Double>(shape: [1, 1, 1, 2], values: [1, 2])])
    trial.cut = { blob, bottom in
      guard blob == "v" else { return nil }
      #expect(bottom == [1, 1, 1, 2])
      return SampledInputs().values(
        behindCutAt: blob, shape: shape, SampledInputs.Sample(0), in: Double.self)
    }
    try comparer.run(trial)
    return try comparer.result()
  }

  private let behind = "layer { name: \"t\" type: \"Scale\" bottom: \"v\" top: \"t\" }\n"

  @Test func behindAnUnknownLayerBothNetsGetTheSameValues() throws {
    let scales = gamma(2).merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }
    let wrong = gamma(2).merging(["t": [NetValue(shape: [1], values: [3.03])]]) { $1 }
    let same = try compareCut(cutNet(behind, scales), cutNet(behind, scales), shape: [1, 1, 1, 2])
    #expect(same.cuts.map(\.layer.name) == ["v"])
    #expect(same.cuts[0].replaced.map(\.blob) == ["v"])
    #expect(same.cuts[0].replaced.map(\.shape) == [[1, 1, 1, 2]])
    #expect(same.blobs.map(\.name) == ["data", "s", "t"])
    #expect(same.skipped == ["v"])
    #expect(same.worst?.relative == 0 && same.verdict == .equal)
    #expect(same.blobs[2].largest > 0)
    let different = try compareCut(cutNet(behind, scales), cutNet(behind, wrong), shape: [1, 1, 1, 2])
    #expect(different.firstDivergence?.name == "t")
  }

  /// A known type in a form that only a fork can have: another field, more bottoms or tops, a word of its own, more blobs.
  @Test(arguments: [
    "type: \"TanH\" bottom: \"s\" tanh_param { vendor: 1 }", "type: \"TanH\" bottom: \"s\" bottom: \"s\"",
    "type: \"Softmax\" bottom: \"s\" top: \"w\"",
    "type: \"Pooling\" bottom: \"s\" pooling_param { pool: SOFT kernel_size: 1 }",
    "type: \"Scale\" bottom: \"s\"",
  ])
  func aKnownTypeInAnUnusualFormCutsTheNetsAndDoesNotEndTheRun(_ form: String) throws {
    var scales = gamma(2).merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }
    if form.contains("Scale") { scales["v"] = (0..<3).map { _ in NetValue(shape: [1], values: [1]) } }
    func made(_ scales: [Name: [NetValue<Double>]]) throws -> NetRunner {
      try net(input + scale + "layer { name: \"v\" top: \"v\" \(form) }\n" + behind, scales)
    }
    let same = try compareCut(made(scales), made(scales), shape: [1, 1, 1, 2])
    #expect(same.cuts.map(\.layer.name) == ["v"])
    #expect(same.verdict == .equal && same.blobs.map(\.name) == ["data", "s", "t"])
    scales["t"] = [NetValue(shape: [1], values: [3.03])]
    let other = try compareCut(
      made(scales.merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }), made(scales),
      shape: [1, 1, 1, 2])
    #expect(other.firstDivergence?.name == "t")
  }

  @Test func aDifferenceThatReachesAnUnknownLayerIsOne() throws {
    let scales = gamma(2).merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }
    let wrong = gamma(2.5).merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }
    let comparison = try compareCut(cutNet(behind, scales), cutNet(behind, wrong), shape: [1, 1, 1, 2])
    #expect(comparison.blobs.last?.relative == 0)
    #expect(comparison.firstDivergence?.name == "s")
  }

  @Test func anOutputBehindAnUnknownLayerWhereNoValuesFitIsNotCompared() throws {
    let inner =
      "layer { name: \"t\" type: \"InnerProduct\" bottom: \"v\" top: \"t\" inner_product_param { num_output: 1 bias_term: false } }\n"
    let weights = gamma(2).merging(["t": [NetValue(shape: [1, 3], values: [1, 2, 3])]]) { $1 }
    for shape in [nil, [1, 1, 1, 2]] {
      let comparison = try compareCut(cutNet(inner, weights), cutNet(inner, weights), shape: shape)
      #expect(comparison.blobs.map(\.name) == ["data", "s"])
      #expect(comparison.skipped == ["v", "t"])
      #expect(comparison.uncomparedOutputs == ["t"] && comparison.verdict == .incomplete)
    }
    let fitting = try compareCut(cutNet(inner, weights), cutNet(inner, weights), shape: [1, 3])
    #expect(fitting.blobs.map(\.name) == ["data", "s", "t"] && fitting.verdict == .equal)
  }

  /// An output that nobody can compute: equal where both nets make it by the same layer of the same values.
  @Test func anOutputOfAnUnknownLayerIsWhatItsBottomsAre() throws {
    let same = try compareCut(cutNet("", gamma(2)), cutNet("", gamma(2)), shape: nil)
    #expect(same.settledOutputs == ["v"] && same.verdict == .equal)
    let other = try compareCut(cutNet("", gamma(2)), cutNet("", gamma(3)), shape: nil)
    #expect(other.firstDivergence?.name == "s" && other.verdict == .different)
    let vendor = "layer { name: \"v\" type: \"Vendor\" bottom: \"s\" top: \"v\" vendor_param { k: 2 } }\n"
    let changed = try compareCut(cutNet("", gamma(2)), net(input + scale + vendor, gamma(2)), shape: nil)
    #expect(changed.uncomparedOutputs == ["v"] && changed.verdict == .incomplete)
  }

  @Test func inputsAloneAreNothing() throws {
    let vendor = input + "layer { name: \"v\" type: \"Vendor\" bottom: \"data\" top: \"v\" }\n"
    let comparison = try compare(net(vendor, [:]), net(vendor, [:]))
    #expect(comparison.blobs.map(\.name) == ["data"] && comparison.verdict == .nothingCompared)
  }

  private func threshold(_ bottom: String) -> String {
    "layer { name: \"t\" type: \"Threshold\" bottom: \"\(bottom)\" top: \"t\" }\n"
  }

  private func value(_ number: Double) -> [NetValue<Double>] { [NetValue(shape: [1], values: [number])] }

  /// A Scale folded into the one behind it: 's' holds another value, and what is made of it is made otherwise.
  @Test func aBlobThatHoldsAnotherValueOnPurposeIsNoDivergence() throws {
    let first = "layer { name: \"a\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
    let second = "layer { name: \"b\" type: \"Scale\" bottom: \"s\" top: \"b\" }\n"
    let comparison = try compare(
      net(input + first + second, ["a": value(2), "b": value(3)]),
      net(input + first + second, ["a": value(1), "b": value(6)]))
    #expect(comparison.verdict == .equal)
    #expect(comparison.renewed.map(\.name) == ["s"])
    #expect(comparison.worst?.relative == 0)
    // Where the output differs nothing is forgiven.
    let wrong = try compare(
      net(input + first + second, ["a": value(2), "b": value(3)]),
      net(input + first + second, ["a": value(1), "b": value(5)]))
    #expect(wrong.firstDivergence?.name == "s")
  }

  /// A Scale behind a Concat, folded into those in front of it: the Concat is the same and hands other values on.
  @Test func aLayerThatHandsADifferenceOnIsNoReason() throws {
    let parts =
      "layer { name: \"a\" type: \"Scale\" bottom: \"data\" top: \"a\" }\n"
      + "layer { name: \"b\" type: \"Scale\" bottom: \"data\" top: \"b\" }\n"
      + "layer { name: \"c\" type: \"Concat\" bottom: \"a\" bottom: \"b\" top: \"c\" }\n"
    let behind = "layer { name: \"s\" type: \"Scale\" bottom: \"c\" top: \"c\" }\n"
    let relu = "layer { name: \"r\" type: \"ReLU\" bottom: \"c\" top: \"r\" }\n"
    let both = [NetValue(shape: [2], values: [3.0, 5])]
    let before = try net(input + parts + behind + relu, ["a": value(2), "b": value(4), "s": both])
    let after = try net(input + parts + relu, ["a": value(6), "b": value(20)])
    let comparison = try compare(before, after)
    #expect(comparison.verdict == .equal && comparison.renewed.map(\.name) == ["a", "b"])
    let wrong = try compare(before, net(input + parts + relu, ["a": value(6), "b": value(12)]))
    #expect(wrong.verdict == .different)
  }

  /// A wrong fold in front of a layer that makes the same of both: all outputs agree, and still it is wrong.
  @Test(arguments: [false, true])
  func aDifferenceThatIsSaturatedIsOne(hasReLU: Bool) throws {
    let text = input + scale + (hasReLU ? relu : "") + threshold(hasReLU ? "r" : "s")
    let comparison = try compare(net(text, gamma(2)), net(text, gamma(2.5)))
    #expect(comparison.blobs.last?.name == "t")
    #expect(comparison.blobs.last?.relative == 0)
    #expect(comparison.firstDivergence?.name == "s")
  }

  /// Two values that are equal but for rounding: which is the larger one is no matter of the fold, and what is read at the
  /// place is the same in both nets.
  @Test func indicesOfTiesAreThoseOfTheFirstNet() throws {
    let text =
      input + scale + "layer { name: \"i\" type: \"ArgMax\" bottom: \"s\" top: \"i\" }\n"
      + "layer { name: \"p\" type: \"Power\" bottom: \"i\" top: \"p\" power_param { scale: 10 } }\n"
    let first = [NetValue(shape: [1, 2], values: [1, 1 + 1e-9])]
    let second = [NetValue(shape: [1, 2], values: [1 + 1e-9, 1])]
    func pair(_ blob: [NetValue<Double>]) throws -> NetRunner {
      try net(
        text.replacing("type: \"Scale\"", with: "type: \"Scale\" scale_param { axis: 2 num_axes: 2 }"),
        ["s": blob])
    }
    let comparison = try compare(pair(first), pair(second), values: [1, 1])
    #expect(comparison.verdict == .equal)
    #expect(comparison.ties.map(\.blob) == ["i"] && comparison.ties.map(\.count) == [1])
    // Where the values differ by more than rounding the index is wrong.
    let wrong = [NetValue(shape: [1, 2], values: [1.1, 1.0])]
    #expect(try compare(pair(first), pair(wrong), values: [1, 1]).verdict == .different)
  }

  @Test func anOutputThatOnlyOneHasIsFound() throws {
    let (a, b) = try (net(input + scale, gamma(2)), net(input + scale + relu, gamma(2)))
    let comparison = try compare(a, b)
    #expect(comparison.unmatchedOutputs == ["r", "s"] && comparison.verdict == .otherOutputs)
    var converted = ConvertedBlobs()
    converted.outputs = ["r", "s"]
    #expect(try compare(a, b, converted: converted).verdict == .equal)
  }

  /// What a conversion changed is not compared; what reads it is.
  @Test func whatAConversionMakesIsHandedOver() throws {
    var converted = ConvertedBlobs()
    converted.handedOver = ["s"]
    let last = "layer { name: \"b\" type: \"Scale\" bottom: \"r\" top: \"b\" }\n"
    func pair(_ first: Double, _ second: Double) throws -> NetRunner {
      try net(input + scale + relu + last, gamma(first).merging(["b": value(second)]) { $1 })
    }
    let comparison = try compare(pair(2, 3), pair(7, 3), converted: converted)
    #expect(comparison.verdict == .equal && comparison.handedOver == ["s"])
    #expect(comparison.blobs.map(\.name) == ["data", "r", "b"])
    #expect(try compare(pair(2, 3), pair(7, 4), converted: converted).firstDivergence?.name == "b")
  }

  @Test func anInfinityInOneNetOnlyIsADifference() throws {
    let comparison = try compare(
      net(input + scale, gamma(1e300)), net(input + scale, gamma(.infinity)), tolerance: 1)
    #expect(comparison.firstDivergence?.notFinite == 2)
  }
}

@Suite struct NetVerificationTests {
  private func net(_ text: String, _ blobs: [Name: [NetValue<Double>]] = [:]) throws -> NetRunner {
    try NetRunner(
      NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))),
      parameters: GivenParameters(blobs))
  }

  private static let input = "input: \"data\" input_shape { dim: 1 dim: 2 dim: 3 dim: 3 }\n"

  private func layer(_ type: String, _ parameters: String = "", after bottom: String = "data") -> String {
    "layer { name: \"x\" type: \"\(type)\" bottom: \"\(bottom)\" top: \"x\" \(parameters) }\n"
  }

  /// Layers that compute the same of small values only, at any size of what they read.
  @Test(
    arguments: [
      ("ReLU6", ""), ("Clip", "clip_param { min: 0 max: 9 }"), ("Clip", "clip_param { min: 0 max: 90000 }"),
    ], [1, 1e-4, 100])
  func saturationIsReached(saturating: (type: String, parameters: String), gain: Double) throws {
    let scale = "layer { name: \"s\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
    let blobs: [Name: [NetValue<Double>]] = ["s": [NetValue(shape: [2], values: [gain, gain])]]
    let before = try net(
      Self.input + scale + layer(saturating.type, saturating.parameters, after: "s"), blobs)
    let after = try net(Self.input + scale + layer("ReLU", after: "s"), blobs)
    let verification = NetVerification()
    #expect(try verification.compare(before, after, in: Float.self, model: "m").verdict == .different)
    #expect(try verification.compare(after, before, in: Float.self, model: "m").verdict == .different)
    #expect(try verification.compare(before, before, in: Float.self, model: "m").verdict == .equal)
  }

  @Test func missingShapesAreAskedForAtOnceAndOnlyWhereTheyMatter() throws {
    let text =
      "input: \"a\"\ninput: \"b\"\ninput: \"label\"\n"
      + "layer { name: \"c\" type: \"Concat\" bottom: \"a\" bottom: \"b\" top: \"c\" }\n"
      + "layer { name: \"l\" type: \"VendorLoss\" bottom: \"c\" bottom: \"label\" top: \"l\" }\n"
    let net = try net(text)
    var inputs = SampledInputs()
    let error = #expect(throws: InputValuesError.self) { try inputs.inputs(net, net, model: "m.prototxt") }
    #expect(
      error?.diagnostic.text
        == "m.prototxt: error: does not say the shapes of its inputs 'a' and 'b'; give --input-shape a=1,3,224,224 --input-shape b=1,3,224,224"
    )
    inputs.shapes = ["a": [1, 2], "b": [1, 3]]
    #expect(try inputs.inputs(net, net, model: "m").map(\.name) == ["a", "b"])
  }

  @Test func dataLayersSayShapes() throws {
    let dummy =
      "layer { name: \"d\" type: \"DummyData\" top: \"d\" top: \"e\" dummy_data_param { shape { dim: 2 dim: 3 } shape { dim: 4 } } }\n"
    let old =
      "layer { name: \"o\" type: \"DummyData\" top: \"o\" dummy_data_param { num: 1 channels: 2 height: 3 width: 4 } }\n"
    let memory =
      "layer { name: \"m\" type: \"MemoryData\" top: \"m\" top: \"label\" memory_data_param { batch_size: 5 channels: 1 height: 2 width: 3 } }\n"
    let net = try net(dummy + old + memory)
    #expect(net.inputs.map(\.shape) == [[2, 3], [4], [1, 2, 3, 4], [5, 1, 2, 3], [5]])
  }
}

@Suite struct InputValuesTests {
  @Test func aPictureIsReadAsBlueGreenRed() throws {
    let bytes = Array("P6 # c\n2 1\n255\n".utf8) + [1, 2, 3, 4, 5, 6]
    let values = try InputValues(bytes, path: "x.ppm")
    #expect(values.shape == [1, 3, 1, 2])
    #expect(values.values == [3, 6, 2, 5, 1, 4])
  }

  @Test func numpyFloatsAreRead() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
    var bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    for value in [Float(1.5), -2] { withUnsafeBytes(of: value) { bytes += Array($0) } }
    let values = try InputValues(bytes, path: "x.npy")
    #expect(values.shape == [1, 2] && values.values == [1.5, -2])
  }

  @Test(arguments: [
    (Array("hello".utf8), "x: error: is neither .npy nor a binary .pgm or .ppm picture"),
    (Array("P5 9 9 255\n..".utf8), "x: error: ends within its samples"),
    (Array("P5 a".utf8), "x: error: has a header that cannot be read"),
    ([0x93] + Array("NUMPY".utf8) + [1, 0, 255, 255, 1, 1, 1], "x: error: ends within its header"),
  ])
  func otherFilesAreRefused(bytes: [UInt8], message: String) {
    let error = #expect(throws: InputValuesError.self) { try InputValues(bytes, path: "x") }
    #expect(error?.diagnostic.text == message)
  }
}
