import Diagnostics
import Foundation
import Testing

@testable import CaffeIO

private func schema(_ text: String) throws(SchemaError) -> Schema {
  try Schema(parsing: SourceText(path: "fork.proto", bytes: Array(text.utf8)))
}

@Suite struct SchemaTests {
  // MARK: The built-in schema

  @Test(
    arguments: [
      ("convolution_param.num_output", 1, .uint32, .integer(0)),
      ("convolution_param.bias_term", 2, .bool, .boolean(true)),
      ("convolution_param.group", 5, .uint32, .integer(1)),
      ("convolution_param.axis", 16, .int32, .integer(1)),
      ("convolution_param.engine", 15, .enum("ConvolutionParameter.Engine"), .enumeration("DEFAULT")),
      ("inner_product_param.transpose", 6, .bool, .boolean(false)),
      ("batch_norm_param.eps", 3, .float, .number(1e-5)),
      ("batch_norm_param.use_global_stats", 1, .bool, .boolean(false)),
      ("batch_norm_param.moving_average_fraction", 2, .float, .number(0.999)),
      ("scale_param.num_axes", 2, .int32, .integer(1)), ("scale_param.bias_term", 4, .bool, .boolean(false)),
      ("power_param.power", 1, .float, .number(1)), ("dropout_param.dropout_ratio", 1, .float, .number(0.5)),
      ("pooling_param.pool", 1, .enum("PoolingParameter.PoolMethod"), .enumeration("MAX")),
      ("reduction_param.operation", 1, .enum("ReductionParameter.ReductionOp"), .enumeration("SUM")),
      ("python_param.param_str", 3, .string, .string("")),
      ("window_data_param.crop_mode", 11, .string, .string("warp")),
      ("lrn_param.beta", 3, .float, .number(0.75)), ("reshape_param.num_axes", 3, .int32, .integer(-1)),
      ("exp_param.base", 1, .float, .number(-1)), ("phase", 10, .enum("Phase"), .enumeration("TRAIN")),
      ("name", 1, .string, .string("")), ("norm_param.eps", 4, .float, .number(1e-10)),
    ] as [(String, Int, SchemaField.FieldType, SchemaValue)])
  func fieldsOfLayers(path: String, number: Int, type: SchemaField.FieldType, value: SchemaValue) throws {
    let field = try #require(Schema.caffe.layerField(at: path.split(separator: ".").map(String.init)))
    #expect(field.number == number && field.type == type && field.defaultValue == value && !field.isRepeated)
  }

  @Test func messagesOfNets() throws {
    let blob = try #require(Schema.caffe.message("BlobProto"))
    #expect(blob.field(number: 5)?.name == "data" && blob.field(named: "data")?.isPacked == true)
    #expect(blob.field(named: "data")?.label == .repeated && blob.field(named: "data")?.defaultValue == nil)
    #expect(blob.field(number: 10)?.name == "raw_data_type" && blob.field(number: 12)?.type == .bytes)
    #expect(Schema.caffe.field(at: ["layer"], in: "NetParameter")?.number == 100)
    #expect(Schema.caffe.field(at: ["layers", "layer", "kernelsize"], in: "NetParameter")?.number == 8)
    #expect(Schema.caffe.field(at: ["phase"], in: "NetState")?.defaultValue == .enumeration("TEST"))
    #expect(Schema.caffe.parameterMessage(ofLayerField: "convolution_param")?.name == "ConvolutionParameter")
    #expect(Schema.caffe.parameterMessage(ofLayerField: "name") == nil)
    #expect(Schema.caffe.layerField(at: []) == nil && Schema.caffe.layerField(at: ["name", "x"]) == nil)
  }

  @Test func whatForksDisagreeAboutHasANameButNoNumber() throws {
    let field = try #require(Schema.caffe.layerField(at: ["bn_param"]))
    #expect(field.number == nil && field.type == .message("BNParameter"))
    #expect(Schema.caffe.layerField(at: ["bn_param", "bn_mode"])?.defaultValue == .enumeration("LEARN"))
  }

  @Test(arguments: [("INNER_PRODUCT", "InnerProduct"), ("SOFTMAX_LOSS", "SoftmaxWithLoss"), ("TANH", "TanH")])
  func legacyTypes(old: String, new: String) {
    #expect(LegacyLayerTypes.name(v1Name: old) == new)
    #expect(LegacyLayerTypes.name(v1Name: "FORK") == nil)
  }

  @Test func theBuiltInSchemaIsWellFormedAndQuick() throws {
    let text = CaffeSchemaText.parts.joined(separator: "\n")
    let source = SourceText(path: "caffe.proto", bytes: Array(text.utf8))
    let parsed = try Schema(parsing: source, dialect: SchemaParser.Dialect(isCompact: true), byteLimit: .max)
    #expect(parsed == Schema.caffe && parsed.messages.count > 80)
    for message in parsed.messages.values {
      for field in message.fields {
        if case .message(let name) = field.type { #expect(parsed.messages[name] != nil) }
        if case .enum(let name) = field.type { #expect(parsed.enums[name] != nil) }
      }
    }
  }

  // MARK: Reading

  @Test func aForksFileIsRead() throws {
    let fork = try schema(
      """
      // A fork.
      syntax = "proto2";
      package vendor.net;
      option java_package = "x"; option optimize_for = SPEED; option (my.option) = { a: 1 b { c: "}" } };
      /* block } comment */
      message Gain {
        enum Mode { option allow_alias = true; A = 0; B = 1 [deprecated = true]; C = 0x10; D = -1; }
        optional float alpha = 1 [default = 1.5, deprecated = true, (x.y).z = {a: [1, 2]}];
        optional Mode mode = 2 [default = B];
        required .vendor.net.Gain self = 3; repeated vendor.net.Gain.Mode modes = 4 [packed = true];
        oneof choice { int64 small = 5; string text = 6 [default = 'a\\'b' "c"]; }
        reserved 7, 9 to 11; reserved "old"; extensions 100 to max;
        repeated group Item = 8 { optional Mode mode = 1; }
        map<string, Gain> table = 12; optional double limit = 13 [default = -inf];
        message Inner { message Deep { optional Inner up = 1; optional Mode mode = 2; } };
        optional uint32 message = 14; optional int32 optional = 15 [default = -0x10];
      }
      extend Gain { optional bytes blob = 100; }
      service S { rpc Call (Gain) returns (Gain) { option x = 1; } }
      """)
    let gain = try #require(fork.message("Gain"))
    #expect(
      gain.fields.map(\.name) == [
        "alpha", "mode", "self", "modes", "small", "text", "item", "table", "limit", "message", "optional",
        "[vendor.net.blob]",
      ])
    #expect(gain.field(named: "alpha")?.defaultValue == .number(1.5))
    #expect(gain.field(named: "mode")?.defaultValue == .enumeration("B"))
    #expect(gain.field(named: "self")?.type == .message("Gain") && gain.field(number: 3)?.label == .required)
    #expect(gain.field(number: 4)?.isPacked == true && gain.field(number: 4)?.type == .enum("Gain.Mode"))
    #expect(gain.field(named: "text")?.defaultValue == .string("a'bc"))
    #expect(
      gain.field(named: "item")?.isGroup == true && gain.field(named: "item")?.type == .message("Gain.Item"))
    #expect(fork.message("Gain.Item")?.field(number: 1)?.type == .enum("Gain.Mode"))
    #expect(fork.message("Gain.tableEntry")?.field(named: "value")?.type == .message("Gain"))
    #expect(gain.field(named: "limit")?.defaultValue == .number(-.infinity))
    #expect(gain.field(named: "optional")?.defaultValue == .integer(-16))
    #expect(gain.field(number: 100)?.type == .bytes)
    #expect(fork.message("Gain.Inner.Deep")?.field(number: 1)?.type == .message("Gain.Inner"))
    #expect(fork.enumeration("Gain.Mode")?.values.map(\.number) == [0, 1, 16, -1])
    #expect(
      fork.enumeration("Gain.Mode")?.name(of: 16) == "C"
        && fork.enumeration("Gain.Mode")?.number(of: "D") == -1)
  }

  @Test func typesOfImportedFilesAreMessagesWithoutKnownFields() throws {
    let fork = try schema(
      "import public \"other.proto\"; message A { optional Other b = 1; } extend Other { optional A a = 1; }")
    #expect(fork.message("A")?.field(number: 1)?.type == .message("Other"))
  }

  @Test func mergingLetsTheForkBeRight() throws {
    let ours = try schema(
      "message A { optional int32 x = 1 [default = 4]; optional int32 y = 2; optional int32 z = 3; } enum E { P = 0; Q = 1; }"
    )
    let theirs = try schema(
      "message A { optional float w = 1; optional float y = 2; } message B { optional A a = 1; } enum E { R = 1; S = 2; }"
    )
    let merged = ours.merging(theirs)
    let a = try #require(merged.message("A"))
    #expect(a.field(number: 1)?.name == "w" && a.field(named: "x")?.number == nil)
    #expect(a.field(named: "x")?.defaultValue == .integer(4))
    #expect(a.field(number: 2)?.type == .float && a.field(number: 3)?.name == "z")
    #expect(merged.message("B") != nil)
    #expect(merged.enumeration("E")?.values.map(\.name) == ["R", "S", "P"])
  }

  @Test func everyProtoFileBesideTheRepositoryIsRead() throws {
    for file in SharedFiles.all("models", suffix: ".proto") {
      let source = SourceText(path: file.lastPathComponent, bytes: [UInt8](try Data(contentsOf: file)))
      #expect(try Schema(parsing: source).message("LayerParameter") != nil)
    }
  }

  // MARK: Errors

  @Test(arguments: [
    ("message A { optional int32 x = 1 }", 1, 34, "expected ';', found '}'"),
    (
      "message A {\n  int32 x = 1;\n}", 2, 3,
      "expected 'optional', 'required', 'repeated' or a declaration, found 'int32'"
    ),
    (
      "syntax = \"proto3\";", 1, 10, "the file is proto3, expected proto2, which Caffe's files are written in"
    ),
    ("massage A {}", 1, 1, "expected a message, an enum or another declaration, found 'massage'"),
    ("message {", 1, 9, "expected a message name, found '{'"),
    ("message A {", 1, 12, "expected '}' to close 'A', found the end of the file"),
    ("/* x", 1, 1, "the comment does not end; is a '*/' missing?"),
    (
      "message A { optional int32 x = 0; }", 1, 32,
      "'0' is no number for 'x'; fields have 1 to 536870911, enum values 32 bits"
    ),
    (
      "message A { optional int32 x = 19001; }", 1, 32,
      "'x' has the number 19001, but protobuf keeps 19000 to 19999 for itself"
    ),
    (
      "message A { optional int32 x = 1; optional int32 y = 1; }", 1, 54,
      "'y' has the number 1 in 'A', which 'x' has already"
    ),
    ("message A { optional int32 x = 1; optional int32 x = 2; }", 1, 50, "'x' is declared twice in 'A'"),
    ("message A {} enum A { B = 0; }", 1, 19, "'A' is declared twice in 'the file'"),
    ("enum A { B = 0; B = 1; }", 1, 17, "'B' is declared twice in 'A'"),
    ("enum A { }", 1, 6, "the enum 'A' has no values; it needs at least one"),
    (
      "enum A { B = 99999999999; }", 1, 14,
      "'99999999999' is no number for 'B'; fields have 1 to 536870911, enum values 32 bits"
    ),
    (
      "message Gain {} message A { optional Gian x = 1; }", 1, 38,
      "nothing declares the type 'Gian' of 'x'; did you mean 'Gain'?"
    ),
    ("extend Zed { optional int32 x = 1; }", 1, 8, "nothing declares the type 'Zed' of 'Zed'"),
    (
      "message A { optional bool x = 1 [default = 1]; }", 1, 44,
      "the default of 'x' is 1, expected 'true' or 'false'"
    ),
    (
      "message A { optional uint32 x = 1 [default = -1]; }", 1, 46,
      "the default of 'x' is -1, expected a whole number from 0 to 4294967295"
    ),
    (
      "message A { optional float x = 1 [default = \"1\"]; }", 1, 45,
      "the default of 'x' is \"1\", expected a number"
    ),
    (
      "message A { optional string x = 1 [default = word]; }", 1, 46,
      "the default of 'x' is word, expected a string"
    ),
    (
      "enum E { MAX = 0; } message A { optional E x = 1 [default = MXA]; }", 1, 61,
      "the default of 'x' is 'MXA', which 'E' lacks; did you mean 'MAX'?"
    ),
    (
      "message A { repeated int32 x = 1 [default = 1]; }", 1, 45,
      "'x' cannot have a default; only single values can"
    ),
    ("message A { optional int32 x = 1 [packed = 1]; }", 1, 44, "expected 'true' or 'false', found '1'"),
    ("message A { optional int32 x = 1 [a = {; }", 1, 43, "expected ']', found the end of the file"),
    ("option x = 1", 1, 13, "expected ';' after 'option', found the end of the file"),
    (
      "message A { optional int32 x = 1 [default = 08]; }", 1, 45,
      "'08' is not a number: one with a leading zero is octal; remove the zero if it is decimal"
    ),
    ("option x = \"a", 1, 12, "the string does not end on its line; is a \" missing?"),
    ("message A \u{0}", 1, 11, "expected '{', found the byte 0x00"),
  ])
  func whatIsWrongIsSaidWithItsPlace(text: String, line: Int, column: Int, sentence: String) throws {
    let error = try #require(throws: SchemaError.self) { try schema(text) }
    let place = error.place
    #expect(error.diagnostic.text == "fork.proto:\(line):\(column): error: \(sentence)\n\(place.excerpt)")
  }

  @Test func limitsAreStated() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "message A { ", count: depth) + String(repeating: "}", count: depth)
    }
    _ = try schema(nested(32))
    let deep = try #require(throws: SchemaError.self) { try schema(nested(100_000)) }
    #expect(deep.diagnostic.sentence == "messages nest deeper than 32 levels")
    let group = "message A {" + String(repeating: "optional group G = 1 {", count: 100_000)
    #expect(try #require(throws: SchemaError.self) { try schema(group) }.reason == .tooDeep(limit: 32))
    let open = "option x = " + String(repeating: "{", count: 1_000_000)
    #expect(
      try #require(throws: SchemaError.self) { try schema(open) }.reason
        == .expected("'}'", found: "the end of the file"))
    let large = try #require(throws: SchemaError.self) {
      try Schema(parsing: SourceText(path: "fork.proto", bytes: Array("enum A {}".utf8)), byteLimit: 8)
    }
    #expect(large.diagnostic.text == "fork.proto: error: the file has 9 bytes, the limit is 8")
  }

  @Test func noMutationOfAFileTraps() throws {
    let seed = Array(
      "package p; message A { enum E { X = 0; } optional E e = 1 [default = X]; repeated group G = 2 { } map<int32, A> m = 3; oneof o { string s = 4 [default = \"x\"]; } } extend A { optional p.A b = 9; } // c\n"
        .utf8)
    let alphabet = Array("{}[]<>=;.,\"'\\/*- \nx10\u{0}".utf8)
    var random = SeededGenerator(seed: 7)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = alphabet.randomElement(using: &random)!
        case 1: bytes.remove(at: index)
        default: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
        }
      }
      do throws(SchemaError) {
        _ = try Schema(parsing: SourceText(path: "x", bytes: bytes))
        accepted += 1
      } catch {
        #expect(!error.diagnostic.text.isEmpty)
      }
    }
    #expect(accepted > 1000)
  }
}
