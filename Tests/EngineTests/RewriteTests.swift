import CaffeIO
import RuleModel
import Rules
import Testing

@testable import Engine

/// What a rule can do to layers, as the text that comes of it.
@Suite struct RewriteTests {
  private let data = "input: \"data\"\n"

  private func rule(_ match: String, _ rewrite: String, _ rest: String = "") -> String {
    """
    schema: 1
    rules:
      - {id: r, summary: S., match: {\(match)}, rewrite: {\(rewrite)}\(rest)}
    """
  }

  private func relu(_ name: String, _ bottom: String, _ top: String) -> String {
    layer(name, "ReLU", bottom, top)
  }

  /// A layer as new ones are written beside layers on one line.
  private func new(_ name: String, _ type: String, _ bottom: String, _ top: String, _ rest: String = "")
    -> String
  {
    let read = bottom.split(separator: " ").map { "bottom: \"\($0)\" " }.joined()
    let made = top.split(separator: " ").map { "top: \"\($0)\"" }.joined(separator: " ")
    return "layer { name: \"\(name)\" type: \"\(type)\" \(read)\(made)\(rest.isEmpty ? "" : " " + rest) }\n"
  }

  @Test func oneLayerBecomesTwo() throws {
    let made = try plan(
      data + relu("a", "data", "a") + layer("v", "Vendor", "a", "v") + relu("b", "v", "b"),
      rules: rule(
        "v: {type: Vendor}",
        "replace: v, with: [{as: first, type: TanH}, {type: Power, power_param: {scale: 2}}]"))
    #expect(
      made.text == data + relu("a", "data", "a") + new("v_first", "TanH", "a", "v_first")
        + new("v", "Power", "v_first", "v", "power_param { scale: 2 }") + relu("b", "v", "b"))
    #expect(made.rewrites[0].added.map { made.graph[$0].name } == ["v_first", "v"])
  }

  @Test func aNetOutputKeepsItsNameWhenALayerInPlaceIsReplaced() throws {
    let made = try plan(
      data + convolution("c", "data", "c") + layer("v", "Vendor", "c", "c"),
      rules: rule("v: {type: Vendor}", "replace: v, with: [{type: TanH}, {type: Sigmoid}]"))
    #expect(
      made.text == data + convolution("c", "data", "c_1") + new("v_tanh", "TanH", "c_1", "v_tanh")
        + new("v", "Sigmoid", "v_tanh", "c"))
  }

  @Test func aLayerGetsAnotherType() throws {
    let made = try plan(
      data + layer("v", "Vendor", "data", "v", "vendor_param { a: 1 }"),
      rules: rule("v: {type: Vendor}", "retype: {v: TanH}"))
    #expect(made.text == data + layer("v", "TanH", "data", "v", "vendor_param { a: 1 }"))
    #expect(made.rewrites.count == 1)
    #expect(made.typesAfter["TanH"] == 1)
    let old = "layers { name: \"v\" type: VENDOR bottom: \"data\" top: \"v\" }\n"
    let kept = try plan(data + old, rules: rule("v: {type: VENDOR}", "retype: {v: Swish}"))
    #expect(kept.rewrites.isEmpty)
    #expect(kept.nearMisses.map(\.reason.code) == ["generation"])
    let renamed = try plan(data + old, rules: rule("v: {type: VENDOR}", "retype: {v: TanH}"))
    #expect(renamed.text == data + old.replacing("VENDOR", with: "TANH"))
  }

  @Test func aLayerInPlaceGetsABlobOfItsOwn() throws {
    let inPlace = rule("r: {type: ReLU, where: 'r.bottoms[0].name == r.tops[0].name'}", "separate: r")
    let made = try plan(
      data + convolution("c", "data", "c") + relu("r", "c", "c") + layer("t", "TanH", "c", "t"),
      rules: inPlace)
    #expect(
      made.text == data + convolution("c", "data", "c") + relu("r", "c", "r") + layer("t", "TanH", "r", "t"))
    // An output keeps its name: what is read before it gets another one.
    let output = try plan(data + convolution("c", "data", "c") + relu("r", "c", "c"), rules: inPlace)
    #expect(output.text == data + convolution("c", "data", "c_1") + relu("r", "c_1", "c"))
    let input = try plan(data + relu("r", "data", "data"), rules: inPlace)
    #expect(input.nearMisses.map(\.reason.code) == ["output-name"])
  }

  @Test func blobsGetOtherNames() throws {
    let made = try plan(
      data + convolution("a/c", "data", "a/c") + relu("r", "a/c", "a/c") + layer("t", "TanH", "a/c", "t"),
      rules: rule(
        "c: {type: Convolution}",
        "rename: {c.tops: \"{replace(name, '/', '.')}\", c: \"{replace(c.name, 'a/', '')}_new\"}",
        ", once: true"))
    #expect(
      made.text == data + convolution("c_new", "data", "a.c") + relu("r", "a.c", "a.c")
        + layer("t", "TanH", "a.c", "t"))
    let taken = try plan(
      data + layer("a", "Vendor", "data", "a") + relu("r", "a", "b"),
      rules: rule("a: {type: Vendor}", "rename: {a.tops: b}"))
    #expect(taken.nearMisses.map(\.reason.code) == ["blob-name"])
  }

  @Test func fieldsOfForksGo() throws {
    let fields = "forward_type: FLOAT16 relu_param { negative_slope: 0.5 fuse: true }"
    let clear = rule("r: {type: ReLU, where: foreign(r) > 0}", "clear_foreign: r")
    let made = try plan(
      data + layer("r", "ReLU", "data", "r", fields)
        + layer("s", "ReLU", "r", "s", "relu_param { vendor: 1 }"),
      rules: clear)
    #expect(
      made.text == data + layer("r", "ReLU", "data", "r", "relu_param { negative_slope: 0.5 }")
        + layer("s", "ReLU", "r", "s", "relu_param { vendor: 1 }"))
    #expect(made.rewrites.count == 1)
  }

  @Test func twoLayersBecomeOneWithTwoTops() throws {
    let made = try plan(
      data + layer("a", "Vendor", "data", "a") + relu("x", "a", "a") + layer("b", "Vendor", "data", "b")
        + relu("y", "b", "y"),
      rules: rule(
        "a: {type: Vendor, name: a, bottom: $x}, b: {type: Vendor, name: b, bottom: $x}",
        "replace: [a, b], with: {type: Pair, bottom: $x, top: [a, b]}"))
    #expect(
      made.text == data + new("a", "Pair", "data", "a b") + relu("x", "a", "a") + relu("y", "b", "y"))
  }

  @Test func aLayerComesBehindAnother() throws {
    let made = try plan(
      data + convolution("c", "data", "c") + relu("a", "c", "a") + layer("b", "TanH", "c", "b"),
      rules: rule(
        "c: {type: Convolution}, a: {type: ReLU, bottom: c}",
        "insert: {after: c, type: Power, name: '{c.name}_half', power_param: {scale: 0.5}}",
        ", allow: other-consumer"))
    #expect(
      made.text == data + convolution("c", "data", "c_1")
        + new("c_half", "Power", "c_1", "c", "power_param { scale: 0.5 }") + relu("a", "c", "a")
        + layer("b", "TanH", "c", "b"))
  }

  @Test func theEarlierNameSurvivesWhereARuleSaysSo() throws {
    let made = try plan(
      data + convolution("c", "data", "c") + relu("a", "c", "a"),
      rules: rule(
        "c: {type: Convolution}, a: {type: ReLU, bottom: c}",
        "insert: {after: c, type: TanH, name: t}, output: first"))
    #expect(
      made.text == data + convolution("c", "data", "c") + new("t", "TanH", "c", "t") + relu("a", "t", "a"))
  }

  @Test func aLayerComesBeforeOneBottom() throws {
    let sum = "layer { name: \"s\" type: \"Eltwise\" bottom: \"a\" bottom: \"%\" top: \"s\" }\n"
    let made = try plan(
      data + relu("a", "data", "a") + sum.replacing("%", with: "data"),
      rules: rule(
        "s: {type: Eltwise, bottom: [$x, $y]}, a: {type: ReLU, bottom: $y}",
        "insert: {before: 's.bottoms[1]', type: TanH, name: t}, rename: {s: sum}"))
    #expect(
      made.text == data + relu("a", "data", "a") + new("t", "TanH", "data", "t")
        + sum.replacing("%", with: "t").replacing("\"s\" type", with: "\"sum\" type"))
  }

  @Test func bottomsChangePlaces() throws {
    func sum(_ first: String, _ second: String) -> String {
      "layer { name: \"s\" type: \"Eltwise\" bottom: \"\(first)\" bottom: \"\(second)\" top: \"s\" }\n"
    }
    let made = try plan(
      data + relu("a", "data", "a") + sum("data", "a"),
      rules: rule(
        "s: {type: Eltwise, bottom: [$x, a]}, a: {type: ReLU, bottom: $x}",
        "bottoms: {s: ['s.bottoms[1]', $x]}"))
    #expect(made.text == data + relu("a", "data", "a") + sum("a", "data"))
  }

  @Test func parametersGoAndEmptyMessagesWithThem() throws {
    let made = try plan(
      data
        + layer(
          "c", "Vendor", "data", "c",
          "param { lr_mult: 1 } param { lr_mult: 2 decay_mult: 0 } include { phase: TEST }"),
      rules: rule(
        "c: {type: Vendor, where: \"has(c, 'param.lr_mult')\"}",
        "clear: [c.param.lr_mult, c.param.decay_mult, c.include]"))
    #expect(made.text == data + "layer { name: \"c\" type: \"Vendor\" bottom: \"data\" top: \"c\" }\n")
  }

  @Test func anElementBeforeOneThatStaysKeepsItsPlace() throws {
    let made = try plan(
      data + layer("c", "Vendor", "data", "c", "param { lr_mult: 1 } param { name: \"w\" lr_mult: 2 }"),
      rules: rule("c: {type: Vendor, where: \"has(c, 'param.lr_mult')\"}", "clear: c.param.lr_mult"))
    #expect(made.text.contains("param { }") || made.text.contains("param {}"))
    #expect(made.text.contains("param { name: \"w\" }"))
  }

  @Test func listsAndMessagesAreSet() throws {
    let made = try plan(
      data + convolution("c", "data", "c", "pad: 2 pad: 2"),
      rules: """
        schema: 1
        rules:
          - id: r
            summary: S.
            match: {c: {type: Convolution, where: "c.convolution_param.pad[0] == 2"}}
            transform:
              - {set: c.convolution_param.pad, to: "[1, c.convolution_param.num_output]"}
              - {set: c.param, to: [{lr_mult: 0}, {lr_mult: 0}]}
            rewrite: {keep: c}
        """)
    #expect(
      made.text == data
        + layer(
          "c", "Convolution", "data", "c",
          "convolution_param { num_output: 2 kernel_size: 1 pad: 1 pad: 2 } param { lr_mult: 0 } param { lr_mult: 0 }"
        ))
  }

  @Test func aLayerLikeAnotherHasItsParametersButThoseGiven() throws {
    let made = try plan(
      data + convolution("c", "data", "c", "pad: 1 bias_term: false") + layer("v", "Vendor", "c", "v"),
      rules: rule(
        "c: {type: Convolution}, v: {type: Vendor, bottom: c}",
        "replace: [c, v], with: {like: c, convolution_param: {num_output: '{c.convolution_param.num_output * 3}'}}"
      ))
    #expect(
      made.text == data
        + new(
          "v", "Convolution", "data", "v",
          "convolution_param { num_output: 6 kernel_size: 1 pad: 1 bias_term: false }"))
  }

  // MARK: - What is refused

  @Test(arguments: [
    ("v: {type: Vendor}", "drop: v", "net-output", "the net output 'v' would be removed"),
    (
      "a: {type: ReLU}, v: {type: Vendor, bottom: a}",
      "replace: v, with: {type: TanH, bottom: 'a.bottoms[0]'}",
      "new-output", "no layer would read 'a' any more, so it would become an output of the net"
    ),
    ("a: {type: ReLU}", "drop: a", "other-consumer", "blob 'a' is also read by Vendor 'v'"),
    (
      "v: {type: Vendor}", "replace: v, with: {type: TanH, name: a}", "layer-name",
      "the net already has a layer 'a'"
    ),
    ("v: {type: Vendor}", "rename: {v: a}", "layer-name", "the net already has a layer 'a'"),
    (
      "v: {type: Vendor}", "replace: v, with: [{type: TanH, top: {name: a}}, {type: ReLU, top: v}]",
      "blob-name",
      "the net already has a blob 'a'"
    ),
    (
      "a: {type: ReLU}, v: {type: Vendor, bottom: a}", "insert: {after: a, type: Eltwise, bottom: [a, v]}",
      "layer-order",
      "Eltwise 'a_eltwise' comes before Vendor 'v', whose result it would read; move it in the net definition"
    ),
    (
      "v: {type: Vendor}", "insert: {after: 'v.tops[2]', type: ReLU}", "top-count",
      "it has 1 top, the rule needs 3"
    ),
  ])
  func isRefused(match: String, rewrite: String, code: String, sentence: String) throws {
    let net = data + relu("a", "data", "a") + layer("v", "Vendor", "a", "v")
    let made = try plan(net, rules: rule(match, rewrite))
    #expect(made.text == net)
    let refusal = try #require(made.nearMisses.first)
    #expect(refusal.reason.code == code)
    #expect(refusal.sentence == sentence)
  }
}

extension String {
  fileprivate func replacing(_ part: String, with other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
