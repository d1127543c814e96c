import Testing

@testable import Layers

/// Parameters and shapes that no net has: an error is welcome, a trap or a top of another shape is not.
struct HostileLayersTests {
  /// Message and fields of each type, with the number of bottoms and tops that it wants.
  static let types: [(type: String, message: String, fields: [String], bottoms: Int, tops: Int)] = [
    ("ArgMax", "argmax_param", ["axis", "top_k", "out_max_val"], 1, 1),
    ("Axpy", "none", [], 3, 1),
    ("Concat", "concat_param", ["axis", "concat_dim"], 2, 1),
    ("Crop", "crop_param", ["axis", "offset"], 2, 1),
    (
      "DetectionOutput", "detection_output_param", ["num_classes", "keep_top_k", "background_label_id"], 3, 1
    ),
    ("Eltwise", "eltwise_param", ["operation", "coeff"], 2, 1),
    ("Flatten", "flatten_param", ["axis", "end_axis"], 1, 1),
    (
      "Interp", "interp_param", ["height", "width", "zoom_factor", "shrink_factor", "pad_beg", "pad_end"], 1,
      1
    ),
    ("LRN", "lrn_param", ["local_size", "alpha", "norm_region"], 1, 1),
    ("MVN", "mvn_param", ["eps", "across_channels"], 1, 1),
    ("Permute", "permute_param", ["order"], 1, 1),
    (
      "PriorBox", "prior_box_param",
      ["min_size", "max_size", "img_size", "step", "aspect_ratio", "variance"], 2, 1
    ),
    ("Reduction", "reduction_param", ["axis", "operation", "coeff"], 1, 1),
    ("Reshape", "reshape_param", ["axis", "num_axes", "shape { dim"], 1, 1),
    ("ShuffleChannel", "shuffle_channel_param", ["group"], 1, 1),
    ("Slice", "slice_param", ["axis", "slice_point", "slice_dim"], 1, 2),
    ("Softmax", "softmax_param", ["axis"], 1, 1),
    ("Tile", "tile_param", ["axis", "tiles"], 1, 1),
    (
      "Upsample", "upsample_param", ["scale", "scale_h", "scale_w", "upsample_h", "upsample_w", "pad_out_h"],
      1, 1
    ),
    (
      "Upsample", "upsample_param", ["scale", "scale_h", "scale_w", "upsample_h", "upsample_w", "pad_out_h"],
      2, 1
    ),
  ]

  static let words = [
    "-9223372036854775808", "-2147483648", "-5", "-1", "0", "0", "1", "1", "2", "2", "3", "4", "2147483647",
    "4294967295", "1e300", "-inf", "nan", "0.5", "true", "AVE",
  ]

  @Test(arguments: types.indices)
  func neverTraps(index: Int) throws {
    let (type, message, fields, bottoms, tops) = Self.types[index]
    var random = Xorshift(state: UInt64(index) + 1)
    var ran = 0
    for _ in 0..<1000 {
      var parameters = ""
      for field in fields where random.next() % 2 == 0 {
        for _ in 0...random.next() % 2 {
          let word = Self.words[Int(random.next() % UInt64(Self.words.count))]
          parameters += "\(field): \(word) \(field.contains("{") ? "} " : "")"
        }
      }
      let shape = Self.shape(&random)
      let inputs = (0..<bottoms).map { _ in
        NetValue<Double>(shape: random.next() % 2 == 0 ? shape : Self.shape(&random), repeating: 1)
      }
      do {
        let one = try OneLayer(type, "\(message) { \(parameters) }", bottoms: bottoms, tops: tops)
        let shapes = try one.layer.outputShapes(inputs.map(\.shape))
        for shape in shapes { try LayerLimits().check(shape, of: LayerSubject(name: "it", type: type)) }
        guard shapes.allSatisfy({ $0.product < 10_000 }) else { continue }
        let made = try Double.run(one.layer, inputs, blobs: []).map(\.shape)
        #expect(made == shapes || type == "DetectionOutput", "\(type) \(parameters)")
        ran += 1
      } catch {
        continue
      }
    }
    #expect(ran > 0)
  }

  static func shape(_ random: inout Xorshift) -> [Int] {
    let rank = random.next() % 4 == 0 ? Int(random.next() % 6) : 4
    return (0..<rank).map { _ in [0, 1, 1, 2, 2, 3, 4][Int(random.next() % 7)] }
  }

  /// A small generator: the same cases in every run.
  struct Xorshift {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return (state &* 0x2545_F491_4F6C_DD1D) >> 16
    }
  }
}
