extension Expression {
  /// Parses `text`: `'a + b * c'` becomes `a + (b * c)`.
  package init(parsing text: String, limits: ExpressionLimits = ExpressionLimits()) throws(ExpressionError) {
    let length = text.utf8.count
    guard length <= limits.length else {
      throw ExpressionError(.tooLong(length: length, limit: limits.length), at: 0..<length)
    }
    var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(text), limits: limits)
    self = try parser.parse()
  }
}

/// A parser by precedence; the grammar stands at `Expression`.
private struct ExpressionParser {
  private typealias Form = Expression.Form

  let tokens: [ExpressionToken]
  let limits: ExpressionLimits
  private var position = 0
  private var nesting = 0

  init(tokens: [ExpressionToken], limits: ExpressionLimits) {
    self.tokens = tokens
    self.limits = limits
  }

  private var token: ExpressionToken { tokens[position] }
  /// Where the last token read ends.
  private var lastEnd: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }

  mutating func parse() throws(ExpressionError) -> Expression {
    if token.kind == .end { throw ExpressionError(.empty, at: token.range) }
    let expression = try binary(atLeast: 0)
    guard token.kind == .end else { throw unexpected(.operator) }
    return expression
  }

  private func unexpected(_ expected: ExpressionExpectedToken) -> ExpressionError {
    if token.kind == .symbol("=") { return ExpressionError(.assignment, at: token.range) }
    if expected == .operator, let word = foreignOperator {
      return ExpressionError(.foreignOperator(word), at: token.range)
    }
    let star = ExpressionToken.Kind.symbol("*")
    if expected == .value, token.kind == star || position > 0 && tokens[position - 1].kind == star {
      return ExpressionError(.unquotedGlob(found: token.description), at: token.range)
    }
    return ExpressionError(.unexpectedToken(expected: expected, found: token.description), at: token.range)
  }

  /// The present word where it is an operator of other languages.
  private var foreignOperator: String? {
    switch token.kind {
    case .name(let word) where ExpressionError.operatorRemedies[word] != nil: word
    case .keyword(.if): ExpressionKeyword.if.rawValue
    default: nil
    }
  }

  private mutating func advance() { position = min(position + 1, tokens.count - 1) }

  private mutating func accept(_ symbol: String) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  private mutating func expect(_ symbol: String) throws(ExpressionError) {
    if !accept(symbol) { throw unexpected(.symbol(symbol)) }
  }

  private func made(_ form: Expression.Form, from start: Int) throws(ExpressionError) -> Expression {
    let expression = Expression(form, range: start..<max(start, lastEnd))
    guard expression.depth <= limits.depth else {
      throw ExpressionError(.tooDeep(limit: limits.depth), at: expression.range)
    }
    return expression
  }

  /// Parses operands joined by operators that bind at least as tightly as `minimum`.
  private mutating func binary(atLeast minimum: Int) throws(ExpressionError) -> Expression {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= limits.depth else {
      throw ExpressionError(.tooDeep(limit: limits.depth), at: token.range)
    }
    let start = token.range.lowerBound
    var left = try prefix()
    var compared = false
    while true {
      let range = token.range
      if let negated = membership, BinaryOperator.comparisonPrecedence >= minimum {
        if compared { throw ExpressionError(.chainedComparison, at: range) }
        compared = true
        advance()
        if negated { advance() }
        let list = try binary(atLeast: BinaryOperator.comparisonPrecedence + 1)
        left = try made(.membership(left, in: list, isNegated: negated), from: start)
        continue
      }
      guard let kind = binaryOperator, kind.precedence >= minimum else { return left }
      if kind.isComparison {
        if compared { throw ExpressionError(.chainedComparison, at: range) }
        compared = true
      } else if kind.precedence < BinaryOperator.comparisonPrecedence {
        compared = false
      }
      advance()
      if kind == .divide, token.kind == .symbol("/") {
        throw ExpressionError(.foreignOperator("//"), at: range.lowerBound..<token.range.upperBound)
      }
      // The power is right-associative and takes a negation as exponent.
      let right = try binary(atLeast: kind == .power ? kind.precedence : kind.precedence + 1)
      left = try made(.binary(Expression.Operation(kind: kind, range: range), left, right), from: start)
    }
  }

  private var binaryOperator: BinaryOperator? {
    switch token.kind {
    case .keyword(.or): .or
    case .keyword(.and): .and
    case .symbol(let symbol): BinaryOperator(rawValue: symbol)
    default: nil
    }
  }

  /// Whether `in` (false) or `not in` (true) comes next.
  private var membership: Bool? {
    if token.kind == .keyword(.in) { return false }
    let isNotIn = token.kind == .keyword(.not) && tokens[position + 1].kind == .keyword(.in)
    return isNotIn ? true : nil
  }

  private mutating func prefix() throws(ExpressionError) -> Expression {
    let start = token.range.lowerBound
    if token.kind == .keyword(.not) {
      advance()
      let operand = try binary(atLeast: BinaryOperator.notPrecedence)
      return try made(.not(operand), from: start)
    }
    if accept("-") {
      let operand = try binary(atLeast: BinaryOperator.negationPrecedence)
      return try made(.negation(operand), from: start)
    }
    return try postfix()
  }

  private mutating func postfix() throws(ExpressionError) -> Expression {
    let start = token.range.lowerBound
    var base = try primary()
    while true {
      if accept(".") {
        let range = token.range
        // Field names may be words of this language: `param.in`.
        let text: String
        switch token.kind {
        case .name(let name): text = name
        case .keyword(let keyword): text = keyword.rawValue
        default: throw unexpected(.memberName)
        }
        advance()
        base = try made(.member(base, Expression.Identifier(text: text, range: range)), from: start)
      } else if accept("[") {
        base = try subscripted(base, from: start)
      } else if token.kind == .symbol("(") {
        throw ExpressionError(.notCallable, at: token.range)
      } else {
        return base
      }
    }
  }

  private mutating func subscripted(_ base: Expression, from start: Int) throws(ExpressionError) -> Expression
  {
    var lower: Expression?
    if token.kind != .symbol(":") { lower = try binary(atLeast: 0) }
    if accept(":") {
      var upper: Expression?
      if token.kind != .symbol("]") { upper = try binary(atLeast: 0) }
      try expect("]")
      return try made(.slice(base, from: lower, to: upper), from: start)
    }
    try expect("]")
    guard let lower else { throw unexpected(.value) }
    return try made(.index(base, lower), from: start)
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    let start = token.range.lowerBound
    let kind = token.kind
    switch kind {
    case .number(let value):
      advance()
      return try made(.number(value), from: start)
    case .string(let text):
      advance()
      return try made(.string(text), from: start)
    case .keyword(.true), .keyword(.false):
      advance()
      return try made(.boolean(kind == .keyword(.true)), from: start)
    case .name(let text):
      let range = token.range
      advance()
      guard accept("(") else { return try made(.name(text), from: start) }
      let arguments = try arguments()
      return try made(.call(Expression.Identifier(text: text, range: range), arguments), from: start)
    case .symbol("["):
      advance()
      let form = try items()
      return try made(form, from: start)
    case .symbol("("):
      advance()
      let inner = try binary(atLeast: 0)
      try expect(")")
      return inner
    default: throw unexpected(.value)
    }
  }

  /// The items of a list, or what is said of each item of another.
  private mutating func items() throws(ExpressionError) -> Expression.Form {
    var items: [Expression] = []
    if accept("]") { return .list(items) }
    repeat {
      items.append(try binary(atLeast: 0))
      if items.count == 1, token.kind == .keyword(.for) { return try comprehension(of: items[0]) }
    } while accept(",")
    try expect("]")
    return .list(items)
  }

  private mutating func comprehension(of item: Expression) throws(ExpressionError) -> Expression.Form {
    advance()
    guard case .name(let name) = token.kind else { throw unexpected(.name) }
    let variable = Expression.Identifier(text: name, range: token.range)
    advance()
    guard token.kind == .keyword(.in) else { throw unexpected(.symbol("in")) }
    advance()
    let list = try binary(atLeast: 0)
    var condition: Expression?
    if token.kind == .keyword(.if) {
      advance()
      condition = try binary(atLeast: 0)
    }
    try expect("]")
    return .comprehension(item, variable, in: list, condition: condition)
  }

  private mutating func arguments() throws(ExpressionError) -> [Expression.Argument] {
    var arguments: [Expression.Argument] = []
    if accept(")") { return arguments }
    repeat {
      var keyword: Expression.Identifier?
      if case .name(let text) = token.kind, tokens[position + 1].kind == .symbol("=") {
        keyword = Expression.Identifier(text: text, range: token.range)
        advance()
        advance()
      } else if arguments.last?.keyword != nil {
        throw ExpressionError(.positionalAfterKeyword, at: token.range)
      }
      arguments.append(Expression.Argument(keyword: keyword, value: try binary(atLeast: 0)))
    } while accept(",")
    try expect(")")
    return arguments
  }
}

extension ExpressionToken {
  /// The token as a fact for a message.
  fileprivate var description: ExpressionTokenDescription {
    switch kind {
    case .number: .number
    case .string: .string
    case .name(let text): .word(text)
    case .keyword(let keyword): .word(keyword.rawValue)
    case .symbol(let symbol): .word(symbol)
    case .end: .end
    }
  }
}
