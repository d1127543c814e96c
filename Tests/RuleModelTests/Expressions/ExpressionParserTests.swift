import Testing

@testable import RuleModel

extension Expression {
  /// The tree with every node in brackets.
  var tree: String {
    switch form {
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .boolean(let value): "\(value)"
    case .string(let text): "'\(text)'"
    case .name(let name): name
    case .list(let items): "[" + items.map(\.tree).joined(separator: " ") + "]"
    case .comprehension(let item, let name, let list, let condition):
      "(for \(name.text) \(list.tree) \(item.tree)\(condition.map { " " + $0.tree } ?? ""))"
    case .negation(let operand): "(- \(operand.tree))"
    case .not(let operand): "(not \(operand.tree))"
    case .binary(let operation, let left, let right):
      "(\(operation.kind.rawValue) \(left.tree) \(right.tree))"
    case .membership(let item, let list, let negated):
      "(\(negated ? "not-in" : "in") \(item.tree) \(list.tree))"
    case .member(let base, let name): "(. \(base.tree) \(name.text))"
    case .index(let base, let index): "(at \(base.tree) \(index.tree))"
    case .slice(let base, let from, let to): "(slice \(base.tree) \(from?.tree ?? "_") \(to?.tree ?? "_"))"
    case .call(let name, let arguments):
      "(\(name.text)"
        + arguments.map { " " + ($0.keyword.map { "\($0.text)=" } ?? "") + $0.value.tree }.joined() + ")"
    }
  }
}

@Suite struct ExpressionParserTests {
  @Test(arguments: [
    ("1", "1"), ("1.5", "1.5"), (".5", "0.5"), ("1e-5", "1e-05"), ("2E3", "2000"), ("'a'", "'a'"),
    ("\"a'b\"", "'a'b'"),
    (#"'it\'s'"#, "'it's'"), (#""a\\b""#, #"'a\b'"#), ("true", "true"), ("false", "false"), ("conv", "conv"),
    ("a or b or c", "(or (or a b) c)"), ("a || b && c", "(or a (and b c))"),
    ("a and b or c", "(or (and a b) c)"),
    ("not a and b", "(and (not a) b)"), ("!a || b", "(or (not a) b)"), ("not a == b", "(not (== a b))"),
    ("[a + 1 for a in b]", "(for a b (+ a 1))"), ("[a for a in [1, 2] if a > 1]", "(for a [1 2] a (> a 1))"),
    ("not not a", "(not (not a))"), ("a == b and c != d", "(and (== a b) (!= c d))"),
    ("a < b or c <= d", "(or (< a b) (<= c d))"), ("a > b", "(> a b)"), ("a >= b + 1", "(>= a (+ b 1))"),
    ("a in ['x', 'y']", "(in a ['x' 'y'])"), ("a not in b", "(not-in a b)"),
    ("a in b and c", "(and (in a b) c)"),
    ("a - b - c", "(- (- a b) c)"), ("a - b + c", "(+ (- a b) c)"), ("a / b * c", "(* (/ a b) c)"),
    ("a + b * c", "(+ a (* b c))"), ("(a + b) * c", "(* (+ a b) c)"), ("a % b", "(% a b)"),
    ("-a * b", "(* (- a) b)"),
    ("-a ** b", "(- (** a b))"), ("a ** -b", "(** a (- b))"), ("a ** b ** c", "(** a (** b c))"),
    ("- -a", "(- (- a))"),
    ("a ** b * c", "(* (** a b) c)"), ("a * b ** c", "(* a (** b c))"), ("a - -b", "(- a (- b))"),
    ("f()", "(f)"), ("f(x, y, axis=0)", "(f x y axis=0)"), ("f(x == y)", "(f (== x y))"),
    ("f(a = b == c)", "(f a=(== b c))"),
    ("a.b.c", "(. (. a b) c)"), ("a[0]", "(at a 0)"), ("a[-1].b[i]", "(at (. (at a (- 1)) b) i)"),
    ("a[1:2]", "(slice a 1 2)"),
    ("a[:2]", "(slice a _ 2)"), ("a[1:]", "(slice a 1 _)"), ("a[:]", "(slice a _ _)"), ("[]", "[]"),
    ("[1, [a]]", "[1 [a]]"),
    ("[1, 2][0]", "(at [1 2] 0)"), ("f(x)[0].y", "(. (at (f x) 0) y)"), ("p.in.not", "(. (. p in) not)"),
    ("a<b", "(< a b)"), ("a\n  + b", "(+ a b)"), ("((((a))))", "a"), ("-2 ** 2", "(- (** 2 2))"),
    ("inn + order", "(+ inn order)"),
  ])
  func grammar(text: String, tree: String) throws { #expect(try Expression(parsing: text).tree == tree) }

  @Test func nodesKnowTheirBytes() throws {
    let text = "é: rows(a.b[1:2]) * 2"
    let expression = try Expression(parsing: String(text.dropFirst(3)))
    let bytes = Array(text.dropFirst(3).utf8)
    func source(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    #expect(source(expression.range) == "rows(a.b[1:2]) * 2")
    guard case .binary(let operation, let left, let right) = expression.form,
      case .call(let name, let arguments) = left.form
    else {
      Issue.record("expected a product")
      return
    }
    #expect(
      source(operation.range) == "*" && source(right.range) == "2" && source(left.range) == "rows(a.b[1:2])")
    #expect(source(name.range) == "rows" && source(arguments[0].value.range) == "a.b[1:2]")
  }

  @Test func referencesAreNamesNotFunctionsOrMembers() throws {
    let expression = try Expression(parsing: "rows(s) * conv.blobs[i].shape[0] + clip(t, low=x, high=[y][0])")
    #expect(expression.references.map(\.text) == ["s", "conv", "i", "t", "x", "y"])
  }

  @Test(arguments: [
    ("conv", true), ("_1", true), ("a1", true), ("1a", false), ("", false), ("in", false), ("a-b", false),
    ("é", false),
  ])
  func names(word: String, isName: Bool) { #expect(Expression.isName(word) == isName) }
}
