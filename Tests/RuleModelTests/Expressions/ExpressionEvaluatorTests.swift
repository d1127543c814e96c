import Tensors
import Testing

@testable import RuleModel

@Suite struct ExpressionEvaluatorTests {
  @Test(
    arguments: [
      ("1 + 2 * 3 - 4 / 2", .number(5)), ("2 ** 3 ** 0", .number(2)), ("-2 ** 2", .number(-4)),
      ("7 % 3", .number(1)),
      ("-7 % 3", .number(2)), ("1 / 0", .number(.infinity)), ("n == 4 and not (n > 4)", .boolean(true)),
      ("n < 4 or n != 4 or n <= 3 or n >= 5", .boolean(false)), ("word == 'MAX'", .boolean(true)),
      ("word != \"MAX\"", .boolean(false)), ("word in ['AVE', 'MAX']", .boolean(true)),
      ("n not in [1, 2]", .boolean(true)),
      ("yes == true", .boolean(true)), ("[1, 2] == [1, 2]", .boolean(true)),
      ("sizes != [2, 3]", .boolean(false)),
      ("sizes[1]", .number(3)), ("sizes[-1]", .number(3)), ("sizes[0:1]", .list([.number(2)])),
      ("[1, 2] * 2", vector(2, 4)),
      ("n in []", .boolean(false)), ("sizes.count", .number(2)), ("false and 1 / 0 == 2", .boolean(false)),
    ] as [(String, ExpressionValue)])
  func scalars(text: String, value: ExpressionValue) throws { #expect(try evaluate(text) == value) }

  /// 0.1 as fields and blobs hold it.
  private static let tenth = "0.100000001490116119384765625"

  /// A number that is written out is the one that single precision makes of it.
  @Test(
    arguments: [
      ("f == 0.1", .boolean(true)), ("0.1 == f", .boolean(true)), ("f != 0.1", .boolean(false)),
      ("f < 0.1", .boolean(false)), ("f <= 0.1", .boolean(true)), ("f > 0.1", .boolean(false)),
      ("0.1 >= f", .boolean(true)), ("-f == -0.1", .boolean(true)), ("f in [5, 0.1]", .boolean(true)),
      ("f not in [0.1]", .boolean(false)), ("0.1 in [f, 5]", .boolean(true)),
      ("f in [0.1, 2 + 3]", .boolean(true)), ("0.1 not in [5]", .boolean(true)),
      ("[f, 2] == [0.1, 2]", .boolean(true)),
      ("[f] != [0.1]", .boolean(false)), ("[f, 3] == [0.1, 2]", .boolean(false)),
      ("[f, 1] == 0.1", vector(1, 0)), ("[f, 0.05] < 0.1", vector(0, 1)), ("0.1 >= [f, 1]", vector(1, 0)),
      ("0.1 == 0.1", .boolean(true)), ("0.1 + 0.2 == 0.3", .boolean(false)), ("1e-60 == 0", .boolean(false)),
      ("f + 0 == 0.1000001", .boolean(false)), ("0 == 1e-60", .boolean(false)),
    ] as [(String, ExpressionValue)])
  func literals(text: String, value: ExpressionValue) throws {
    #expect(try evaluate(text.replacing("f", with: Self.tenth)) == value)
  }

  static let pathCases: [(String, ExpressionValue)] = [
    ("conv.name", .string("conv1")), ("conv.type", .string("Convolution")), ("conv.phase", .string("TEST")),
    ("conv.blobs.count", .number(2)), ("conv.blobs[0].shape", .sizes([2, 3, 1, 2])),
    ("conv.blobs[0].shape[1]", .number(3)),
    ("conv.blobs[0].count", .number(12)), ("conv.blobs[1]", vector(10, 20)),
    ("conv.blobs[-1]", vector(10, 20)),
    ("conv.blobs[1][0]", .number(10)), ("conv.bottoms[0].shape", .sizes([1, 3, 8, 8])),
    ("conv.bottoms[1].name", .string("other")),
    ("conv.tops.count", .number(1)), ("conv.bottoms[0].shape[1:3]", .list([.number(3), .number(8)])),
    ("conv.convolution_param.group", .number(1)), ("conv.convolution_param.pad[0]", .number(0)),
    ("conv.param[0].lr_mult", .number(2)), ("all(conv.convolution_param.pad == 0)", .boolean(true)),
    ("conv.pooling_param.pool == 'MAX'", .boolean(true)),
    ("attr(gain, 'vendor_param.alpha', 0.5)", .number(0.5)),
    ("attr(conv, 'convolution_param.group', 9)", .number(1)),
    ("has(conv, 'convolution_param.pad')", .boolean(true)),
    ("has(conv, 'convolution_param.group')", .boolean(false)), ("affine(gain).scale", vector(2, 4)),
    ("affine(gain).shift", vector(0.5, 0.25)), ("layers[0].type", .string("Convolution")),
    ("len(layers)", .number(1)),
    ("layers[0].blobs[1]", vector(10, 20)), ("has(conv, 'x') and conv.x.y > 0", .boolean(false)),
  ]

  @Test(arguments: pathCases)
  func paths(text: String, value: ExpressionValue) throws { #expect(try evaluate(text) == value) }

  static let functionCases: [(String, ExpressionValue)] = [
    ("sqrt(9)", .number(3)), ("sqrt([4, 9])", vector(2, 3)), ("rsqrt(4)", .number(0.5)),
    ("abs([-1, 2])", vector(1, 2)),
    ("exp(0)", .number(1)), ("log(1)", .number(0)), ("floor(-1.5)", .number(-2)),
    ("isfinite(1 / 0)", .boolean(false)),
    ("isfinite([1, 2] / [0][0])", vector(0, 0)), ("pow(s, 2)", vector(4, 9)), ("s ** 2", vector(4, 9)),
    ("-s", vector(-2, -3)),
    ("clip([-1, 5], 0, 2)", vector(0, 2)), ("clip(s, low=2.5, high=s * 2)", vector(2.5, 3)),
    ("where(s > 2, s, 0)", vector(0, 3)), ("where(yes, 'a', 'b')", .string("a")),
    ("where(m > 3, rows(s), -1)", matrix([[-1, -1, -1], [3, 3, 3]])),
    ("min(s, 2.5)", vector(2, 2.5)), ("max(s, [5, 1])", vector(5, 3)), ("min(m)", .number(1)),
    ("max(m)", .number(6)),
    ("max(m, axis=0)", vector(4, 5, 6)), ("min(m, axis=1)", vector(1, 4)), ("sum(m)", .number(21)),
    ("sum(m, 0)", vector(5, 7, 9)),
    ("sum(m, axes=[0, 1])", .number(21)), ("sum(m, axis=-1)", vector(6, 15)),
    ("mean(m, axis=1)", vector(2, 5)), ("mean(s)", .number(2.5)),
    ("sum(conv.blobs[0], axes=[1, 2, 3])", vector(21, 57)),
    ("sum(conv.blobs[0], axes=[0, 3])", .tensor(Tensor(shape: [3, 1], values: [18, 26, 34]))),
    ("all(m > 0)", .boolean(true)), ("any(m > 6)", .boolean(false)), ("all(m > 2, axis=1)", vector(0, 1)),
    ("any([])", .boolean(false)),
    ("all(yes)", .boolean(true)), ("sum([])", .number(0)), ("sum(5)", .number(5)),
    ("reshape(s, [2, 1])", matrix([[2], [3]])),
    ("reshape(m, [3, -1])", matrix([[1, 2], [3, 4], [5, 6]])), ("reshape(m, -1)", vector(1, 2, 3, 4, 5, 6)),
    ("transpose(m)", matrix([[1, 4], [2, 5], [3, 6]])),
    ("transpose(m, [0, 1])", matrix([[1, 2, 3], [4, 5, 6]])),
    ("shape(transpose(conv.blobs[0], axes=[1, 0, 3, 2]))", .sizes([3, 2, 2, 1])),
    ("transpose(conv.blobs[0], [3, 1, 2, 0])[1][2][0]", vector(6, 12)),
    ("slice(m, 1, 3, axis=1)", matrix([[2, 3], [5, 6]])), ("slice(s, 0, 1)", vector(2)),
    ("m[1:2]", matrix([[4, 5, 6]])), ("m[-1]", vector(4, 5, 6)),
    ("s[:-1]", vector(2)), ("m[0:0].count", .number(0)), ("flip(s)", vector(3, 2)),
    ("flip(m, axis=1)", matrix([[3, 2, 1], [6, 5, 4]])),
    ("flip(m, axes=[0, 1])", matrix([[6, 5, 4], [3, 2, 1]])), ("concat([s, [9]])", vector(2, 3, 9)),
    ("concat([m, m], axis=0).shape", .sizes([4, 3])),
    ("concat([m, reshape(s, [2, 1])], axis=1)", matrix([[1, 2, 3, 2], [4, 5, 6, 3]])),
    ("zeros(2)", vector(0, 0)), ("ones([1, 2])", matrix([[1, 1]])), ("full([2], 7)", vector(7, 7)),
    ("zeros(conv.blobs[0].shape[0])", vector(0, 0)),
    ("zeros([])", .number(0)), ("matmul(m, transpose(m))", matrix([[14, 32], [32, 77]])),
    ("matmul(s, m)", vector(14, 19, 24)),
    // A stack of matrices, one by one.
    (
      "reshape(matmul(reshape(m, [2, 1, 3]), reshape(conv.blobs[0], [2, 3, 2])), -1)",
      vector(22, 28, 139, 154)
    ),
    ("matmul(reshape(m, [2, 1, 3]), reshape(conv.blobs[0], [2, 3, 2])).shape", .sizes([2, 1, 2])),
    ("pad(s, 1, 2)", vector(0, 2, 3, 0, 0)),
    ("pad(m, [1, 0], [0, 1])", matrix([[0, 0, 0, 0], [1, 2, 3, 0], [4, 5, 6, 0]])),
    ("pad(reshape([], [0, 2]), 1, 1)", matrix([[0, 0, 0, 0], [0, 0, 0, 0]])),
    ("sum(pad(conv.blobs[0], [0, 1, 2, 0], [0, 0, 1, 3]), axes=[0, 3])[2]", vector(0, 0, 26, 0)),
    ("arange(3)", vector(0, 1, 2)), ("arange(0).count", .number(0)),
    ("argsort([5, 3, 4, 3])", vector(1, 3, 2, 0)), ("argsort(s)", vector(0, 1)),
    ("eye(2)", matrix([[1, 0], [0, 1]])), ("eye(0).count", .number(0)),
    ("window(conv).kernel", vector(1, 2)), ("window(conv).stride * window(conv).pad", vector(0, 2)),
    ("all(window(conv).dilation == 1)", .boolean(true)),
    ("matmul(m, [1, 0, 1])", vector(4, 10)), ("matmul(s, s)", .number(13)), ("len(m)", .number(2)),
    ("len('abc')", .number(3)), ("shape(m)", .sizes([2, 3])),
    ("shape(3)", .sizes([])), ("count(m)", .number(6)), ("count([1, 2, 3])", .number(3)),
    ("count(5)", .number(1)),
    ("m * rows(s)", matrix([[2, 4, 6], [12, 15, 18]])),
    ("rows(s) * m", matrix([[2, 4, 6], [12, 15, 18]])),
    ("m + columns([10, 20, 30])", matrix([[11, 22, 33], [14, 25, 36]])),
    ("m * rows(s + 1) * columns([1, 0, 1])", matrix([[3, 0, 9], [16, 0, 24]])),
    ("m * sqrt(rows(s * s) + 0)", matrix([[2, 4, 6], [12, 15, 18]])),
    ("sum(conv.blobs[0] * rows(s), axes=[1, 2, 3])", vector(42, 171)),
    ("sum(conv.blobs[0] * columns([1, 0, 2]), axes=[1, 2, 3])", vector(25, 61)),
    ("m * (rows(s) - rows([1, 1]))", matrix([[1, 2, 3], [8, 10, 12]])),
    ("m * rows(2)", matrix([[2, 4, 6], [8, 10, 12]])), ("m + s[0]", matrix([[3, 4, 5], [6, 7, 8]])),
    ("m + reshape([1, 2], [2, 1])", matrix([[2, 3, 4], [6, 7, 8]])),
    ("conv.blobs[1] * s + [1, 1]", vector(21, 61)), ("m == 2", matrix([[0, 1, 0], [0, 0, 0]])),
    ("present(spare)", .boolean(false)), ("present(spare) and spare.name == 'x'", .boolean(false)),
    ("not present(spare) or spare.blobs.count == 1", .boolean(true)),
    ("where(present(spare), spare.blobs.count, 7)", .number(7)),
    ("place(gain).index", .number(1)), ("place(gain).offset + place(gain).count", .number(5)),
    ("part([1, 2, 3, 4, 5, 6], gain)", vector(3, 4, 5)), ("part(7, gain)", .number(7)),
    ("part([7], gain)", vector(7)), ("conv.bottoms[0].rank", .number(4)),
    ("conv.bottoms[0].channels", .number(3)),
    ("scalar + 1", .number(8)), ("m[scalar - 6]", vector(4, 5, 6)),
    ("replace('a/b/c', '/', '_') == 'a_b_c'", .boolean(true)),
    ("replace(conv.name, 'conv', '') == '1'", .boolean(true)),
    ("statistics(gain).variance", vector(3, 4)), ("statistics(gain).epsilon", .number(0.5)),
    ("statistics(gain).mean + statistics(gain).beta * statistics(gain).gamma", vector(36, 50)),
    ("take(m, [2, 0], axis=1)", matrix([[3, 1], [6, 4]])), ("take(s, -1)", vector(3)),
    ("compress(m, s > 2)", matrix([[4, 5, 6]])), ("sort([3, 1, 2])", vector(1, 2, 3)),
    ("argmax(m)", .number(5)), ("argmax(m, axis=1)", vector(2, 2)), ("prod(m, axis=1)", vector(6, 120)),
    ("cumsum(m)", matrix([[1, 2, 3], [5, 7, 9]])),
    ("cumprod(m, axis=1)", matrix([[1, 2, 6], [4, 20, 120]])),
    ("convolve(m, reshape([1, 2, 3], [3, 1]))", matrix([[14], [32]])),
    ("inverse(2 * eye(2))", matrix([[0.5, 0], [0, 0.5]])), ("svd(2 * eye(2)).s", vector(2, 2)),
    ("matches(conv.name, 'conv?')", .boolean(true)), ("prefix('a/b/c', '/') == 'a'", .boolean(true)),
    ("suffix('a/b/c', '/') == 'c'", .boolean(true)), ("conv.name + '_x' == 'conv1_x'", .boolean(true)),
    ("lookup(statistics(gain), 'epsilon', 7)", .number(0.5)),
    ("lookup(statistics(gain), 'x', 7)", .number(7)),
    ("[l.blobs.count for l in layers]", .list([.number(2)])),
    ("foreign(conv)", .number(2)), ("foreign(gain) > 2", .boolean(true)),
  ]

  @Test(arguments: functionCases)
  func functions(text: String, value: ExpressionValue) throws { #expect(try evaluate(text) == value) }

  @Test(arguments: ExpressionFunction.all)
  func everyFunctionHasAValueToCompareWith(function: ExpressionFunction) {
    let tried = (Self.pathCases + Self.functionCases).map(\.0)
    #expect(tried.contains { $0.contains("\(function.name)(") })
  }

  @Test func notANumberStays() throws {
    for text in [
      "sqrt(-1)", "0 / 0", "min(0 / 0, 1)", "max(1, 0 / 0)", "min([1, 0 / 0, 2])", "max([1, 0 / 0])", "5 % 0",
    ] {
      guard case .number(let value) = try evaluate(text) else {
        Issue.record("'\(text)' is a number")
        continue
      }
      #expect(value.isNaN, "\(text)")
    }
  }

  @Test func wantedKindsAreConverted() throws {
    let evaluator = ExpressionEvaluator(SmallNet())
    #expect(try evaluator.boolean(of: Expression(parsing: "n > 3")))
    #expect(try evaluator.tensor(of: Expression(parsing: "[1, n]")) == Tensor([1, 4]))
    #expect(try evaluator.tensor(of: Expression(parsing: "n")) == Tensor(shape: [], values: [4]))
    #expect(throws: ExpressionError(.wrongResult(expected: .boolean, found: .number(.known(4))), at: 0..<1)) {
      try evaluator.boolean(of: Expression(parsing: "n"))
    }
  }

  @Test func blobsAreReadOnlyWhenTheirNumbersCount() throws {
    let limits = ExpressionLimits(totalElements: 3, elementsPerBlobElement: 0)
    #expect(try evaluate("conv.blobs[0].shape[0] * conv.blobs[0].count", limits: limits) == .number(24))
    #expect(throws: ExpressionError(.tooManyElementsInAll(limit: 3), at: 4..<17)) {
      try evaluate("sum(conv.blobs[0])", limits: limits)
    }
  }
}
