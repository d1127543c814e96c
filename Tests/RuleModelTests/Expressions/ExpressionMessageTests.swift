import Diagnostics
import Testing
import YAML

@testable import RuleModel

@Suite struct ExpressionMessageTests {
  private static let members =
    "'name', 'shape', 'rank', 'channels', 'is_input', 'is_only_input' or 'is_output'"

  private func yaml(_ text: String) throws -> YAMLNode {
    try YAMLDocument(SourceText(path: "f.yaml", bytes: Array(text.utf8))).root
  }

  /// A rule file whose third line holds `text` in quotes, and the node of that text.
  private func ruleFile(_ text: String) throws -> YAMLNode {
    let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let root = try yaml("# é\nlet:\n  s: \"\(quoted)\"\n")
    return try #require(root.mapping?.first?.value.mapping?.first?.value)
  }

  /// The complete message expected when the caret stands under the byte `column` (from 0) of the text.
  private func expected(_ text: String, _ column: Int, _ sentence: String) -> String {
    let line = "  s: \"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    // Quotes and backslashes take two columns in the file.
    let extra = text.prefix(column).count { $0 == "\"" || $0 == "\\" }
    let caret = 6 + column + extra
    return "f.yaml:3:\(caret + 1): error: \(sentence)\n  \(line)\n  \(String(repeating: " ", count: caret))^"
  }

  /// The message that checking `text` ends with, placed in the rule file.
  private func checked(_ text: String, expecting type: ExpressionType = .dynamic) throws -> String {
    let node = try ruleFile(text)
    do {
      let expression = try Expression(parsing: text)
      try ExpressionChecker(SmallNet()).check(expression, expecting: type)
      return "no error"
    } catch {
      return error.located(in: node).diagnostic.text
    }
  }

  @Test(arguments: [
    ("", 0, "expected an expression, found nothing"), ("  ", 0, "expected an expression, found nothing"),
    ("1 +", 3, "expected a value, found the end of the expression"),
    ("1 + )", 4, "expected a value, found ')'"),
    ("(1", 2, "expected ')', found the end of the expression"),
    ("s s", 2, "expected an operator or the end of the expression, found 's'"),
    ("s 3", 2, "expected an operator or the end of the expression, found a number"),
    ("s 'x'", 2, "expected an operator or the end of the expression, found a string"),
    ("conv.", 5, "expected a name behind '.', found the end of the expression"),
    ("conv.3", 4, "expected an operator or the end of the expression, found a number"),
    ("s[", 2, "expected a value, found the end of the expression"), ("s[]", 2, "expected a value, found ']'"),
    ("s[1", 3, "expected ']', found the end of the expression"),
    ("[1, 2", 5, "expected ']', found the end of the expression"),
    ("sqrt(s", 6, "expected ')', found the end of the expression"),
    ("n = 4", 2, "'=' does not compare; write '=='"),
    ("1 < n < 5", 6, "comparisons do not chain; write 'a < b and b < c'"),
    ("n == 1 in [2]", 7, "comparisons do not chain; write 'a < b and b < c'"),
    ("conv.blobs(0)", 10, "only functions can be called by '('"),
    ("n ^ 2", 2, "'^' is not an operator; write '**' for a power"),
    ("yes & yes", 4, "'&' is not an operator; write 'and'"),
    ("yes | yes", 4, "'|' is not an operator; write 'or'"),
    ("yes ? 1 : 2", 4, "'?' is not an operator; write where(condition, x, y)"),
    ("n + é", 4, "unexpected character 'é'"), ("n + $", 4, "unexpected character '$'"),
    ("3x", 0, "'3x' is not a number"), ("1e", 0, "'1e' is not a number"),
    ("1e999", 0, "the number 1e999 is too large"), ("word == 'MAX", 8, "the quote is not closed"),
    ("'a\\n'", 2, #"unknown escape in a string; only '\\', '\'' and '\"' are known"#),
    ("sum(axis=0, s)", 12, "an argument without a name cannot follow one with a name"),
    ("+n", 0, "expected a value, found '+'"),
    ("n and", 5, "expected a value, found the end of the expression"),
  ])
  func reading(text: String, column: Int, sentence: String) throws {
    #expect(try checked(text) == expected(text, column, sentence))
  }

  @Test(arguments: [
    ("gian.blobs[0]", 0, "capture 'gian' is not bound by this pattern; did you mean 'gain'?"),
    ("s * con.name", 4, "capture 'con' is not bound by this pattern; did you mean 'conv'?"),
    ("affine(bn).scale", 7, "capture 'bn' is not bound by this pattern"),
    ("sizs[0]", 0, "name 'sizs' is not defined; did you mean 'sizes'?"),
    ("nothing", 0, "name 'nothing' is not defined"),
    (
      "word == AVE", 8,
      "name 'AVE' is not defined; the name of an enum value has quotes of its own: \"'AVE'\""
    ),
    ("sqrt", 0, "name 'sqrt' is not defined; write sqrt(x) to call the function"),
    ("sqroot(n)", 0, "function 'sqroot' does not exist; did you mean 'sqrt'?"),
    ("conv(1)", 0, "function 'conv' does not exist"),
    ("sqrt(1, 2)", 8, "'sqrt' takes 1 argument, found 2; write sqrt(x)"),
    ("clip(s, 0)", 0, "'clip' needs 'high'; write clip(x, low, high)"),
    ("sqrt()", 0, "'sqrt' needs 'x'; write sqrt(x)"),
    ("sum(s, dim=0)", 7, "'sum' has no argument 'dim'; write sum(x, axis=…)"),
    ("sum(s, 0, axes=0)", 10, "argument 'axes' of 'sum' is given twice"),
    ("min(s, 1, axis=0)", 7, "'min' takes a second operand or an axis, not both"),
    ("'a' + s", 4, "cannot add a string and a tensor [2]"),
    ("s - yes", 2, "cannot subtract a boolean from a tensor [2]"),
    ("conv * 2", 5, "cannot multiply a layer by a number"),
    ("sizes + sizes", 6, "cannot add a list of numbers and a list of numbers"),
    ("word / 2", 5, "cannot divide a string by a number"),
    ("word ** 2", 5, "cannot raise a string to a number"),
    ("word % 2", 5, "cannot take the remainder of a string by a number"),
    ("word == 1", 5, "cannot compare a string with a number"),
    ("word < 'b'", 5, "cannot compare a string with a string"),
    ("-word", 1, "cannot negate a string"), ("not n", 4, "expected true or false, found a number"),
    ("yes and s > 0", 8, "expected true or false, found a tensor [2]; write all(…) or any(…)"),
    ("n in 4", 5, "'in' expects a list on its right, found a number"),
    ("conv.blobs", 0, "'blobs' stands for several; write 'blobs[0]' or 'blobs.count'"),
    ("len(conv.bottoms)", 4, "'bottoms' stands for several; write 'bottoms[0]' or 'bottoms.count'"),
    (
      "conv.bottoms[0]", 0,
      "a value of the net cannot be used here; ask for its \(Self.members)"
    ),
    ("conv.blobs[0].shap", 14, "a tensor [2, 3, 1, 2] has no 'shap'; did you mean 'shape'?"),
    ("conv.blobs.shape", 11, "a list has no 'shape'; expected 'count'"),
    ("affine(gain).scal", 13, "a record has no 'scal'; did you mean 'scale'?"),
    ("n.x", 2, "a number has no 'x'"), ("word[0]", 0, "a string has no items"),
    ("n[0]", 0, "a number has no items"),
    ("s['a']", 2, "expected a whole number, found a string"),
    ("s[0.5]", 2, "expected a whole number, found 0.5"), ("s[2]", 2, "index 2 is out of range for 2 items"),
    ("sizes[-3]", 6, "index -3 is out of range for 2 items"),
    ("m[0:3]", 0, "slice 0:3 is out of range for 2 items"),
    ("slice(m, 2, 1)", 0, "slice 2:1 is out of range for 2 items"),
    (
      "conv.convolution_param.kernal_size", 23,
      "field 'convolution_param.kernal_size' does not exist; did you mean 'kernel_size'?"
    ),
    (
      "attr(conv, 'convolution_param.kernal_size')", 11,
      "field 'convolution_param.kernal_size' does not exist; did you mean 'kernel_size'?"
    ),
    ("attr(conv, 'a..b', 1)", 11, "'a..b' is not a path of fields; write 'convolution_param.group'"),
    ("attr(s, 'a', 1)", 5, "'attr' expects a layer for 'layer', found a tensor [2]"),
    ("attr(conv, 3, 1)", 11, "'attr' expects a string for 'path', found a number"),
    ("sqrt('x')", 5, "'sqrt' expects a number or tensor for 'x', found a string"),
    ("zeros('x')", 6, "'zeros' expects a number or a list of whole numbers for 'shape', found a string"),
    ("zeros(-1)", 6, "a shape needs whole numbers of at least 0, found -1"),
    ("full(2, s)", 8, "'full' expects a number for 'value', found a tensor [2]"),
    ("sum(s, axis=1)", 12, "axis 1 does not exist in a tensor of 1 axis"),
    ("sum(m, axis='x')", 12, "'sum' expects an axis or a list of axes for 'axis', found a string"),
    ("sum(m, axes=[0, -2])", 12, "axis -2 is given twice"),
    ("transpose(m, [0])", 13, "expected 2 axes, found 1"),
    ("reshape(m, [4, -1])", 11, "cannot reshape [2, 3] to [4, -1]"),
    ("reshape(m, [5])", 11, "cannot reshape [2, 3] to [5]"),
    ("concat(s)", 7, "'concat' expects a list of tensors for 'tensors', found a tensor [2]"),
    ("concat([s, m])", 11, "cannot concatenate tensors of 1 and 2 axes"),
    (
      "concat([m, transpose(m)], axis=1)", 11,
      "cannot concatenate [2, 3] and [3, 2] along axis 1; all other sizes must agree"
    ), ("matmul(m, m)", 0, "shapes [2, 3] and [2, 3] do not fit together"),
    (
      "matmul(m, conv.blobs[0])", 0,
      "'matmul' multiplies matrices and vectors, or two stacks of matrices with as many axes; found 2 and 4 axes"
    ),
    (
      "matmul(reshape(m, [1, 2, 3]), reshape(m, [2, 3, 1]))", 0,
      "shapes [1, 2, 3] and [2, 3, 1] do not fit together"
    ),
    ("pad(m, m, 0)", 7, "'pad' expects an axis or a list of axes for 'low', found a tensor [2, 3]"),
    ("pad(7, 1, 1)", 4, "'pad' expects a tensor for 'x', found a number"),
    ("eye(-1)", 4, "a shape needs whole numbers of at least 0, found -1"),
    ("eye(s)", 4, "'eye' expects a number for 'n', found a tensor [2]"),
    (
      "window(conv).padding", 13,
      "a record has no 'padding'; expected 'dilation', 'kernel', 'pad' or 'stride'"
    ),
    ("window(s)", 7, "'window' expects a layer for 'layer', found a tensor [2]"),
    ("m * s", 2, "shapes [2, 3] and [2] do not fit together"),
    ("s + [1, 2, 3]", 2, "shapes [2] and [3] do not fit together"),
    ("conv.blobs[0] * rows([1, 2, 3])", 14, "shapes [2, 3, 1, 2] and [3, 1, 1, 1] do not fit together"),
    ("rows(s)", 0, "'rows' cannot stand alone; combine it with a tensor by an operator"),
    ("[columns(s)]", 1, "'columns' cannot stand alone; combine it with a tensor by an operator"),
    ("rows(s) * columns(s)", 8, "rows and columns cannot be combined; combine each with the tensor in turn"),
    ("rows(m)", 5, "'rows' expects a tensor of 1 axis, found 2; 'reshape(x, [-1])' makes one axis of all"),
    ("s * columns(s)", 2, "'columns' needs a tensor of at least 2 axes, found 1"),
    ("where('a', 1, 2)", 6, "'where' expects a comparison for 'condition', found a string"),
    (
      "spare.name", 0,
      "'spare' may be absent here; ask first, as in 'present(spare) and …' or where(present(spare), …, …)"
    ),
    (
      "present(spare) or spare.name == 'x'", 18,
      "'spare' may be absent here; ask first, as in 'present(spare) and …' or where(present(spare), …, …)"
    ),
    (
      "where(present(spare), 1, spare.blobs.count)", 25,
      "'spare' may be absent here; ask first, as in 'present(spare) and …' or where(present(spare), …, …)"
    ),
    (
      "present(third) and second.blobs.count > 0 or first.blobs.count > 0", 45,
      "'first' may be absent here; ask first, as in 'present(first) and …' or where(present(first), …, …)"
    ),
    ("present(conv)", 8, "'conv' is always present; remove 'present'"),
    ("present(conv.name)", 8, "'present' expects the name of a capture for 'layer', found a string"),
    (
      "present(several)", 8,
      "'several' stands for several layers here; write 'several[0]' or 'several.count'"
    ),
    ("several.name", 8, "'several' stands for several layers here; write 'several[0]' or 'several.count'"),
    (
      "affine(several).scale", 7,
      "'several' stands for several layers here; write 'several[0]' or 'several.count'"
    ),
    (
      "place(conv).index", 6,
      "'conv' has no place among the bottoms of a layer; only captures under 'every' have one"
    ),
    (
      "part(s, conv)", 8,
      "'conv' has no place among the bottoms of a layer; only captures under 'every' have one"
    ),
    (
      "part(m, gain)", 5,
      "'part' expects a tensor of 1 axis, found 2; 'reshape(x, [-1])' makes one axis of all"
    ),
    ("conv.bottoms[0].depth", 16, "a record has no 'depth'; expected \(Self.members)"),
    ("len(n)", 4, "'len' expects a tensor or list for 'x', found a number"),
    ("all('x')", 4, "'all' expects a comparison for 'x', found a string"),
  ])
  func checking(text: String, column: Int, sentence: String) throws {
    #expect(try checked(text) == expected(text, column, sentence))
  }

  @Test(arguments: [
    "present(third) and second.blobs.count == 1", "not (not present(spare) or spare.blobs.count == 1)",
    "where(present(first), first.blobs.count, third.blobs.count + second.blobs.count)",
    "(present(spare) and present(first)) and (spare.blobs.count == first.blobs.count)",
    "not present(first) and second.blobs.count == 1", "several[0].name", "several.count", "len(several)",
  ])
  func whatIsKnownToBeThereCanBeAsked(text: String) throws {
    #expect(try checked(text) == "no error")
  }

  @Test(
    arguments: [
      ("s > 0", .boolean, "expected a boolean, found a tensor [2]; write all(…) or any(…)"),
      ("n", .string, "expected a string, found a number"),
      ("m", .tensor(.rank(1)), "expected a tensor [?], found a tensor [2, 3]"),
      ("conv", .tensor(.unknown), "expected a tensor, found a layer"),
      ("word", .number(), "expected a number, found a string"),
    ] as [(String, ExpressionType, String)])
  func results(text: String, type: ExpressionType, sentence: String) throws {
    #expect(try checked(text, expecting: type) == expected(text, 0, sentence))
  }

  /// What can be seen only when there is a net.
  @Test(arguments: [
    ("conv.blobs[2]", 11, "layer 'conv1' has 2 blobs, there is no blob 2"),
    ("gain.tops[1].name", 10, "layer 'gain1' has 1 top, there is no top 1"),
    ("conv.bottoms[1].rank", 16, "the shape of bottom 1 of layer 'conv1' is not known"),
    ("conv.bottoms[1].channels", 16, "the channels are not known"),
    (
      "part(s, gain)", 5, "'part' takes from 6 numbers, one for each channel of all bottoms together, found 2"
    ),
    ("conv.bottoms[1].shape", 16, "the shape of bottom 1 of layer 'conv1' is not known"),
    (
      "gain.vendor_param.alpha", 0,
      "layer 'gain1' has no 'vendor_param.alpha'; write attr(gain, 'vendor_param.alpha', …) with a default"
    ),
    ("attr(gain, 'x')", 0, "layer 'gain1' has no 'x'; write attr(gain, 'x', …) with a default"),
    ("affine(conv).scale", 0, "layer 'conv1' is not affine per channel"),
    ("conv.broken + 1", 0, "the definition cannot be read"),
    ("m * s", 2, "shapes [2, 3] and [2] do not fit together"),
    ("s[n]", 2, "index 4 is out of range for 2 items"),
    ("s[n / 8]", 2, "expected a whole number, found 0.5"),
    ("m[0:n]", 0, "slice 0:4 is out of range for 2 items"),
    ("zeros(0 - n)", 6, "a shape needs whole numbers of at least 0, found -4"),
    ("zeros(n / 8)", 6, "a shape needs whole numbers of at least 0, found 0.5"),
    (
      "zeros([1000000, 1000000, 1000000, 1000000])", 0,
      "the result has more than 134217728 elements, the limit for one tensor"
    ),
    (
      "zeros([0, 9000000000000000000])", 0,
      "the result has more than 134217728 elements, the limit for one tensor"
    ),
    ("reshape(m, [n, -1])", 11, "cannot reshape [2, 3] to [4, -1]"),
    ("conv.pooling_param.pool + 1", 24, "cannot add a string and a number"),
    ("conv.pooling_param.pool == 1", 24, "cannot compare a string with a number"),
    ("not conv.convolution_param.pad", 4, "expected true or false, found a list of numbers"),
    (
      "rows(m) * m", 5, "'rows' expects a tensor of 1 axis, found 2; 'reshape(x, [-1])' makes one axis of all"
    ),
    ("m * rows([1, 2, 3])", 2, "shapes [2, 3] and [3, 1] do not fit together"),
    ("s * columns(s)", 2, "'columns' needs a tensor of at least 2 axes, found 1"),
    ("mean([])", 0, "'mean' needs at least one element; the tensor has none"),
    ("min(m[0:0])", 0, "'min' needs at least one element; the tensor has none"),
    ("conv.param[0].decay", 14, "a record has no 'decay'; expected 'lr_mult'"),
    ("sum(s, axis=n)", 12, "axis 4 does not exist in a tensor of 1 axis"),
  ])
  func evaluating(text: String, column: Int, sentence: String) throws {
    let node = try ruleFile(text)
    let expression = try Expression(parsing: text)
    try ExpressionChecker(SmallNet(knowsShapes: false)).check(expression)
    let error = try #require(throws: ExpressionError.self) {
      try ExpressionEvaluator(SmallNet()).value(of: expression)
    }
    #expect(error.located(in: node).diagnostic.text == expected(text, column, sentence))
  }

  @Test(arguments: [
    ("s: |\n  n +\n    gma * 2\n", "f.yaml:3:5: error: name 'gma' is not defined\n      gma * 2\n      ^"),
    (
      "s: 'word == ''x'' + gma'",
      "f.yaml:1:21: error: name 'gma' is not defined\n  s: 'word == ''x'' + gma'\n                      ^"
    ),
    ("s: >\n  n\n  + gma\n", "f.yaml:3:5: error: name 'gma' is not defined\n    + gma\n      ^"),
    ("s: n *\n  gma", "f.yaml:2:3: error: name 'gma' is not defined\n    gma\n    ^"),
    (
      "s: \"n\\x20+ gma\"",
      "f.yaml:1:4: error: name 'gma' is not defined\n  s: \"n\\x20+ gma\"\n     ^\nnote: in this text, at 'gma'"
    ),
    (
      "s: |\n  n +\n",
      "f.yaml:2:6: error: expected a value, found the end of the expression\n    n +\n       ^"
    ),
  ])
  func placesInOtherStyles(text: String, message: String) throws {
    let node = try #require(try yaml(text).mapping?.first?.value)
    let error = try #require(throws: ExpressionError.self) {
      try ExpressionChecker(ExpressionNames(["n": .number(), "word": .string])).check(
        Expression(parsing: node.string ?? ""))
    }
    #expect(error.located(in: node).diagnostic.text == message)
  }

  @Test func partOfATextKeepsItsPlace() throws {
    let node = try #require(try yaml("name: '{gma.name}_x'").mapping?.first?.value)
    let error = try #require(throws: ExpressionError.self) {
      try ExpressionChecker(ExpressionNames()).check(Expression(parsing: "gma.name"))
    }
    #expect(
      error.located(in: node, textOffset: 1).diagnostic.text
        == "f.yaml:1:9: error: capture 'gma' is not bound by this pattern\n  name: '{gma.name}_x'\n          ^"
    )
  }

  @Test(arguments: [
    (String(repeating: "(", count: 5000), 128), (String(repeating: "-", count: 5000) + "1", 128),
    (String(repeating: "!", count: 5000), 128),
    (String(repeating: "[", count: 5000), 128), ("s" + String(repeating: "[0]", count: 5000), 0),
    ("1" + String(repeating: "+1", count: 5000), 0),
    ("1" + String(repeating: "**1", count: 5000), 384), (String(repeating: "abs(", count: 5000), 512),
    ("c" + String(repeating: ".c", count: 5000), 0),
  ])
  func deepNestingIsRefused(text: String, offset: Int) throws {
    let error = try #require(throws: ExpressionError.self) { try Expression(parsing: text) }
    #expect(error.kind == .tooDeep(limit: 128) && error.range.lowerBound == offset)
    #expect(error.sentence == "the expression nests more than 128 deep; split it with 'let'")
  }

  @Test func lengthAndProductsAreLimited() throws {
    let long = try #require(throws: ExpressionError.self) {
      try Expression(parsing: String(repeating: "1", count: 70_000))
    }
    #expect(long.sentence == "the expression has 70000 bytes, at most 65536 are read")
    let joined = try #require(throws: ExpressionError.self) {
      try evaluate("concat([zeros(60), zeros(60)])", limits: ExpressionLimits(elements: 100))
    }
    #expect(joined.sentence == "the result has more than 100 elements, the limit for one tensor")
    let summed = try #require(throws: ExpressionError.self) {
      try evaluate("zeros(60) + zeros(60)", limits: ExpressionLimits(totalElements: 150))
    }
    #expect(
      summed.sentence
        == "the expressions for one match hold more than 150 elements in memory, the limit for this match")
    let costly = try #require(throws: ExpressionError.self) {
      try evaluate("matmul(ones([10, 10]), ones([10, 10]))", limits: ExpressionLimits(multiplications: 999))
    }
    #expect(
      costly.sentence == "the product takes more than 999 multiplications, the limit for one 'matmul'"
        && costly.range.lowerBound == 0)
  }
}
