import CaffeIO
import Definitions
import Diagnostics
import RuleModel
import Rules
import Testing

@testable import Engine

/// What rules say of layers' fields is held against the schema when a rule file is read.
@Suite struct SchemaFieldsTests {
  private static let fork = """
    message LayerParameter { optional GainParameter gain_param = 1000; }
    message GainParameter {
      enum Mode { PLAIN = 0; SQUARED = 1; }
      optional float alpha = 1 [default = 1];
      optional Mode mode = 2 [default = PLAIN];
      repeated uint32 taps = 3;
    }
    """

  private static func fields(_ proto: String? = nil) throws -> SchemaFields {
    guard let proto else { return SchemaFields(.caffe) }
    let fork = try ForkSchema(parsing: SourceText(path: "fork.proto", bytes: Array(proto.utf8)))
    return SchemaFields(try fork.merged(onto: .caffe).schema, isComplete: true)
  }

  private func check(_ text: String, _ proto: String? = nil) throws -> (errors: String, notes: String) {
    let (file, errors) = RuleFile.check(
      SourceText(path: "r.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes, fields: try Self.fields(proto))
    return (
      errors.map(\.diagnostic.text).joined(separator: "\n"), file.notes.map(\.text).joined(separator: "\n")
    )
  }

  private func rule(where condition: String, transform: String = "") -> String {
    """
    schema: 1
    rules:
      - id: a
        summary: S.
        match:
          conv: {type: Convolution}
          g: {type: Gain, bottom: conv, where: "\(condition)"}
        rewrite: {remove: g}
    \(transform)
    """
  }

  // MARK: Conditions

  @Test(arguments: [
    (
      "conv.convolution_param.num_ouput == 1", 46,
      "field 'convolution_param.num_ouput' does not exist; did you mean 'num_output'?"
    ),
    (
      "conv.convolution_param.kernel_size.width == 1", 46 + 12,
      "field 'convolution_param.kernel_size.width' does not exist"
    ),
    (
      "attr(conv, 'convolution_param.groups') == 1", 34,
      "field 'convolution_param.groups' does not exist; did you mean 'group'?"
    ),
    ("conv.convolution_param.bias_term == 'yes'", 56, "cannot compare a boolean with a string"),
    ("conv.convolution_param.bias_term + 1 == 2", 56, "cannot add a boolean and a number"),
    ("conv.convolution_param.group", 23, "expected a boolean, found a number"),
    ("conv.convolution_param == 3", 46, "cannot compare a record with a number"),
    ("conv.pooling_param.pool == 1", 47, "cannot compare a word with a number"),
    (
      "conv.pooling_param.pool == 'MXA'", 50,
      "'MXA' is not a value of 'PoolingParameter.PoolMethod'; its values are 'MAX', 'AVE' and 'STOCHASTIC'; did you mean 'MAX'?"
    ),
    (
      "'LARGEST' != conv.pooling_param.pool", 23,
      "'LARGEST' is not a value of 'PoolingParameter.PoolMethod'; its values are 'MAX', 'AVE' and 'STOCHASTIC'"
    ),
    (
      "conv.pooling_param.pool in ['MAX', 'AVG']", 58,
      "'AVG' is not a value of 'PoolingParameter.PoolMethod'; its values are 'MAX', 'AVE' and 'STOCHASTIC'; did you mean 'AVE'?"
    ),
  ])
  func conditionsAreHeldAgainstTheSchema(condition: String, column: Int, sentence: String) throws {
    let (errors, _) = try check(rule(where: condition))
    let line = "      g: {type: Gain, bottom: conv, where: \"\(condition)\"}"
    let place = SourcePlace(path: "r.yaml", line: 7, column: column + 22, lineText: line)
    #expect(errors == Diagnostic(.error, at: .text(place), sentence).text)
  }

  @Test(arguments: [
    "all(conv.convolution_param.kernel_size == 1) and conv.convolution_param.pad.count == 0",
    "conv.convolution_param.kernel_size[0] == 1",
    "conv.pooling_param.pool == 'MAX' or conv.pooling_param.pool in ['AVE']",
    "conv.convolution_param.weight_filler.type == 'xavier'",
    "where(conv.convolution_param.bias_term, conv.pooling_param.pool, 'none') == 'none'",
    "conv.param.lr_mult == 1",
  ])
  func whatTheSchemaKnowsIsAccepted(condition: String) throws {
    let (errors, notes) = try check(rule(where: condition))
    #expect(errors == "" && notes == "")
  }

  // MARK: Types

  @Test func aMisspeltTypeIsNoted() throws {
    let text = rule(where: "true").replacing("type: Convolution", with: "type: [Convolutoin, ReLU6, ScaleX]")
    let (errors, notes) = try check(text)
    #expect(errors == "")
    #expect(notes.hasPrefix("r.yaml:"))
    #expect(
      notes.contains("note: Caffe has no layer type 'Convolutoin'; did you mean 'Convolution'?\n"))
    #expect(notes.split(separator: "\n").count == 3)
  }

  @Test func aForksOwnTypeIsKnownByItsMessage() throws {
    let proto = """
      message LayerParameter { optional ConvolutoinParameter convolutoin_param = 1000; }
      message ConvolutoinParameter { optional float alpha = 1; }
      """
    let (errors, notes) = try check(
      rule(where: "true").replacing("type: Convolution", with: "type: Convolutoin"), proto)
    #expect(errors == "" && notes == "")
  }

  // MARK: Fields of forks

  @Test func aFieldThatOnlyAForkCanHaveIsNoted() throws {
    let (errors, notes) = try check(
      rule(
        where: "g.gain_param.alpha == 1 and g.gain_param.beta == 2 and attr(g, 'gain_param.alpha', 1) == 1"))
    #expect(errors == "")
    #expect(
      notes == """
        r.yaml:7:47: note: Caffe has no field 'gain_param', so it cannot be checked; give your fork's caffe.proto by --proto to have it checked
                g: {type: Gain, bottom: conv, where: "g.gain_param.alpha == 1 and g.gain_param.beta == 2 and a…
                                                        ^
        """)
  }

  @Test func aMisspeltParameterMessageIsNotedWithWhatWasMeant() throws {
    let (errors, notes) = try check(rule(where: "attr(conv, 'convoluton_param.group', 1) == 1"))
    #expect(errors == "")
    #expect(
      notes == """
        r.yaml:7:56: note: Caffe has no field 'convoluton_param', so it cannot be checked; did you mean 'convolution_param'?
                g: {type: Gain, bottom: conv, where: "attr(conv, 'convoluton_param.group', 1) == 1"}
                                                                 ^
        """)
  }

  /// Short names, and a slip in the ending that all parameter messages share.
  @Test(arguments: [
    ("conv_param", "convolution_param"), ("pool_param", "pooling_param"), ("ip_param", "inner_product_param"),
    ("convolution_prm", "convolution_param"),
  ])
  func aShortParameterMessageIsNotedWithWhatWasMeant(found: String, meant: String) throws {
    let (errors, notes) = try check(rule(where: "conv.\(found).group == 1"))
    #expect(errors == "")
    #expect(
      notes == """
        r.yaml:7:50: note: Caffe has no field '\(found)', so it cannot be checked; did you mean '\(meant)'?
                g: {type: Gain, bottom: conv, where: "conv.\(found).group == 1"}
                                                           ^
        """)
  }

  @Test func aDefaultMakesAnUnknownFieldANote() throws {
    let (errors, notes) = try check(rule(where: "attr(conv, 'convolution_param.groups', 1) == 1"))
    #expect(errors == "")
    #expect(
      notes == """
        r.yaml:7:56: note: field 'convolution_param.groups' does not exist; did you mean 'group'?
                g: {type: Gain, bottom: conv, where: "attr(conv, 'convolution_param.groups', 1) == 1"}
                                                                 ^
        """)
  }

  @Test func withTheForksFileItsFieldsAreCheckedToo() throws {
    let good = try check(
      rule(
        where: "g.gain_param.alpha == 1 and g.gain_param.mode == 'SQUARED' and len(g.gain_param.taps) == 2"),
      Self.fork)
    #expect(good.errors == "" && good.notes == "")
    let (errors, _) = try check(rule(where: "g.gain_parm.alpha == 1"), Self.fork)
    #expect(
      errors == """
        r.yaml:7:47: error: field 'gain_parm' does not exist; did you mean 'gain_param'?
                g: {type: Gain, bottom: conv, where: "g.gain_parm.alpha == 1"}
                                                        ^
        """)
    let (word, _) = try check(rule(where: "g.gain_param.mode == 'SQARED'"), Self.fork)
    #expect(
      word == """
        r.yaml:7:66: error: 'SQARED' is not a value of 'GainParameter.Mode'; its values are 'PLAIN' and 'SQUARED'; did you mean 'SQUARED'?
                g: {type: Gain, bottom: conv, where: "g.gain_param.mode == 'SQARED'"}
                                                                           ^
        """)
  }

  // MARK: Assignments

  @Test(arguments: [
    (
      "conv.convolution_param.bias_trem", "true", 38,
      "field 'convolution_param.bias_trem' does not exist; did you mean 'bias_term'?"
    ),
    ("conv.convolution_param.bias_term", "1", 54, "expected a boolean, found a number"),
    (
      "conv.convolution_param.engine", "'CUDN'", 51,
      "'CUDN' is not a value of 'ConvolutionParameter.Engine'; its values are 'DEFAULT', 'CAFFE', 'CUDNN', 'MKL2017' and 'MKLDNN'; did you mean 'CUDNN'?"
    ),
    (
      "conv.convolution_param", "1", 15,
      "'conv.convolution_param' is a message; set its fields one by one, as in 'conv.convolution_param.some_field'"
    ),
    ("conv.convolution_param.kernel_size", "'three'", 56, "expected a number, found a string"),
  ])
  func assignmentsAreHeldAgainstTheSchema(
    target: String, value: String, column: Int, sentence: String
  ) throws {
    let line = "      - {set: \(target), to: \"\(value)\"}"
    let (errors, _) = try check(rule(where: "true", transform: "    transform:\n\(line)"))
    let place = SourcePlace(path: "r.yaml", line: 10, column: column, lineText: line)
    #expect(errors == Diagnostic(.error, at: .text(place), sentence).text)
  }

  // MARK: Built-in rules

  /// They are not checked against the schema at every start, so they are here.
  @Test(arguments: BuiltinRuleFiles.sources.map(\.path))
  func builtInRulesNameFieldsThatExist(path: String) throws {
    let source = try #require(BuiltinRuleFiles.sources.first { $0.path == path })
    let (_, errors) = RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, operators: OperatorForm.all,
      isBuiltin: true, fields: SchemaFields(.caffe))
    #expect(errors.map(\.diagnostic.text) == [])
  }
}
