import CaffeIO
import Diagnostics
import Layers
import Rules
import Testing
import Verification
import WireTestSupport

@testable import Engine

/// What the engine knows of layers from their descriptions.
struct DescribedLayersTests {
  private let data = "input: \"data\"\ninput_shape { dim: 1 dim: 4 dim: 8 dim: 8 }\n"

  private func net(_ text: String, weights: [UInt8]? = nil) throws -> WorkingNet {
    let file = try weights.map { try WeightsFile(TestFiles.input($0)) }
    return WorkingNet(try graph(text), weights: file, layouts: try BuiltinRules.load().layouts)
  }

  private func channels(_ text: String, of name: Name) throws -> Int? {
    let net = try net(text)
    let value = try #require(
      net.graph.values.indices.last { net.graph.blobName(of: ValueID(index: $0)) == name })
    return net.channels.count(of: ValueID(index: value))
  }

  @Test(arguments: [
    ("axis: 1", 5), ("concat_dim: 1", 5), ("axis: 2", 3), ("concat_dim: 2", 3), ("axis: 0", 3),
    ("concat_dim: 0", 3), ("axis: -3", nil), ("", 5),
  ])
  func theOldFieldOfAConcatIsRead(field: String, expected: Int?) throws {
    let text =
      data + layer("a", "Convolution", "data", "a", "convolution_param { num_output: 3 kernel_size: 1 }")
      + layer("b", "Convolution", "data", "b", "convolution_param { num_output: 2 kernel_size: 1 }")
      + "layer { name: 'c' type: 'Concat' bottom: 'a' bottom: 'b' top: 'c' concat_param { \(field) } }\n"
    #expect(try channels(text, of: "c") == expected)
  }

  @Test(arguments: [
    ("Slice", "slice_param { slice_point: 1 }", "top: 'y2'", 1),
    ("Tile", "tile_param { tiles: 3 }", "", 12), ("Permute", "permute_param { order: 0 order: 2 }", "", nil),
    ("Reshape", "reshape_param { shape { dim: 0 dim: 2 dim: -1 } }", "", 2),
    ("Flatten", "flatten_param { axis: 2 }", "", 4),
    ("VendorConvolution", "convolution_param { num_output: 7 }", "", nil),
    ("Convolution", "convolution_param { num_output: 7 kernel_size: 1 axis: 2 }", "", 4),
    ("Convolution", "convolution_param { num_output: 7 kernel_size: 1 saturate: 1 }", "", nil),
    ("Convolution", "convolution_param { num_output: -7 kernel_size: 1 }", "", nil),
  ])
  func channelsBehindALayer(type: String, parameters: String, more: String, expected: Int?) throws {
    let text =
      data + layer("x", "Convolution", "data", "x", "convolution_param { num_output: 4 kernel_size: 1 }")
      + "layer { name: 'y' type: '\(type)' bottom: 'x' top: 'y' \(more) \(parameters) }\n"
    #expect(try channels(text, of: "y") == expected)
  }

  /// Layers written alike may have other numbers of bottoms and tops.
  @Test func layersWrittenAlikeAreDescribedByTheirConnectionsToo() throws {
    let text =
      data + "layer { name: 'a' type: 'Slice' bottom: 'data' top: 'a1' top: 'a2' }\n"
      + "layer { name: 'b' type: 'Slice' bottom: 'data' top: 'b1' top: 'b2' top: 'b3' top: 'b4' }\n"
    let net = try net(text)
    let shapes = (0..<net.graph.values.count).map { net.knownShape(of: ValueID(index: $0)) }
    #expect(
      shapes == [[1, 4, 8, 8]] + Array(repeating: [1, 2, 8, 8], count: 2)
        + Array(repeating: [1, 1, 8, 8], count: 4))
  }

  /// An error that was found for one layer names the layer that is asked for.
  @Test func anUnknownShapeNamesItsOwnLayer() throws {
    let fields = "crop_param { axis: 9 }"
    let text =
      data + "layer { name: 'a' type: 'Crop' bottom: 'data' bottom: 'data' top: 'a' \(fields) }\n"
      + "layer { name: 'b' type: 'Crop' bottom: 'data' bottom: 'data' top: 'b' \(fields) }\n"
    let net = try net(text)
    for (index, name) in ["a", "b"].enumerated() {
      do throws(Refusal.Reason) {
        _ = try net.shape(of: ValueID(index: index + 1), at: LayerID(index: index))
        Issue.record("a shape")
      } catch {
        #expect(error.sentence().contains("'\(name)' (Crop)"))
      }
    }
  }

  @Test(arguments: [
    ("Normalize", "", true), ("PReLU", "", true),
    ("Embed", "embed_param { num_output: 2 input_dim: 2 }", true),
    ("Scale", "", true), ("Bias", "", true), ("ReLU", "", false), ("VendorConvolution", "", false),
    ("Deconvolution", "convolution_param { num_output: 2 kernel_size: 1 }", true),
    // Weights are missing whatever else is wrong.
    ("Convolution", "convolution_param { num_output: 0 }", true),
  ])
  func trainedLayersNeedWeights(type: String, parameters: String, expected: Bool) throws {
    let net = try net(
      data + layer("x", type, "data", "x", parameters),
      weights: Wire.layer("other", "PReLU", blobs: [Wire.blob([1], [1])]))
    #expect(net.needsWeights(LayerID(index: 0)) == expected)
  }

  @Test func aScaleByASecondBottomNeedsNoWeights() throws {
    let net = try net(data + "layer { name: 's' type: 'Scale' bottom: 'data' bottom: 'data' top: 's' }")
    #expect(!net.needsWeights(LayerID(index: 0)))
  }

  /// A rule makes no layer that writes over what it still reads.
  @Test(arguments: [
    ("ShuffleChannel", false), ("Eltwise", false), ("Flatten", false), ("LRN", false), ("TanH", true),
    ("VendorGain", true),
  ])
  func newLayersWorkInPlaceOnlyWhereTheyCan(type: String, works: Bool) throws {
    let rules = """
      schema: 1
      rules:
        - id: mine
          summary: S.
          match: {r: {type: ReLU}}
          rewrite: {replace: r, with: {type: \(type)}}
      """
    let made = try plan(
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "c"), rules: rules, select: ["mine"])
    #expect(made.text.contains("\"\(type)\"") == works)
    if !works {
      #expect(made.reasons(at: "r").contains { $0.hasPrefix("the new \(type) 'r' would write over 'c'") })
    }
  }

  // MARK: Understood whole

  private let bn = layer("bn", "BatchNorm", "conv", "bn")

  @Test(arguments: [
    "convolution_param { num_output: 2 kernel_size: 1 engine: MKLDNN conv_algorithm: 'auto' }",
    // A default says nothing new.
    "convolution_param { num_output: 2 kernel_size: 1 fusion_type: NONE_FUSION relu: false }",
    // Caffe's convolution does not look at the parameters of another type.
    "convolution_param { num_output: 2 kernel_size: 1 } pooling_param { torch_pooling: true }",
    "convolution_param { num_output: 2 kernel_size: 1 pad_l: 1 pad_b: 2 }",
    "convolution_param { num_output: 2 kernel_size: 1 weight_filler { type: 'xavier' scale: 2 } }",
  ])
  func fieldsThatChangeNothingAreExplained(parameters: String) throws {
    let made = try plan(data + layer("conv", "Convolution", "data", "conv", parameters) + bn)
    #expect(made.names == ["conv"])
  }

  @Test(arguments: [
    (
      "convolution_param { num_output: 2 kernel_size: 1 fusion_type: SUM_FUSION }",
      "convolution_param.fusion_type"
    ),
    ("convolution_param { num_output: 2 kernel_size: 1 kernel { dim: 2 } }", "convolution_param.kernel"),
    ("convolution_param { num_output: 2 kernel_size: 1 } vendor_param { gain: 2 }", "vendor_param"),
    ("convolution_param { num_output: 2 kernel_size: 1 } output_scale: 2", "output_scale"),
  ])
  func otherFieldsAreNot(parameters: String, path: String) throws {
    let made = try plan(data + layer("conv", "Convolution", "data", "conv", parameters) + bn)
    #expect(made.names == ["conv", "bn"])
    #expect(made.reasons(at: "bn").first?.hasPrefix("'\(path)' (net.prototxt:3:") == true)
  }

  @Test func aFieldThatIsListedAsHarmlessIsExplained() throws {
    var options = PlanOptions()
    options.schema.harmlessFields = ["convolution_param.saturate", "vendor_param"]
    let parameters = "convolution_param { num_output: 2 kernel_size: 1 saturate: 1 } vendor_param { a: 1 }"
    let made = try plan(
      data + layer("conv", "Convolution", "data", "conv", parameters) + bn, options: options)
    #expect(made.names == ["conv"])
  }

  /// Its weights are of no use to a fold that does not know what is done with them.
  @Test(arguments: ["BinaryConvolution", "DeformableConvolution", "NdConvolution", "VendorConvolution"])
  func aConvolutionOfAnUnknownTypeIsNoConvolution(type: String) throws {
    let text =
      data + layer("conv", type, "data", "conv", "convolution_param { num_output: 2 kernel_size: 1 }") + bn
    #expect(try plan(text).names == ["conv", "bn"])
    let net = try net(text)
    #expect(net.described(LayerID(index: 0)).layer == nil)
    #expect(net.knownShape(of: ValueID(index: 1)) == nil)
  }

  // MARK: Fused ReLUs

  private func fused(_ parameters: String, _ more: String) throws -> Plan {
    try plan(data + layer("conv", "Convolution", "data", "conv", parameters) + more)
  }

  @Test func aNormalisationWithAReLULeavesItToTheConvolution() throws {
    let made = try fused(
      "convolution_param { num_output: 2 kernel_size: 1 bias_term: false }",
      layer("bn", "BatchNorm", "conv", "bn", "batch_norm_param { relu: true }")
        + layer("p", "TanH", "bn", "p"))
    #expect(made.names == ["conv", "p"])
    #expect(made.text.contains("bias_term: true relu: true"))
  }

  @Test func nothingBehindTheReLUFoldsIntoAConvolution() throws {
    let relu = "convolution_param { num_output: 2 kernel_size: 1 relu: true }"
    for type in ["BatchNorm", "Scale"] {
      let made = try fused(relu, layer("y", type, "conv", "y"))
      #expect(made.names == ["conv", "y"])
      #expect(
        made.reasons(at: "y").contains(
          "Convolution 'conv' ends in a ReLU: 'convolution_param.relu' is true, and a fold does not reach past a ReLU"
        ))
    }
  }

  /// What stands before the convolution does not meet its ReLU.
  @Test func aScaleBeforeAConvolutionWithAReLUFolds() throws {
    let made = try plan(
      data + layer("s", "Scale", "data", "s")
        + layer(
          "conv", "Convolution", "s", "conv", "convolution_param { num_output: 2 kernel_size: 1 relu: true }")
    )
    #expect(made.names == ["conv"])
    #expect(made.text.contains("relu: true"))
  }

  @Test func aDeconvolutionTakesNoReLU() throws {
    let made = try plan(
      data
        + layer("conv", "Deconvolution", "data", "conv", "convolution_param { num_output: 2 kernel_size: 1 }")
        + layer("bn", "BatchNorm", "conv", "bn", "batch_norm_param { relu: true }"))
    #expect(made.names == ["conv", "bn"])
  }

  @Test func aShiftDoesNotPassPadsOnOneSide() throws {
    let made = try plan(
      data + layer("s", "Scale", "data", "s", "scale_param { bias_term: true }")
        + layer(
          "conv", "Convolution", "s", "conv", "convolution_param { num_output: 2 kernel_size: 2 pad_b: 1 }"))
    #expect(made.names == ["s", "conv"])
  }
}
