import Diagnostics
import Testing

@testable import CaffeIO

/// Forks' own `caffe.proto` files: what they add, rename and contradict.
@Suite struct ForkSchemaTests {
  private func fork(_ text: String) throws(SchemaError) -> ForkSchema {
    try ForkSchema(parsing: SourceText(path: "fork.proto", bytes: Array(text.utf8)))
  }

  private func merged(_ text: String) throws -> Schema { try fork(text).merged(onto: .caffe).schema }

  private func error(_ text: String) -> String? {
    do throws(SchemaError) {
      _ = try fork(text).merged(onto: .caffe)
      return nil
    } catch {
      return error.diagnostic.text
    }
  }

  // MARK: What a fork adds

  @Test func aPartOfTheFileIsEnough() throws {
    let schema = try merged(
      """
      message LayerParameter { optional GainParameter gain_param = 1000; }
      message GainParameter {
        enum Mode { PLAIN = 0; SQUARED = 1; }
        optional float alpha = 1 [default = 0.5];
        optional Mode mode = 2 [default = SQUARED];
      }
      """)
    #expect(schema.layerDefault(at: ["gain_param", "alpha"]) == .number(0.5))
    #expect(schema.layerDefault(at: ["gain_param", "mode"]) == .string("SQUARED"))
    #expect(schema.layerField(at: ["gain_param"])?.number == 1000)
    #expect(schema.layerDefault(at: ["convolution_param", "group"]) == .number(1))
  }

  @Test func aFieldOfAMessageOfCaffesIsAddedToIt() throws {
    let schema = try merged(
      "message LayerParameter {} message ConvolutionParameter { optional bool swap = 900 [default = true]; }")
    #expect(schema.layerDefault(at: ["convolution_param", "swap"]) == .boolean(true))
    #expect(schema.layerField(at: ["convolution_param", "num_output"])?.number == 1)
  }

  @Test func typesOfTheImportedFileAreFound() throws {
    let schema = try merged(
      """
      package vendor;
      import "caffe.proto";
      message LayerParameter { optional GainParameter gain_param = 1000; }
      message GainParameter {
        optional caffe.FillerParameter filler = 1;
        optional caffe.Phase only_in = 2;
        optional FillerParameter other_filler = 3;
      }
      """)
    #expect(schema.layerDefault(at: ["gain_param", "filler", "type"]) == .string("constant"))
    #expect(schema.layerDefault(at: ["gain_param", "other_filler", "std"]) == .number(1))
    #expect(schema.layerField(at: ["gain_param", "only_in"])?.type == .enum("Phase"))
    #expect(schema.layerDefault(at: ["gain_param", "only_in"]) == .string("TRAIN"))
  }

  @Test func theMessageOfALayerMayHaveAnotherName() throws {
    let schema = try merged(
      """
      package vendor;
      message NetParameter { repeated OperatorParameter layer = 100; }
      message OperatorParameter {
        optional string name = 1;
        optional ConvParameter convolution_param = 106;
        optional GainParameter gain_param = 147;
      }
      message ConvParameter { optional uint32 group = 5 [default = 2]; }
      message GainParameter { optional float alpha = 1; }
      """)
    #expect(schema.layerMessage == "OperatorParameter")
    #expect(schema.layerDefault(at: ["gain_param", "alpha"]) == .number(0))
    // The fork's own convolution, and what Caffe's layer has besides.
    #expect(schema.layerDefault(at: ["convolution_param", "group"]) == .number(2))
    #expect(schema.layerField(at: ["convolution_param", "num_output"]) == nil)
    #expect(schema.layerDefault(at: ["pooling_param", "stride"]) == .number(1))
  }

  @Test func severalFilesAddUp() throws {
    let first = try merged("message LayerParameter { optional float a = 1000; }")
    let second = try fork("message LayerParameter { optional float b = 1001; }").merged(onto: first).schema
    #expect(second.layerField(at: ["a"])?.number == 1000 && second.layerField(at: ["b"])?.number == 1001)
  }

  // MARK: What it contradicts

  @Test(arguments: [
    (
      "message LayerParameter {\n  optional GainParameter gain_param = 106;\n}\nmessage GainParameter {}",
      """
      fork.proto:2:26: warning: 'gain_param' of 'LayerParameter' has the number 106, elsewhere that of 'convolution_param'; this file is followed
          optional GainParameter gain_param = 106;
                                 ^
      """
    ),
    (
      "message LayerParameter {}\nmessage ConvolutionParameter { optional uint32 group = 77; }",
      """
      fork.proto:2:48: warning: 'group' of 'ConvolutionParameter' has the number 77 here and 5 elsewhere; this file is followed
        message ConvolutionParameter { optional uint32 group = 77; }
                                                       ^
      """
    ),
    (
      "message LayerParameter {}\nmessage PoolingParameter { repeated uint32 kernel_size = 2; }",
      """
      fork.proto:2:44: warning: 'kernel_size' of 'PoolingParameter' is 'repeated uint32' here and 'uint32' elsewhere; this file is followed
        message PoolingParameter { repeated uint32 kernel_size = 2; }
                                                   ^
      """
    ),
  ])
  func disagreementsAreReported(text: String, message: String) throws {
    let conflicts = try fork(text).merged(onto: .caffe).conflicts
    #expect(conflicts.map(\.diagnostic.text) == [message])
  }

  @Test func caffesOwnFieldsContradictNothing() throws {
    let conflicts = try fork(
      "message LayerParameter { optional string name = 1; optional ConvolutionParameter convolution_param = 106; } message ConvolutionParameter { optional uint32 num_output = 1; }"
    ).merged(onto: .caffe).conflicts
    #expect(conflicts == [])
  }

  @Test func whatTheReaderFindsByNumberCannotMove() {
    #expect(
      error("message LayerParameter {\n  repeated BlobProto blobs = 9;\n}\nmessage BlobProto {}") == """
        fork.proto:2:22: error: 'blobs' of 'LayerParameter' has the number 9, expected 7: weights are read by that number, in every fork known
            repeated BlobProto blobs = 9;
                               ^
        """)
    #expect(
      error("message LayerParameter {\n  optional float gain = 7;\n}") == """
        fork.proto:2:18: error: 'gain' of 'LayerParameter' has the number 7, by which 'blobs' is read; use another one
            optional float gain = 7;
                           ^
        """)
  }

  // MARK: Errors

  @Test func aFileWithoutLayersIsRefused() {
    #expect(
      error("message GainParameter { optional float alpha = 1; }") == """
        fork.proto: error: the file declares no 'LayerParameter', so no layer could have its fields; the part that a fork adds is enough: 'message LayerParameter { optional MyParameter my_param = 1000; }'
        """)
  }

  @Test func aMistakeHasItsPlace() {
    #expect(
      error(
        "message LayerParameter {\n  optional GainParameter gain_param = 1000;\n}\nmessage GianParameter {}")
          == """
          fork.proto:2:12: error: nothing declares the type 'GainParameter' of 'gain_param'; did you mean 'GianParameter'?
              optional GainParameter gain_param = 1000;
                       ^
          """)
  }
}
