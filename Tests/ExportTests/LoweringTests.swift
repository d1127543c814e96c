import Definitions
import Diagnostics
import Export
import OnnxIO
import RuleModel
import Testing

/// Nets as graphs of operators: names, shapes, and what is said of a net that is none.
@Suite struct LoweringTests {
  private static let input = #"input: "data" input_shape { dim: 1 dim: 3 dim: 6 dim: 6 }"#

  private func message(_ net: String, definitions: String? = nil, opset: Int = 17) -> String {
    do {
      _ = try lowered(net, definitions: definitions, opset: opset)
      return "exported"
    } catch let error as any DiagnosticError {
      return error.diagnostic.headline
    } catch {
      return "\(error)"
    }
  }

  @Test func blobsKeepTheirNamesAndInPlaceVersionsGetNamesOfTheirOwn() throws {
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "pool" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 stride: 2 } }
      layer { name: "relu" type: "ReLU" bottom: "p" top: "p" }
      layer { name: "drop" type: "Dropout" bottom: "p" top: "p" }
      layer { name: "out" type: "Sigmoid" bottom: "p" top: "out" }
      """)
    #expect(net.graph.nodes.map(\.name) == ["pool", "relu", "out"])
    #expect(net.graph.nodes.map(\.outputs) == [["p/pool"], ["p/relu"], ["out"]])
    #expect(net.graph.inputs.map(\.name) == ["data"])
    #expect(net.graph.outputs.map(\.shape) == [[.known(1), .known(3), .known(3), .known(3)]])
  }

  @Test func anInputKeepsItsNameWhereALayerWritesOverIt() throws {
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "scale" type: "Power" bottom: "data" top: "data" power_param { scale: 0.5 } }
      layer { name: "out" type: "Sigmoid" bottom: "data" top: "out" }
      """)
    #expect(net.graph.inputs.map(\.name) == ["data"])
    #expect(net.graph.nodes.map(\.outputs) == [["data/scale"], ["out"]])
  }

  @Test func anOutputThatNoOperatorMakesIsAnIdentity() throws {
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "relu" type: "ReLU" bottom: "data" top: "a" }
      layer { name: "drop" type: "Dropout" bottom: "a" top: "b" }
      """)
    #expect(net.graph.nodes.map(\.type) == ["Relu", "Identity"])
    #expect(net.graph.outputs.map(\.name) == ["b"])
  }

  @Test func namesThatAreOneToOnnxAreTwo() throws {
    // 'é' as one character and as two; a Swift String takes them for one.
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "caf\u{E9}" type: "ReLU" bottom: "data" top: "caf\u{E9}" }
      layer { name: "cafe\u{301}" type: "Sigmoid" bottom: "data" top: "cafe\u{301}" }
      """)
    #expect(Set(net.graph.nodes.flatMap(\.outputs)).count == 2)
    #expect(Set(net.graph.nodes.map(\.name)).count == 2)
  }

  @Test func valuesWithinALayerTakeNoNameOfABlob() throws {
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "mvn" type: "MVN" bottom: "data" top: "mvn/mean" }
      layer { name: "a" type: "ReLU" bottom: "mvn/mean" top: "mvn/centred" }
      layer { name: "b" type: "ReLU" bottom: "mvn/centred" top: "mvn.0" }
      """)
    let made = net.graph.nodes.flatMap(\.outputs) + net.graph.initializers.map(\.name)
    #expect(Set(made).count == made.count)
    #expect(["mvn/mean", "mvn/centred", "mvn.0"].allSatisfy(made.contains))
  }

  @Test func aLayerThatIsNotUnderstoodIsNotExportedByABuiltInDefinition() throws {
    let net = """
      \(Self.input)
      layer { name: "p" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 stride: 2 leaky: true } }
      """
    #expect(message(net).contains("'pooling_param.leaky'"))
    #expect(message(net).contains("define the type in a rule file of yours"))
    let own = """
      schema: 1
      layers:
        - type: Pooling
          summary: S.
          means:
            - {op: MaxPool, kernel_shape: "[2, 2]", strides: "[2, 2]"}
      """
    let lowered = try lowered(net, definitions: own)
    #expect(lowered.layers.map(\.isDefinedAlone) == [true])
  }

  @Test func aLayerThatNobodyKnowsIsKeptAsANodeOfAnotherDomain() throws {
    let net = try lowered(
      """
      \(Self.input)
      layer { name: "v" type: "VendorDetect" bottom: "data" top: "v" include { phase: TEST }
        vendor_param { low: 0.5 high: 6 mode: FAST sizes: 1 sizes: 2 box { w: 1 } box { w: 3 } clip: true } }
      layer { name: "p" type: "Pooling" bottom: "v" top: "p" pooling_param { kernel_size: 2 stride: 2 leaky: true } }
      layer { name: "out" type: "ReLU" bottom: "p" top: "out" }
      """, shapes: ["v": [1, 3, 4, 4], "p": [1, 3, 2, 2]], keepsUnknown: true)
    #expect(net.graph.nodes.map(\.domain) == ["caffe", "caffe", ""])
    #expect(net.graph.nodes.map(\.type) == ["VendorDetect", "Pooling", "Relu"])
    #expect(net.graph.nodes[0].inputs == ["data"] && net.graph.nodes[0].outputs == ["v"])
    let text = { (text: String) in OnnxAttribute.text(text) }
    #expect(
      net.graph.nodes[0].attributes == [
        OnnxNamedAttribute("vendor_param.low", .float(0.5)), OnnxNamedAttribute("vendor_param.high", .int(6)),
        OnnxNamedAttribute("vendor_param.mode", text("FAST")),
        OnnxNamedAttribute("vendor_param.sizes", .ints([1, 2])),
        OnnxNamedAttribute("vendor_param.box.w", .ints([1, 3])),
        OnnxNamedAttribute("vendor_param.clip", .int(1)),
      ])
    #expect(net.graph.outputs.map(\.shape) == [[.known(1), .known(3), .known(2), .known(2)]])
    #expect(net.layers.map { $0.kept == .unknown } == [true, true, false])
    #expect(net.opsets(17).map(\.domain) == ["", "caffe"])
  }

  @Test func aRuntimeThatHasALayerGetsItAsOneNode() throws {
    let net = """
      input: "loc" input_shape { dim: 1 dim: 8 }
      input: "conf" input_shape { dim: 1 dim: 4 }
      input: "prior" input_shape { dim: 1 dim: 2 dim: 8 }
      layer { name: "d" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "d"
        detection_output_param { num_classes: 2 code_type: CENTER_SIZE nms_param { nms_threshold: 0.5 } keep_top_k: 7 } }
      """
    let made = try lowered(net, nativeTypes: .oneOf([Glob("DetectionOutput")]))
    #expect(made.graph.nodes.map(\.type) == ["DetectionOutput"])
    #expect(made.graph.nodes[0].domain.isEmpty)
    let attributes = Dictionary(
      uniqueKeysWithValues: made.graph.nodes[0].attributes.map { ($0.name, $0.value) })
    #expect(attributes["num_classes"] == .int(2) && attributes["share_location"] == .int(1))
    #expect(attributes["code_type"] == .int(2) && attributes["keep_top_k"] == .int(7))
    #expect(attributes["nms_threshold"] == .float(0.5))
    #expect(made.layers.map { $0.kept == .native } == [true])
    #expect(try lowered(net).graph.nodes.count > 20)
  }

  @Test func whatAKeptLayerMakesHasAShape() throws {
    let net = """
      \(Self.input)
      layer { name: "v" type: "VendorDetect" bottom: "data" top: "v" }
      """
    #expect(throws: LoweringError.self) { try lowered(net, keepsUnknown: true) }
    do {
      _ = try lowered(net, keepsUnknown: true)
    } catch let error as LoweringError {
      #expect(
        error.diagnostic.sentence
          == "VendorDetect 'v' cannot be kept as it is, because nothing says the shape of 'v'; give --input-shape 'v=1,3,224,224' with the right one"
      )
    }
  }

  @Test func unreadInputsAreNoInputs() throws {
    let net = try lowered(
      """
      \(Self.input)
      input: "label" input_shape { dim: 1 }
      layer { name: "relu" type: "ReLU" bottom: "data" top: "a" }
      """)
    #expect(net.graph.inputs.map(\.name) == ["data"])
  }

  @Test func aGroupOfOperatorsGoesOnWithItsOwnValues() throws {
    let definition = """
      schema: 1
      layers:
        - type: VendorMemory
          summary: S.
          let: {steps: "layer.bottoms[0].shape[0]"}
          means:
            - {op: Gather, input: [x, {ints: 0}], output: "memory[0]", axis: 0}
            - each: {t: steps - 1}
              means:
                - {op: Gather, input: [x, {ints: t + 1}], output: new, axis: 0}
                - {op: Mul, input: ["memory[t]", new], output: product}
                - {op: Add, input: [product, new], output: "memory[t + 1]"}
            - {op: Concat, input: product, axis: 0}
      """
    let net = try lowered(
      """
      input: "data" input_shape { dim: 3 dim: 2 }
      layer { name: "m" type: "VendorMemory" bottom: "data" top: "m" }
      """, definitions: definition)
    #expect(
      net.graph.nodes.map(\.type) == ["Gather", "Gather", "Mul", "Add", "Gather", "Mul", "Add", "Concat"])
    #expect(net.graph.nodes[5].inputs == ["m/memory_1", "m/new_1"])
    #expect(net.graph.nodes[7].inputs == ["m/product_0", "m/product_1"])
  }

  @Test func olderOpsetsHaveAxesAsAnAttribute() throws {
    let text = """
      \(Self.input)
      layer { name: "mean" type: "Reduction" bottom: "data" top: "m" reduction_param { operation: MEAN axis: 1 } }
      """
    let old = try #require(try lowered(text, opset: 17).graph.nodes.first)
    #expect(old.inputs == ["data"])
    #expect(old.attribute("axes") == .ints([1, 2, 3]))
    let new = try #require(try lowered(text, opset: 18).graph.nodes.first)
    #expect(new.inputs.count == 2)
    #expect(new.attribute("axes") == nil)
  }

  @Test func aBatchThatAnOperatorKnowsIsNotDynamic() throws {
    let net = """
      input: "data" input_shape { dim: 1 dim: 3 dim: 2 dim: 2 }
      layer { name: "flat" type: "Reshape" bottom: "data" top: "flat" reshape_param { shape { dim: 1 dim: -1 } } }
      """
    var two = try lowered(net, shapes: ["data": [2, 3, 2, 2]])
    let three = try lowered(net, shapes: ["data": [3, 3, 2, 2]])
    let error = #expect(throws: LoweringError.self) { try two.takeDynamicBatch("N", comparing: three) }
    #expect(
      error?.diagnostic.headline.contains("'flat' makes other operators for another batch size") == true)
  }

  @Test func aDynamicBatchHasASymbol() throws {
    let net = """
      input: "data" input_shape { dim: 1 dim: 3 dim: 2 dim: 2 }
      layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }
      """
    var two = try lowered(net, shapes: ["data": [2, 3, 2, 2]])
    try two.takeDynamicBatch("N", comparing: try lowered(net, shapes: ["data": [3, 3, 2, 2]]))
    #expect(two.graph.inputs[0].shape == [.symbol("N"), .known(3), .known(2), .known(2)])
    #expect(two.graph.outputs[0].shape == [.symbol("N"), .known(12)])
  }

  @Test func whatCannotBeExportedIsSaid() {
    #expect(
      message(
        "\(Self.input) layer { name: \"v\" type: \"VendorGate\" bottom: \"data\" top: \"v\" }")
        == "net.prototxt:1:59: VendorGate 'v' cannot be exported: no definition says what VendorGate computes; 'caffold rules new --layer VendorGate' prints one to begin with, and --rules takes it; --keep-unknown writes the layer as a node of a domain of its own"
    )
    #expect(
      message(
        "input: \"data\" layer { name: \"r\" type: \"ReLU\" bottom: \"data\" top: \"r\" }"
      ).hasSuffix(
        "the shape of 'data' is not known, because the definition gives no shape for the input 'data'"))
  }

  private static func gate(_ steps: String) -> String {
    """
    schema: 1
    layers:
      - type: VendorGate
        summary: S.
        means:
    \(steps)
    """
  }

  @Test(arguments: [
    (
      "      - {op: Clip, when: layer.bottoms.count == 7, output: tops}",
      "no operator of its definition makes 'tops[0]' here"
    ),
    (
      "      - {op: Transpose, perm: '[0, 1.5]'}",
      "'perm' of operator Transpose must be whole numbers, found 1.5"
    ),
    ("      - {op: Sigmoid, input: 'bottoms[3]'}", "its definition asks for 'bottoms[3]' of 1"),
    ("      - {op: Sigmoid, each: {i: 200000}}", "its definition makes more than 100000 operators"),
    ("      - {op: Identity, each: {i: 2000000000}}", "its definition makes more than 100000 operators"),
    ("      - {op: Transpose, perm: '[0, 1]'}", "operator 'Transpose'"),
  ])
  func aDefinitionThatFailsIsSaid(_ steps: String, _ expected: String) {
    let net = "\(Self.input) layer { name: \"v\" type: \"VendorGate\" bottom: \"data\" top: \"v\" }"
    let said = message(net, definitions: Self.gate(steps))
    #expect(said.contains(expected), "\(said)")
  }
}
