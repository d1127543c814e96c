import Testing

@testable import CaffeIO

private func new(_ name: String, _ literal: String) -> NewTextField {
  NewTextField(name: name, value: .literal(literal))
}

private let scaleLayer = NewTextField(
  name: "layer",
  value: .message([
    NewTextField(name: "name", value: .string("s")),
    NewTextField(name: "scale_param", value: .message([new("bias_term", "true")])),
  ]))

@Suite struct TextEditorTests {
  @Test(arguments: [
    // Lines.
    ("a: 1\nb: 2\nc: 3\n", "a: 1\nc: 3\n"), ("b: 2\nc: 3\n", "c: 3\n"), ("a: 1\nb: 2\n", "a: 1\n"),
    ("a: 1\nb: 2", "a: 1\n"), ("b: 2", ""), ("b: 2\n", ""), ("\u{FEFF}b: 2\na: 1\n", "\u{FEFF}a: 1\n"),
    ("a: 1\r\nb {\r\n  x: 1\r\n}\r\nc: 3\r\n", "a: 1\r\nc: 3\r\n"), ("a: 1\rb: 2\rc: 3\r", "a: 1\rc: 3\r"),
    ("m {\n\ta: 1\n\tb: 2\n}\n", "m {\n\ta: 1\n}\n"), ("a: 1\n  b: 2   \nc: 3\n", "a: 1\nc: 3\n"),
    ("m {\n  b: 2\n}\n", "m {\n}\n"),
    // One of two blank lines that would meet.
    ("a: 1\n\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n"), ("a: 1\n\nb: 2\nc: 3\n", "a: 1\n\nc: 3\n"),
    ("a: 1\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n"), ("b: 2\n\nc: 3\n", "c: 3\n"), ("a: 1\n\nb: 2\n", "a: 1\n"),
    ("a: 1\n \nb: 2\n\t\nc: 3\n", "a: 1\n \nc: 3\n"), ("a: 1\r\n\r\nb: 2\r\n\r\nc: 3", "a: 1\r\n\r\nc: 3"),
    ("m {\n  a: 1\n\n  b: 2\n}\n", "m {\n  a: 1\n}\n"), ("m {\n  b: 2\n\n  a: 1\n}\n", "m {\n  a: 1\n}\n"),
    ("a: 1\n\n\nb: 2\n\n\nc: 3\n", "a: 1\n\n\n\nc: 3\n"),
    // Several at once.
    ("a: 1\n\nb: 2\n\nb: 3\n\nc: 4\n", "a: 1\n\nc: 4\n"), ("b: 1 b: 2\nc: 3\n", "c: 3\n"),
    ("b: 1\nb: 2\n", ""), ("a: 1 b: 2 b: 3 c: 4", "a: 1 c: 4"),
    ("b {\n} b {\n}\nc: 1\n", "c: 1\n"), ("m { b: 1 b: 2 }", "m {}"),
    // Comments outside stay.
    ("a: 1\n# about b\nb: 2  # trailing\nc: 3\n", "a: 1\n# about b\n# trailing\nc: 3\n"),
    ("b {\n  x: 1\n} # tail\nc: 3\n", "# tail\nc: 3\n"), ("a: 1 b: 2 # tail\n", "a: 1 # tail\n"),
    ("# head\nb: 2\n# tail", "# head\n# tail"), ("b: 1\n# between\nb: 2\n", "# between\n"),
    ("m {\n  a: 1 # one\n  b: 2 }\n", "m {\n  a: 1 # one\n   }\n"),
    // On a line with others.
    ("a: 1 b: 2 c: 3", "a: 1 c: 3"), ("b: 2 c: 3\n", "c: 3\n"), ("  b: 2 c: 3\n", "  c: 3\n"),
    ("a: 1 b: 2\nc: 3\n", "a: 1\nc: 3\n"), ("a: 1 b: 2 \r\nc: 3\r\n", "a: 1\r\nc: 3\r\n"),
    ("m { b: 2 }", "m {}"), ("m {b: 2}", "m {}"), ("m { a: 1 b: 2 }", "m { a: 1 }"),
    ("m { b: 2 a: 1 }", "m { a: 1 }"), ("m {a: 1 b: 2}", "m {a: 1}"), ("m {b: 2 a: 1}", "m {a: 1}"),
    ("m < b: 2 >", "m <>"), ("m {\n  a: 1\n  b: 2 }\n", "m {\n  a: 1 }\n"), ("m {\n  b: 2 }\n", "m {}\n"),
    ("a { x: 1 } b { x: 2 } c { x: 3 }\n", "a { x: 1 } c { x: 3 }\n"),
    ("a { x: 1 } b {\n  x: 2\n} c { x: 3 }\n", "a { x: 1 } c { x: 3 }\n"),
    ("a {\n  x: 1\n} b {\n  x: 2\n}\nc: 3\n", "a {\n  x: 1\n}\nc: 3\n"),
    // Separators go along.
    ("a: 1,\n\tb: 2,\n\tc: 3", "a: 1,\n\tc: 3"), ("a: 1; b: 2; c: 3", "a: 1; c: 3"),
    ("a: 1,b: 2,c: 3", "a: 1,c: 3"), ("b: 2\n, c: 3\n", "c: 3\n"), ("b: 2 # x\n, c: 3\n", "# x\n c: 3\n"),
    ("a: 1 b{}e5: 3", "a: 1 e5: 3"), ("a: x b: 2;c: 3", "a: x c: 3"), ("a{}b: 2 c: 3", "a{}c: 3"),
    // A list goes with its last element.
    ("a: 1\nb: [1, 2]\nc: 3\n", "a: 1\nc: 3\n"), ("b: [{ x: 1 }] b: 2", ""),
  ])
  func aFieldGoesWithItsLine(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      for field in root.fields {
        if field.isNamed("b") { editor.remove(field) }
        field.message?.all("b").forEach { editor.remove($0) }
      }
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test(arguments: [
    ("d: [1, 2, 3]", [0], "d: [2, 3]"), ("d: [1, 2, 3]", [1], "d: [1, 3]"),
    ("d: [1, 2, 3]", [2], "d: [1, 2]"),
    ("d: [1, 2, 3]", [0, 1], "d: [3]"), ("d: [1, 2, 3]", [1, 2], "d: [1]"),
    ("d: [1, 2, 3]", [0, 2], "d: [2]"),
    ("d: [ 1,2,3 ]", [0], "d: [ 2,3 ]"), ("d: [ 1,2,3 ]", [2], "d: [ 1,2 ]"),
    ("d: [\n  1,\n  2,\n  3\n]", [0], "d: [\n  2,\n  3\n]"),
    ("d: [\n  1,\n  2,\n  3\n]", [2], "d: [\n  1,\n  2\n]"),
    ("d: [\n  1, # one\n  2, # two\n  3 # three\n]", [1], "d: [\n  1, # one\n  # two\n  3 # three\n]"),
    ("d: [\n  1, # one\n  2 # two\n]", [1], "d: [\n  1 # one\n   # two\n]"),
    ("d: [\n  1 # one\n  , 2]", [0], "d: [\n   # one\n   2]"),
    ("d: [{ a: 1 }, { a: 2 }]", [0], "d: [{ a: 2 }]"), ("d: [1, 2] d: 3", [0, 2], "d: [2]"),
    ("d: [1, 2] d: 3", [0, 1], "d: 3"),
  ])
  func anElementGoesWithItsComma(text: String, removed: [Int], expected: String) throws {
    let edited = try edit(text) { editor, root in
      let all = root.all("d")
      for index in removed { editor.remove(all[index]) }
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test(arguments: [
    ("x: \"old\"", "x: \"n\\\"ew\""), ("x: 'old'", "x: 'n\"ew'"), ("x: \"a\" 'b' # c", "x: \"n\\\"ew\" # c"),
    ("x: WORD y: 'z'", "x: 'n\"ew' y: 'z'"), ("x: {} # c", "x: \"n\\\"ew\" # c"),
    ("x: ['a', 'b']", "x: ['a', 'n\"ew']"),
  ])
  func stringsKeepTheirQuotes(text: String, expected: String) throws {
    #expect(try edit(text) { editor, root in editor.set(root.last("x")!, toString: "n\"ew") } == expected)
  }

  @Test(arguments: [
    ("x: 1 # c\n", "longer: 1 # c\n"), ("x{a: 1}", "longer{a: 1}"), ("x { y: 2 }", "longer { y: 3 }"),
    ("x: [{ y: 2 }, {}]", "longer: [{ y: 3 }, {}]"), ("x [{ y: 2 }] x {}", "longer [{ y: 3 }] longer {}"),
  ])
  func aFieldGetsAnotherName(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      for field in root.all("x") {
        editor.rename(field, to: "longer")
        field.message?.all("y").forEach { editor.set($0, toLiteral: "3") }
      }
    }
    #expect(edited == expected)
  }

  @Test func aListWithAnotherNameLosesElements() throws {
    let edited = try edit("x: [{ a: 1 }, { a: 2 }]") { editor, root in
      for field in root.all("x") { editor.rename(field, to: "y") }
      editor.remove(root.all("x")[0])
    }
    #expect(edited == "y: [{ a: 2 }]")
  }

  @Test(arguments: [
    ("x: 1 # c\n", "x: 2.5 # c\n"), ("x:1,y:2", "x:2.5,y:2"), ("x: \"s\"y: 1", "x: 2.5 y: 1"),
    ("x: - 3", "x: 2.5"),
    ("x { y: 1 }", "x: 2.5"), ("x: [1, 2]", "x: [1, 2.5]"), ("x: 1\nx: 1\n", "x: 1\nx: 2.5\n"),
  ])
  func aLiteralTakesThePlaceOfTheOld(text: String, expected: String) throws {
    #expect(try edit(text) { editor, root in editor.set(root.last("x")!, toLiteral: "2.5") } == expected)
  }

  @Test(arguments: [
    ("p { a: 1 }", "p { a: 1 bias_term: true }"), ("p {a: 1}", "p {a: 1 bias_term: true}"),
    ("p { a: 1}", "p { a: 1 bias_term: true}"), ("p < a: 1 >", "p < a: 1 bias_term: true >"),
    ("p {}", "p { bias_term: true }"), ("p { }", "p { bias_term: true }"), ("p{}", "p{ bias_term: true }"),
    ("p <>", "p < bias_term: true >"), ("p: [{}]", "p: [{ bias_term: true }]"),
    ("p { a: 1, b: 2 }", "p { a: 1, b: 2, bias_term: true }"),
    ("p { a: 1; }", "p { a: 1; bias_term: true; }"),
    ("p {\n    a: 1\n}\n", "p {\n    a: 1\n    bias_term: true\n}\n"),
    ("p {\n  a: 1,\n  b: 2\n}", "p {\n  a: 1,\n  b: 2,\n  bias_term: true\n}"),
    ("p {\r\n  a: 1\r\n}\r\n", "p {\r\n  a: 1\r\n  bias_term: true\r\n}\r\n"),
    ("p {\r  a: 1\r}\r", "p {\r  a: 1\r  bias_term: true\r}\r"),
    ("p {\n  a: 1 }\n", "p {\n  a: 1\n  bias_term: true }\n"), ("p {\n}\n", "p {\n  bias_term: true\n}\n"),
    ("p {\n\n}\n", "p {\n  bias_term: true\n\n}\n"),
    ("p {\n  a: 1\n\n}\n", "p {\n  a: 1\n  bias_term: true\n\n}\n"),
    ("p { a: 1\n}\n", "p { a: 1\n  bias_term: true\n}\n"),
    ("p {\n  a: 1 # c\n}", "p {\n  a: 1 # c\n  bias_term: true\n}"),
    ("p { # c\n}", "p { # c\n  bias_term: true\n}"),
    ("p {\n  a: 1\n  # end\n}", "p {\n  a: 1\n  # end\n  bias_term: true\n}"),
    ("l {\n   x: 1\n}\np {\n}\n", "l {\n   x: 1\n}\np {\n   bias_term: true\n}\n"),
  ])
  func anAppendedFieldStandsLikeItsNeighbours(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      editor.append([new("bias_term", "true")], to: root.last("p")!.message!)
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test func appendingInADeepMessageUsesItsIndentation() throws {
    let text = "l {\n\tp {\n\t\ta: 1\n\t}\n}\n"
    let edited = try edit(text) { editor, root in
      let inner = root.last("l")!.message!.last("p")!.message!
      editor.append([new("b", "2")], to: inner)
      editor.append([NewTextField(name: "q", value: .message([new("c", "3")]))], to: inner)
      editor.append([new("d", "4")], to: inner)
    }
    #expect(edited == "l {\n\tp {\n\t\ta: 1\n\t\tb: 2\n\t\tq {\n\t\t\tc: 3\n\t\t}\n\t\td: 4\n\t}\n}\n")
  }

  @Test(arguments: [
    ("", "x: 1\n"), ("\u{FEFF}", "\u{FEFF}x: 1\n"), ("a: 1\n", "a: 1\nx: 1\n"), ("a: 1", "a: 1\nx: 1"),
    ("a: 1\r\n", "a: 1\r\nx: 1\r\n"), ("a: 1 # c", "a: 1 # c\nx: 1"), ("a: 1\n\n\n", "a: 1\nx: 1\n\n\n"),
    ("a: 1,\nb: 2,\n", "a: 1,\nb: 2,\nx: 1,\n"), ("a: 1\rb: 2", "a: 1\rb: 2\rx: 1"),
  ])
  func appendingToTheText(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in editor.append([new("x", "1")], to: root) }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test(arguments: [
    (
      "layer {\n    name: \"a\"\n}\n",
      "layer {\n    name: \"a\"\n}\nlayer {\n    name: \"s\"\n    scale_param {\n        bias_term: true\n    }\n}\n"
    ),
    (
      "a: 1\n\nlayer {\n  name: 'a'\n} # c\n",
      "a: 1\n\nlayer {\n  name: 'a'\n} # c\n\nlayer {\n  name: 's'\n  scale_param {\n    bias_term: true\n  }\n}\n"
    ),
    (
      "layer { name: 'a' } a: 1\n",
      "layer { name: 'a' } layer { name: 's' scale_param { bias_term: true } } a: 1\n"
    ),
  ])
  func aLayerIsInsertedBehindAnother(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in editor.insert([scaleLayer], after: root.last("layer")!) }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test(arguments: [
    ("a: 1\n", "x: 1\na: 1\n"), ("b: 0\n# about a\na: 1\n", "b: 0\nx: 1\n# about a\na: 1\n"),
    ("b: 0\n# apart\n\na: 1\n", "b: 0\n# apart\n\nx: 1\na: 1\n"), ("b: 0 a: 1", "b: 0 x: 1 a: 1"),
    ("m {\n\ta: 1\n}", "m {\n\tx: 1\n\ta: 1\n}"), ("m { a: 1 }", "m { x: 1 a: 1 }"),
    ("b: 0, a: 1,", "b: 0, x: 1, a: 1,"), ("a: [1, 2]\n", "x: 1\na: [1, 2]\n"),
    ("b: 0 # c\na: 1\n", "b: 0 # c\nx: 1\na: 1\n"),
  ])
  func aFieldIsInsertedBefore(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      editor.insert([new("x", "1")], before: root.last("a") ?? root.last("m")!.message!.last("a")!)
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test(arguments: [
    ("a: 1\n", "a: 1\nx: 1\n"), ("a: 1 # c\n", "a: 1 # c\nx: 1\n"), ("a: 1", "a: 1\nx: 1"),
    ("a: 1 b: 2", "a: 1 x: 1 b: 2"),
    ("b: 0 a: 1 # c\n", "b: 0 a: 1 x: 1 # c\n"), ("m { a: 1 }", "m { a: 1 x: 1 }"),
    ("a: 1, b: 2", "a: 1, x: 1, b: 2"),
    ("m {\n\ta: 1\n}", "m {\n\ta: 1\n\tx: 1\n}"), ("a: [1, 2]\n", "a: [1, 2]\nx: 1\n"),
    ("a: 1 # c\n; b: 2", "a: 1 # c\n; x: 1; b: 2"),
  ])
  func aFieldIsInsertedAfter(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      editor.insert([new("x", "1")], after: root.last("a") ?? root.last("m")!.message!.last("a")!)
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test func aLayerIsReplacedInItsOwnStyle() throws {
    let text =
      "# head\nlayer {\n    name: \"b\"\n} # tail\nlayer { name: \"c\" }\nlayer { name: \"d\" } a: 1\n"
    func replaced(_ index: Int, with fields: [NewTextField]) throws -> String {
      try edit(text) { editor, root in editor.replace(root.all("layer")[index], with: fields) }
    }
    let printed = "layer { name: \"s\" scale_param { bias_term: true } }"
    #expect(
      try replaced(0, with: [scaleLayer, scaleLayer])
        == """
        # head
        layer {
            name: "s"
            scale_param {
                bias_term: true
            }
        }
        layer {
            name: "s"
            scale_param {
                bias_term: true
            }
        } # tail
        layer { name: "c" }
        layer { name: "d" } a: 1

        """)
    #expect(
      try replaced(1, with: [scaleLayer, scaleLayer])
        == "# head\nlayer {\n    name: \"b\"\n} # tail\n\(printed)\n\(printed)\nlayer { name: \"d\" } a: 1\n")
    #expect(
      try replaced(2, with: [])
        == "# head\nlayer {\n    name: \"b\"\n} # tail\nlayer { name: \"c\" }\na: 1\n")
  }

  @Test(arguments: [
    ("a: 1, b: 2\n", "x: 1, y: 2, b: 2\n"), ("a: 1\n", "x: 1\ny: 2\n"), ("m { a: 1 }", "m { x: 1 y: 2 }"),
    ("a: [1, 2]\n", "a: [1]\nx: 1\ny: 2\n"), ("a: [3]\n", "x: 1\ny: 2\n"),
    ("  a: 1 # c\n", "  x: 1\n  y: 2 # c\n"),
  ])
  func aFieldIsReplacedBySeveral(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      let field = root.last("a") ?? root.last("m")!.message!.last("a")!
      editor.replace(field, with: [new("x", "1"), new("y", "2")])
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test func everyKindOfValueIsWritten() throws {
    let fields = [
      NewTextField(name: "s", value: .string("a\"b")), new("n", "1e-5"),
      NewTextField(name: "e", value: .message([])),
      NewTextField(name: "v", value: .verbatim("'x' 'y'")),
      NewTextField(name: "w", value: .verbatim("{ a: 1 }")),
      NewTextField(name: "l", value: .verbatim("[1, 2]")),
    ]
    let expected = "a: 1\ns: \"a\\\"b\"\nn: 1e-5\ne {}\nv: 'x' 'y'\nw { a: 1 }\nl: [1, 2]\n"
    #expect(try edit("a: 1\n") { editor, root in editor.append(fields, to: root) } == expected)
  }

  @Test func editsInsideOfWhatGoesAreLostWithIt() throws {
    let edited = try edit("a { b: 1 }\nc { d { e: 1 } }\nf: 2\n") { editor, root in
      let a = root.last("a")!
      editor.append([new("x", "1")], to: a.message!)
      editor.set(a.message!.last("b")!, toLiteral: "3")
      editor.remove(a)
      let d = root.last("c")!.message!.last("d")!
      editor.remove(d.message!.last("e")!)
      editor.replace(d, with: [new("g", "1")])
      editor.set(root.last("f")!, toLiteral: "4")
    }
    #expect(edited == "c { g: 1 }\nf: 4\n")
  }

  @Test func elementsInsideOfWhatGoesAreLostWithIt() throws {
    let edited = try edit("a { b [{}, {}] c: [1, 2] }\nd [{}]\n") { editor, root in
      let a = root.last("a")!
      editor.set(a.message!.first("b")!, toLiteral: "1")
      editor.remove(a.message!.first("c")!)
      editor.insert([new("x", "1")], after: a.message!.last("c")!)
      editor.remove(a)
      editor.set(root.last("d")!, toLiteral: "1")
    }
    #expect(edited == "d: [1]\n")
  }

  @Test(arguments: [
    ("m { a: 1 }", "m { b: 2 }"), ("m {a: 1}", "m { b: 2}"), ("m {\n  a: 1\n}\n", "m {\n  b: 2\n}\n"),
    ("m {\n  a: 1 }\n", "m {\n  b: 2 }\n"), ("m {\n\n  a: 1\n\n}\n", "m {\n\n  b: 2\n}\n"),
    ("m { c: 3, a: 1 }", "m { c: 3, b: 2, }"),
  ])
  func removingTheLastFieldAndAppendingGoTogether(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      let message = root.last("m")!.message!
      editor.remove(message.last("a")!)
      editor.append([new("b", "2")], to: message)
    }
    #expect(edited == expected)
    _ = try parsed(edited)
  }

  @Test func whatIsInsertedBesideARemovedFieldStandsInItsPlace() throws {
    let edited = try edit("a: 1\nb: 2 # c\nd: 3\n") { editor, root in
      let b = root.last("b")!
      editor.remove(b)
      editor.insert([new("x", "1")], before: b)
      editor.insert([new("y", "2")], after: b)
    }
    #expect(edited == "a: 1\nx: 1\ny: 2 # c\nd: 3\n")
  }

  @Test func insertionsAtOnePlaceKeepTheirOrder() throws {
    let edited = try edit("m {\n  a: 1\n}\nb: 2\n") { editor, root in
      let message = root.last("m")!
      editor.append([new("z", "9")], to: message.message!)
      editor.insert([new("y", "8")], after: message.message!.last("a")!)
      editor.insert([new("v", "1")], after: message)
      editor.insert([new("w", "2")], before: root.last("b")!)
      editor.insert([new("u", "3")], after: message)
    }
    #expect(edited == "m {\n  a: 1\n  y: 8\n  z: 9\n}\nv: 1\nu: 3\nw: 2\nb: 2\n")
  }
}
