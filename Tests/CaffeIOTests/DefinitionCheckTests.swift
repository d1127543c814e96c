import CaffeIO
import Diagnostics
import Testing

/// Net definitions held against the schema: each problem with its place and sentence.
@Suite struct DefinitionCheckTests {
  /// The headlines of all problems of a text named `net`.
  private func problems(_ text: String, schema: Schema = .caffe, phase: Phase = .test) throws -> [String] {
    let definition = try NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8))))
    return try definition.problems(schema: schema, state: NetState(phase: phase)).map {
      ($0.isError ? "" : "warning: ") + $0.diagnostic.headline
    }
  }

  private static let proto =
    "If the field is a fork's own, give the fork's caffe.proto with --proto"

  @Test(arguments: [
    ("botom: 'a'", 16, "a 'layer' has no field 'botom'; did you mean 'bottom'?"),
    ("Top: 'a'", 16, "a 'layer' has no field 'Top'; did you mean 'top'?"),
    ("batchnorm_param { }", 16, "a 'layer' has no field 'batchnorm_param'; did you mean 'batch_norm_param'?"),
    (
      "scale_param { bias_trem: true }", 30,
      "'scale_param' has no field 'bias_trem'; did you mean 'bias_term'?"
    ),
    ("batch_norm_param { epsilon: 1 }", 35, "'batch_norm_param' has no field 'epsilon'; did you mean 'eps'?"),
    (
      "batch_norm_param { use_global_stat: true }", 35,
      "'batch_norm_param' has no field 'use_global_stat'; did you mean 'use_global_stats'?"
    ),
    (
      "convolution_param { kernelsize: 3 }", 36,
      "'convolution_param' has no field 'kernelsize'; did you mean 'kernel_size'?"
    ),
    (
      "convolution_param { padding: 3 }", 36,
      "'convolution_param' has no field 'padding'; did you mean 'pad'?"
    ),
    (
      "convolution_param { groups: 3 }", 36,
      "'convolution_param' has no field 'groups'; did you mean 'group'?"
    ),
    (
      "convolution_param { bias: false }", 36,
      "'convolution_param' has no field 'bias'; did you mean 'bias_term'?"
    ),
    ("include { phse: TEST }", 26, "'include' has no field 'phse'; did you mean 'phase'?"),
  ])
  func misspeltField(_ field: String, _ column: Int, _ sentence: String) throws {
    #expect(
      try problems("layer { type: 'A' \(field) }") == ["net:1:\(column + 3): \(sentence) \(Self.proto)"])
  }

  @Test(arguments: [
    "pad_l: 1", "kernel_d: 3", "relu: true", "vendor_mode: 7", "pad_type: 1", "scale_filler2: 1", "dim: 4",
    "[vendor.pad]: 1",
  ])
  func fieldsOfForksPass(_ field: String) throws {
    #expect(try problems("layer { type: 'Convolution' convolution_param { \(field) } }") == [])
  }

  @Test func aFieldNamedAfterItsTypePasses() throws {
    #expect(try problems("layer { type: 'CReLU' crelu_param { } }") == [])
    #expect(
      try problems("layer { type: 'ReLU' crelu_param { } }")
        == ["net:1:22: a 'layer' has no field 'crelu_param'; did you mean 'relu_param'? \(Self.proto)"])
  }

  @Test func aForksSchemaMakesItsFieldsKnown() throws {
    let proto = "message LayerParameter { optional bool botom = 900; }"
    let fork = try ForkSchema(parsing: SourceText(path: "fork", bytes: Array(proto.utf8)))
    let schema = try fork.merged(onto: .caffe).schema
    #expect(try problems("layer { type: 'A' botom: true }", schema: schema) == [])
  }

  @Test(arguments: [
    ("pool: AVG", "'pool' has no value 'AVG'; did you mean 'AVE'?"),
    ("pool: max", "'pool' has no value 'max'; did you mean 'MAX'?"),
    ("engine: CUDN", "'engine' has no value 'CUDN'; did you mean 'CUDNN'?"),
  ])
  func misspeltWord(_ field: String, _ sentence: String) throws {
    let offset = field.split(separator: " ")[0].count + 1
    let word = Self.proto.replacing("field", with: "word")
    #expect(
      try problems("layer { type: 'Pooling' pooling_param { \(field) } }")
        == ["net:1:\(41 + offset): \(sentence) \(word)"])
  }

  @Test(arguments: ["pool: AVE_EXC_PAD", "engine: MKL2017", "engine: MKLDNN", "pool: 1"])
  func wordsOfForksPass(_ field: String) throws {
    #expect(try problems("layer { type: 'Pooling' pooling_param { \(field) } }") == [])
  }

  @Test(arguments: [
    ("num_output: two", "expected a whole number for 'num_output', found the word two"),
    ("num_output: 2.5", "expected a whole number for 'num_output', found the number 2.5"),
    ("num_output: -1", "expected a whole number from 0 to 4294967295 for 'num_output', found the number -1"),
    ("bias_term: yes", "expected true or false for 'bias_term', found the word yes"),
    ("bias_filler: 1", "expected a message '{ … }' for 'bias_filler', found the number 1"),
    ("engine: 'CAFFE'", "expected a word for 'engine', found the string 'CAFFE'"),
  ])
  func wrongValue(_ field: String, _ sentence: String) throws {
    let column = 50 + field.prefix { $0 != ":" }.count + 2
    #expect(
      try problems("layer { type: 'Convolution'  convolution_param { \(field) } }")
        == ["net:1:\(column): \(sentence)"])
  }

  @Test(arguments: [
    "num_output: 0x10", "num_output: 017", "bias_term: t", "bias_term: 1", "pad: [1, 2]", "pad: 1 pad: 2",
  ])
  func valuesAsProtobufTakesThem(_ field: String) throws {
    #expect(try problems("layer { type: 'Convolution' convolution_param { \(field) } }") == [])
  }

  @Test func aFieldThatMayStandOnce() throws {
    #expect(
      try problems("layer {\n type: 'Pooling' pooling_param { stride: 1\n stride: 2 } }") == [
        "net:3:2: 'pooling_param' has 'stride' twice, the first in line 2; Caffe accepts the field once, so remove one"
      ])
    #expect(
      try problems("layer { name: 'a' type: 'A'\n name: 'b' }") == [
        "net:2:2: a 'layer' has 'name' twice, the first in line 1; Caffe accepts the field once, so remove one"
      ])
  }

  @Test func mixedSyntaxes() throws {
    #expect(
      try problems("layers { type: \"ReLU\" }") == [
        "net:1:16: the old syntax 'layers' has types without quotes, such as CONVOLUTION; found \"ReLU\"; write 'layer' instead of 'layers' for types in quotes"
      ])
    #expect(
      try problems("layer { type: INNER_PRODUCT }")
        == ["net:1:15: expected a string for 'type', found the word INNER_PRODUCT; write \"InnerProduct\""])
    #expect(
      try problems("layer { type: 'InnerProduct' blobs_lr: 1 }") == [
        "net:1:30: a 'layer' has no field 'blobs_lr'; the old syntax 'layers' has; write 'param { lr_mult: … }'"
      ])
    #expect(
      try problems("layers { type: CONVOLUTOIN }") == [
        "net:1:16: 'type' has no value 'CONVOLUTOIN'; did you mean 'CONVOLUTION'? \(Self.proto.replacing("field", with: "word"))"
      ])
    #expect(try problems("layers { type: PRELU } layers { type: SMOOTH_L1_LOSS }") == [])
  }

  @Test(arguments: [("scale", "Scale"), ("Batch_Norm", "BatchNorm"), ("Convoluton", "Convolution")])
  func misspeltType(_ type: String, _ meant: String) throws {
    #expect(
      try problems("layer { name: 'a' type: '\(type)' }") == [
        "warning: net:1:25: layer 'a' has the unknown type '\(type)', so no rule for '\(meant)' applies to it; did you mean '\(meant)'?"
      ])
  }

  @Test(arguments: [
    "Convolution3D", "CReLU", "ReLU6", "PSROIPooling", "ConvolutionRistretto", "GRN", "VendorScale", "BN",
    "Lstm",
  ])
  func typesOfForksPass(_ type: String) throws {
    #expect(try problems("layer { name: 'a' type: '\(type)' }") == [])
  }

  @Test func twoMakersOfOneBlob() throws {
    let twice = "layer { name: 'a' type: 'Data' top: 'x' } layer { name: 'b' type: 'Data' top: 'x' }"
    #expect(
      try problems(twice) == [
        "warning: net:1:79: layers 'a' and 'b' both make blob 'x'; Caffe rejects the net; rename the blob of one layer"
      ])
    #expect(
      try problems(twice.replacing("top: 'x' } layer", with: "top: 'x' include { phase: TRAIN } } layer"))
        == [])
    #expect(try problems("layer { type: 'Data' top: 'x' } layer { type: 'ReLU' bottom: 'x' top: 'x' }") == [])
  }

  @Test func byteOrderMark() throws {
    #expect(
      try problems("\u{FEFF}layer { type: 'ReLU' }") == [
        "warning: net:1:1: the file begins with a byte-order mark; Caffe and OpenCV cannot read the file; remove the mark with: sed -i '1s/^\\xEF\\xBB\\xBF//' 'net'"
      ])
  }

  @Test(arguments: [
    ("net: 'a/train.prototxt' base_lr: 0.1", ": 'a/train.prototxt'"), ("base_lr: 0.1 max_iter: 7", ""),
  ])
  func aSolver(_ text: String, _ net: String) throws {
    let document = try TextDocument(SourceText(path: "solver", bytes: Array(text.utf8)))
    let error = #expect(throws: NetError.self) { try NetDefinition(document) }
    #expect(
      error?.diagnostic.headline
        == "solver:1:1: this is a solver, not a net definition; give the net that the solver trains\(net)")
  }
}
