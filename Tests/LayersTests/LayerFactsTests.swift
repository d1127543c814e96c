import CaffeIO
import Diagnostics
import Synchronization
import Testing

@testable import Layers

/// All types of the registry, asked for all facts: what a description says must agree with what it computes.
struct LayerFactsTests {
  /// A layer of a type with drawn parameters, and bottoms that suit it.
  struct Drawn {
    var written: WrittenLayer
    var layer: any LayerDescription
    var bottoms: [[Int]]
    var topCount: Int
  }

  static let names = LayerRegistry.names

  /// Parameters for the types that `rules prove` does not draw.
  static let written: [String: (fields: String, bottoms: [[Int]], tops: Int)] = [
    "BatchReindex": ("", [[3, 2], [2]], 1),
    "DetectionOutput": (
      "detection_output_param { num_classes: 2 keep_top_k: 3 nms_param { nms_threshold: 0.5 } }",
      [[1, 16], [1, 8], [1, 2, 16]], 1
    ),
    "DummyData": ("dummy_data_param { shape { dim: 2 dim: 3 } }", [], 2),
    "Embed": ("embed_param { num_output: 3 input_dim: 4 }", [[2, 3]], 1),
    "Im2col": ("convolution_param { kernel_size: 2 }", [[1, 2, 4, 5]], 1),
    "Input": ("input_param { shape { dim: 1 dim: 3 dim: 2 } }", [], 1),
    "MemoryData": ("memory_data_param { batch_size: 2 channels: 3 height: 4 width: 5 }", [], 2),
    "PriorBox": ("prior_box_param { min_size: 4 aspect_ratio: 2 }", [[1, 3, 2, 2], [1, 3, 16, 16]], 1),
    "PriorBoxClustered": (
      "prior_box_param { width: 4 height: 3 step: 8 }", [[1, 3, 2, 2], [1, 3, 16, 16]], 1
    ),
    "SPP": ("spp_param { pyramid_height: 2 }", [[1, 3, 5, 4]], 1),
  ]

  /// Layers of a type: those that samples give, or the one above.
  static func drawn(_ type: String) throws -> [Drawn] {
    let facts = try #require(LayerRegistry.facts(ofType: type))
    guard let sample = facts.sample else {
      let (fields, bottoms, tops) = try #require(written[type], "\(type) has no sample")
      let text = "layer { name: 'it' type: '\(type)' \(fields) }"
      let definition = try NetDefinition(
        TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8))))
      var layer = WrittenLayer(definition.layers[0], schema: .caffe, blobShapes: nil)
      (layer.bottomCount, layer.topCount) = (bottoms.count, tops)
      return [Drawn(written: layer, layer: try LayerRegistry.layer(layer), bottoms: bottoms, topCount: tops)]
    }
    var drawn: [Drawn] = []
    for seed in 0..<60 {
      var random = Xorshift(state: UInt64(seed) + 1)
      let count = sample.bottoms.lowerBound + seed % sample.bottoms.count
      let topCount = sample.tops.lowerBound + seed % sample.tops.count
      var bottoms = Array(repeating: [2, 4, 5, 6], count: count)
      if type == "Axpy" { bottoms[0] = [2, 4, 1, 1] }
      if count == 2, facts.blobs.isPerChannel { bottoms[1] = [4] }
      var sketch = LayerSketch(type: type, bottoms: bottoms, topCount: topCount) { _, bound in
        Int(random.next() % UInt64(max(bound, 1)))
      }
      sample.draw(&sketch)
      let fields = sketch.parameters.fields
      var layer = WrittenLayer(
        name: "it", type: type, bottomCount: count, topCount: topCount,
        attribute: { AttributeValue.find($0, in: fields, schema: .caffe) })
      layer.knowsBlobs = false
      // What contradicts itself, as an axis behind the last one, is refused, by the description or for these bottoms.
      guard let described = try? LayerRegistry.layer(layer), (try? described.outputShapes(bottoms)) != nil
      else {
        continue
      }
      drawn.append(Drawn(written: layer, layer: described, bottoms: bottoms, topCount: topCount))
    }
    #expect(drawn.count > 10, "\(type): \(drawn.count) of 60 layers can be run")
    return drawn
  }

  /// Numbers that suit the role of a blob.
  static func blob(_ description: BlobDescription, _ random: inout Xorshift) -> NetValue<Double> {
    NetValue(
      shape: description.shape,
      values: (0..<description.shape.product).map { _ in
        let number = Double(random.next() % 64) / 16 - 2
        return switch description.role {
        case .variance: abs(number) + 0.5
        case .divisor: 2
        case .weight, .shift, .factor: number
        }
      })
  }

  static func value(_ shape: [Int], _ random: inout Xorshift) -> NetValue<Double> {
    NetValue(shape: shape, values: (0..<shape.product).map { _ in Double(random.next() % 64) / 16 - 2 })
  }

  @Test func everyNameLeadsToOneDescription() {
    let all = LayerRegistry.descriptions.flatMap { $0.facts.names }
    #expect(Set(all).count == all.count)
    #expect(all.sorted() == LayerRegistry.names)
    for name in all { #expect(LayerRegistry.facts(ofType: name)?.names.contains(name) == true) }
  }

  @Test(arguments: names)
  func shapesChannelsAndBlobsAgreeWithWhatRuns(type: String) throws {
    let facts = try #require(LayerRegistry.facts(ofType: type))
    var random = Xorshift(state: 7)
    for drawn in try Self.drawn(type) {
      #expect(facts.bottoms.contains(drawn.bottoms.count))
      #expect(facts.tops.contains(drawn.topCount))
      let shapes = try drawn.layer.outputShapes(drawn.bottoms)
      #expect(shapes.count == drawn.topCount)
      if facts.keepsShape { for shape in shapes { #expect(shape == drawn.bottoms[0]) } }
      let channels = drawn.layer.channels(
        drawn.bottoms.map { $0.count > 1 ? $0[1] : nil }, topCount: drawn.topCount)
      #expect(channels.count == drawn.topCount)
      for (count, shape) in zip(channels, shapes) {
        if let count { #expect(shape.count > 1 && shape[1] == count, "\(drawn.written.subject) \(shape)") }
      }
      let unknown = drawn.layer.channels(drawn.bottoms.map { _ in nil }, topCount: drawn.topCount)
      for (count, shape) in zip(unknown, shapes) { if let count { #expect(shape[1] == count) } }

      let blobs = try drawn.layer.blobs(drawn.bottoms)
      #expect(drawn.layer.isTrained == !blobs.isEmpty)
      #expect(facts.blobs != .none || blobs.isEmpty)
      var complete = drawn.written
      complete.knowsBlobs = true
      complete.blobShapes = blobs.map(\.shape)
      // Of a normalisation by the batch, or in a mode for training, the blobs do not tell.
      guard let layer = try? LayerRegistry.layer(complete) else {
        #expect(facts.blobs == .statistics)
        continue
      }
      #expect(try layer.outputShapes(drawn.bottoms) == shapes)
      var wrong = complete
      wrong.blobShapes.append([1])
      if facts.blobs != .statistics, !blobs.isEmpty {
        #expect(throws: LayerError.self) { _ = try LayerRegistry.layer(wrong) }
      }
      let values = drawn.bottoms.map { Self.value($0, &random) }
      guard !["BatchReindex", "Embed"].contains(type), type != "DetectionOutput" else { continue }
      let numbers = blobs.map { Self.blob($0, &random) }
      func copies() -> [NetValue<Double>] {
        values.map { NetValue(shape: $0.shape, values: $0.values.map(\.self)) }
      }
      let before = copies()
      let tops = try Double.run(layer, values, blobs: numbers)
      #expect(tops.map(\.shape) == shapes)
      #expect(values == before, "a run changed bottoms that others hold")
      // Nobody else holds these: they may be used up.
      var own = copies()
      #expect(try Double.run(layer, &own, blobs: numbers) == tops)
    }
  }

  /// What a description asks for, it says that it reads; and what it says, it asks for.
  @Test(arguments: LayerRegistry.descriptions.map { $0.facts.names[0] })
  func readsTheFieldsThatItNames(type: String) throws {
    let facts = try #require(LayerRegistry.facts(ofType: type))
    let names = facts.parameters.flatMap { message in message.reads.map { "\(message.name).\($0)" } }
    let asked = Mutex<Set<String>>([])
    for name in facts.names {
      for drawn in try Self.drawn(name).prefix(4) {
        // Whether a field is asked for may depend on others, on the number of bottoms and on the blobs.
        let pairs = names.flatMap { one in names.map { [one, $0] } } + [[]]
        for (bottoms, given) in (facts.bottoms.prefix(2)).flatMap({ count in pairs.map { (count, $0) } }) {
          var layer = drawn.written
          layer.bottomCount = bottoms
          layer.knowsBlobs = given.count < 2 || given[0] == given[1]
          if layer.knowsBlobs {
            layer.blobShapes = (try? drawn.layer.blobs(drawn.bottoms).map(\.shape)) ?? []
          }
          if type == "BN", bottoms == 1 { layer.blobShapes = Array(layer.blobShapes.prefix(2)) }
          let written = layer.attribute
          layer.attribute = { path in
            let text = path.prefix(2).joined(separator: ".")
            asked.withLock { _ = $0.insert(text) }
            if path.count == 2, given.contains(text) { return Self.other(path) }
            return written(path)
          }
          let occurrences = layer.occurrences
          layer.occurrences = { path, field in
            asked.withLock { _ = $0.insert((path + [field]).prefix(2).joined(separator: ".")) }
            return occurrences(path, field)
          }
          _ = try? LayerRegistry.layer(layer)
        }
      }
    }
    let found = asked.withLock { $0 }
    // Its presence tells how many blobs the layer has, and nothing of what it computes from them.
    let others: Set = ["batch_norm_param.scale_filler"]
    #expect(found.subtracting(names).subtracting(others) == [], "asked for, but not named")
    #expect(Set(names).subtracting(found) == [], "named, but not asked for")
  }

  /// A value of a field that its type takes; none for a word.
  private static func other(_ path: [String]) -> AttributeValue? {
    switch Schema.caffe.field(at: path)?.type {
    case .bool: .boolean(true)
    case .enum, .message, .string: nil
    default: .number(2)
    }
  }

  /// The fields of Caffe's schema that no description accounts for: a layer that gives one another value than its default is
  /// one of unknown meaning. A field that is new in the schema has to be put here or into a description.
  static let unaccounted: Set<String> = [
    "bn_param.frozen", "bn_param.icnet", "concat_param.per_fla_fuse", "convolution_param.coeff",
    "convolution_param.fusion_type", "elu_param.lambda", "pooling_param.axis",
    "pooling_param.avg_include_pad", "pooling_param.kernel_size_3d", "pooling_param.pad_3d",
    "pooling_param.stride_3d", "pooling_param.torch_pooling", "reshape_param.pixelshuffler",
    "convolution_param.negative_slope", "convolution_param.relu", "convolution_param.kstride",
    "convolution_param.kstride_h", "convolution_param.kstride_w",
  ]

  @Test func everyFieldOfTheSchemaIsAccountedFor() {
    var found: Set<String> = []
    for description in LayerRegistry.descriptions {
      for message in description.facts.parameters {
        for field in Schema.caffe.parameterMessage(ofLayerField: message.name)?.fields ?? []
        where !message.reads.contains(field.name) && !message.ignores.contains(field.name) {
          found.insert("\(message.name).\(field.name)")
        }
      }
    }
    #expect(found.subtracting(Self.unaccounted) == [])
  }

  @Test func everyMessageIsInTheSchema() {
    for description in LayerRegistry.descriptions {
      for message in description.facts.parameters {
        #expect(Schema.caffe.field(at: [message.name]) != nil, "\(message.name)")
        #expect(Set(message.reads).isDisjoint(with: message.ignores))
      }
    }
  }

  /// The bias field decides about the second blob.
  @Test(arguments: names.filter { LayerRegistry.facts(ofType: $0)?.bias != nil })
  func theBiasFieldDecidesAboutTheBias(type: String) throws {
    let bias = try #require(LayerRegistry.facts(ofType: type)?.bias)
    for drawn in try Self.drawn(type) {
      func count(_ given: AttributeValue?) throws -> Int {
        var layer = drawn.written
        let written = layer.attribute
        layer.attribute = { $0 == bias.path ? given : written($0) }
        return try LayerRegistry.layer(layer).blobs(drawn.bottoms).count
      }
      #expect(try count(.boolean(true)) == count(.boolean(false)) + 1)
      #expect(try count(nil) == count(.boolean(bias.fallback)))
    }
  }
}

/// Where channels lie in weights, against what the layer computes.
struct LinearGeometryTests {
  static let types = LayerFactsTests.names.filter {
    LayerRegistry.description(ofType: $0) is any LinearDescription.Type
  }

  @Test func theseTypesAreLinear() {
    #expect(
      Self.types == [
        "Convolution", "ConvolutionDepthwise", "Deconvolution", "DepthwiseConvolution", "InnerProduct",
      ])
  }

  /// Scaling the weights of an output channel scales that channel of the top; scaling those of an input channel is the same
  /// as scaling the channel of the bottom.
  @Test(arguments: types)
  func factorsReachTheirChannels(type: String) throws {
    var random = Xorshift(state: 3)
    var inputSides = 0
    for drawn in try LayerFactsTests.drawn(type) {
      let description = try #require(drawn.layer as? any LinearDescription)
      guard description.axis == 1 else { continue }
      let blobs = try description.blobs(drawn.bottoms)
      var written = drawn.written
      written.knowsBlobs = true
      written.blobShapes = blobs.map(\.shape)
      let layer = try LayerRegistry.layer(written)
      let geometry = try description.geometry(ofWeights: blobs[0].shape)
      let weights = LayerFactsTests.blob(blobs[0], &random)
      let bias = blobs.dropFirst().map { NetValue<Double>(shape: $0.shape) }
      let bottom = LayerFactsTests.value(drawn.bottoms[0], &random)
      func top(_ weights: NetValue<Double>, _ bottom: NetValue<Double>) throws -> NetValue<Double> {
        try Double.run(layer, [bottom], blobs: [weights] + bias)[0]
      }
      func scaled(_ value: NetValue<Double>, _ scale: ChannelScale) -> NetValue<Double> {
        NetValue(
          shape: value.shape,
          values: value.values.enumerated().map { $1 * scale.factors[scale.channel(of: $0)] })
      }
      func scaledPerChannel(_ value: NetValue<Double>, _ factors: [Double]) -> NetValue<Double> {
        let inner = value.shape.dropFirst(2).reduce(1, *)
        return NetValue(
          shape: value.shape,
          values: value.values.enumerated().map { $1 * factors[$0 / inner % factors.count] })
      }
      let plain = try top(weights, bottom)
      let factors = (0..<geometry.outputCount).map { Double($0 % 5 + 1) }
      expect(
        try top(scaled(weights, geometry.output.scale(factors)), bottom), scaledPerChannel(plain, factors))
      #expect(geometry.rank == plain.shape.count)
      #expect(description.foldsInput == (geometry.input != nil))
      // The depthwise forks' weights do not tell how many outputs a channel has.
      guard let layout = geometry.input?.layout(channels: 4) else { continue }
      inputSides += 1
      let others = [1.0, 2, 4, 8]
      expect(
        try top(scaled(weights, layout.scale(others)), bottom),
        try top(weights, scaledPerChannel(bottom, others)))
    }
    #expect(inputSides > 10 || type == "Deconvolution")
  }

  @Test func weightsOfAnotherShapeAreRefused() throws {
    for type in Self.types {
      let drawn = try #require(try LayerFactsTests.drawn(type).first)
      let description = try #require(drawn.layer as? any LinearDescription)
      for shape in [[], [0], [1 << 40, 1 << 40], [7919, 3, 1, 1], [1, 1, 1, 1, 1, 7919]] {
        #expect(throws: LinearGeometry.Mismatch.self) { _ = try description.geometry(ofWeights: shape) }
      }
    }
  }
}
