import Testing

@testable import Layers

/// Parameters and shapes that no net has: an error is welcome, a trap or a top of another shape is not.
struct HostileLayersTests {
  static let words = [
    "-9223372036854775808", "-2147483648", "-5", "-1", "0", "0", "1", "1", "2", "2", "3", "4", "2147483647",
    "4294967295", "1e300", "-inf", "nan", "0.5", "true", "AVE",
  ]

  /// All types, with the fields that their descriptions read.
  @Test(arguments: LayerRegistry.names)
  func neverTraps(type: String) throws {
    let facts = try #require(LayerRegistry.facts(ofType: type))
    var random = Xorshift(state: type.utf8.reduce(1) { $0 &* 31 &+ UInt64($1) })
    var ran = 0
    for attempt in 0..<1000 {
      var parameters = ""
      for message in facts.parameters {
        parameters += "\(message.name) { "
        // A few fields beside those that are needed, or any of them.
        let few = Set((0..<random.next() % 3).compactMap { _ in message.reads[at: random.next()] })
        for field in message.reads where attempt % 2 == 0 ? few.contains(field) : random.next() % 2 == 0 {
          for _ in 0...random.next() % 2 {
            let word = Self.words[Int(random.next() % UInt64(Self.words.count))]
            parameters += field == "shape" ? "shape { dim: \(word) dim: 2 } " : "\(field): \(word) "
          }
        }
        if attempt % 4 > 0 || few.isEmpty { parameters += Self.needed[type] ?? "" }
        parameters += " } "
      }
      let bottoms =
        attempt % 2 == 0 && type == "DetectionOutput"
        ? 3 : facts.bottoms.lowerBound + Int(random.next() % UInt64(min(facts.bottoms.count, 3)))
      let tops = facts.tops.lowerBound + Int(random.next() % UInt64(min(facts.tops.count, 3)))
      let shape = Self.shape(&random)
      var inputs = (0..<bottoms).map { _ in
        NetValue<Double>(shape: random.next() % 2 == 0 ? shape : Self.shape(&random), repeating: 1)
      }
      if type == "DetectionOutput", attempt % 2 == 0 {
        inputs = [[1, 8], [1, 2], [1, 2, 8]].map { NetValue(shape: $0, repeating: 1) }
      }
      let shapes = inputs.map(\.shape)
      do {
        let described = try OneLayer(type, parameters, bottoms: bottoms, tops: tops, knowsBlobs: false).layer
        for counts in [
          shapes.map { $0.count > 1 ? $0[1] : nil }, shapes.map { _ in nil }, shapes.map { _ in Int.max },
        ] {
          #expect(described.channels(counts, topCount: tops).count == tops)
        }
        if let linear = described as? any LinearDescription {
          for _ in 0..<4 { _ = try? linear.geometry(ofWeights: Self.shape(&random)) }
        }
        var blobs = try described.blobs(shapes).map(\.shape)
        _ = try described.multiplyAdds(shapes)
        if random.next() % 4 == 0, !blobs.isEmpty { blobs[0] = Self.shape(&random) }
        guard blobs.allSatisfy({ $0.saturatingProduct < 10_000 }) else { continue }
        let one = try OneLayer(
          type, parameters, bottoms: bottoms, tops: tops,
          blobs: blobs.map { NetValue(shape: $0, repeating: 1) })
        if let streaming = one.layer as? any WeightStreaming { _ = try? streaming.smallestInput() }
        let made = try one.layer.outputShapes(shapes)
        for shape in made { try LayerLimits().check(shape, of: LayerSubject(name: "it", type: type)) }
        guard made.allSatisfy({ $0.product < 10_000 }) else { continue }
        let tops = try Double.run(one.layer, inputs, blobs: one.blobs).map(\.shape)
        #expect(tops == made || type == "DetectionOutput", "\(type) \(parameters)")
        ran += 1
      } catch {
        continue
      }
    }
    #expect(ran > 0)
  }

  /// Fields without which hardly any layer of the type can be run.
  static let needed = [
    "Clip": "min: 0 max: 1", "Convolution": window, "ConvolutionDepthwise": window, "Deconvolution": window,
    "DepthwiseConvolution": window, "DetectionOutput": "num_classes: 1",
    "Embed": "num_output: 2 input_dim: 2",
    "Im2col": "kernel_size: 1", "InnerProduct": "num_output: 2", "Interp": "zoom_factor: 2",
    "MemoryData": "batch_size: 1 channels: 1 height: 2 width: 2",
    "Pooling": "kernel_size: 1", "PriorBox": "min_size: 2", "PriorBoxClustered": "width: 2 height: 2",
    "SPP": "pyramid_height: 1", "Tile": "tiles: 2",
  ]
  private static let window = "num_output: 2 kernel_size: 1"

  static func shape(_ random: inout Xorshift) -> [Int] {
    let rank = random.next() % 4 == 0 ? Int(random.next() % 6) : 4
    return (0..<rank).map { _ in [0, 1, 1, 2, 2, 3, 4][Int(random.next() % 7)] }
  }
}

extension [String] {
  /// One of the elements.
  fileprivate subscript(at number: UInt64) -> String? { isEmpty ? nil : self[Int(number % UInt64(count))] }
}
