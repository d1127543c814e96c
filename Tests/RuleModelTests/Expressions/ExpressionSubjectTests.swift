import Testing

@testable import RuleModel

@Suite struct ExpressionSubjectTests {
  @Test(
    arguments: [
      ("not attr(drop, 'dropout_param.scale_train', true)", "drop"),
      ("layer.batch_norm_param.eps", "layer"),
      ("max(layer.batch_norm_param.eps, 1e-5)", "layer"),
      ("has(a, 'pooling_param.pad') and a.pooling_param.pad == 0", "a"),
      ("a.type == 'ReLU'", "a"),
      ("1 - attr(layer, 'dropout_param.dropout_ratio', 0.5)", "layer"),
      // What more than one layer's parameters decide.
      ("a.power_param.power == b.power_param.power", nil),
      ("layer.blobs[0].count == 1", nil),
      ("layer.name == 'x'", nil),
      ("layer.bottoms[0].name == 'x'", nil),
      ("attr(layer, 'name') == 'x'", nil),
      ("attr(layer, 'power_param.scale', other)", nil),
      ("affine(layer).scale", nil),
      ("1 == 1", nil),
    ] as [(String, String?)])
  func subject(text: String, expected: String?) throws {
    #expect(try Expression(parsing: text).subject() == expected)
  }

  @Test(
    arguments: [
      ("a.power_param.scale > least", "a"),
      ("attr(a, 'power_param.scale', least) == least", "a"),
      ("least[0] + a.power_param.shift > 0", "a"),
      ("least > 0", nil),
      ("a.power_param.scale > other", nil),
    ] as [(String, String?)])
  func aParameterIsTheSameForAllLayers(text: String, expected: String?) throws {
    #expect(try Expression(parsing: text).subject(constants: ["least"]) == expected)
  }

  @Test(arguments: [
    ("layer.blobs[4].count == 1 and has(layer, 'batch_norm_param.scale_bias')", true),
    ("layer.scale_param.axis", true),
    ("layer.name == 'x'", false),
    ("layer.tops.count == 1", false),
  ])
  func parametersAndBlobs(text: String, expected: Bool) throws {
    #expect(try Expression(parsing: text).readsParametersAndBlobsOnly == expected)
  }
}
