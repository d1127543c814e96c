import Diagnostics

// The wording of everything that an expression can be refused for.

extension LocatedExpressionError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    var notes: [String] = []
    if let rest {
      notes.append(rest.isEmpty ? "at the end of this text" : "in this text, at '\(clipped(rest))'")
    }
    return Diagnostic(.error, at: .text(place), error.sentence, notes: notes)
  }
}

extension ExpressionError {
  /// What is wrong, as a sentence without a place.
  package var sentence: String {
    switch kind {
    case .empty: "expected an expression, found nothing"
    case .tooLong(let length, let limit): "the expression has \(length) bytes, at most \(limit) are read"
    case .tooDeep(let limit): "the expression nests more than \(limit) deep; split it with 'let'"
    case .unexpectedCharacter(let character): characterSentence(character)
    case .badNumber(let text): "'\(clipped(text))' is not a number"
    case .numberTooLarge(let text): "the number \(clipped(text)) is too large"
    case .unclosedString: "the quote is not closed"
    case .unknownEscape: #"unknown escape in a string; only '\\', '\'' and '\"' are known"#
    case .assignment: "'=' does not compare; write '=='"
    case .unexpectedToken(let expected, let found): "expected \(expected.phrase), found \(found.phrase)"
    case .unquotedGlob(let found):
      "expected a value, found \(found.phrase); for names with a pattern write matches(…, 'conv*')"
    case .cutAtComma:
      "expected ')', found the end of the expression; put a value that has a comma in it in quotes"
    case .chainedComparison: "comparisons do not chain; write 'a < b and b < c'"
    case .notCallable: "only functions can be called by '('"
    case .positionalAfterKeyword: "an argument without a name cannot follow one with a name"
    case .foreignOperator(let word): "'\(word)' is not an operator; \(Self.operatorRemedies[word] ?? "")"
    case .globComparison(let text):
      "'==' and 'in' compare whole texts, '*' included; write matches(…, '\(clipped(text))')"
    case .unknownCapture(let name, let known):
      "capture '\(clipped(name))' is not bound by this pattern" + Suggestion.clause(for: name, among: known)
    case .unknownName(let name, let known): "name '\(clipped(name))' is not defined" + nameRemedy(name, known)
    case .unknownFunction(let name):
      "function '\(clipped(name))' does not exist"
        + (functionRemedies[name]
          ?? Suggestion.clause(for: name, among: ExpressionFunction.all.map(\.name)))
    case .tooManyArguments(let function, let found):
      "'\(function.name)' takes \(counted(function.parameters.count, "argument")), found \(found); write \(function.usage)"
    case .missingArgument(let function, let parameter):
      "'\(function.name)' needs '\(parameter)'; write \(function.usage)"
    case .unknownKeyword(let function, let keyword):
      "'\(function.name)' has no argument '\(clipped(keyword))'; write \(function.usage)"
    case .repeatedArgument(let function, let keyword):
      "argument '\(clipped(keyword))' of '\(function.name)' is given twice"
    case .operandAndAxis(let function):
      "'\(function.name)' takes a second operand or an axis, not both"
    case .wrongArgument(let function, let parameter, let expected, let found):
      "'\(function.name)' expects \(expected.phrase) for '\(parameter)', found \(found.phrase)"
    case .badPath(let path): "'\(clipped(path))' is not a path of fields; write 'convolution_param.group'"
    case .mayBeAbsent(let capture):
      "'\(capture)' may be absent here; ask first, as in 'present(\(capture)) and …' or where(present(\(capture)), …, …)"
    case .neverAbsent(let capture): "'\(capture)' is always present; remove 'present'"
    case .severalLayers(let capture):
      "'\(capture)' stands for several layers here; write '\(capture)[0]' or '\(capture).count'"
    case .boundName(let name):
      "'\(clipped(name))' already names something else; choose another name for the items"
    case .layerMember(let member, let write): "a layer has no '\(member)'; write '\(write)'"
    case .noPlace(let capture):
      "'\(capture)' has no place among the bottoms of a layer; only captures under 'every' have one"
    default: valueSentence
    }
  }

  private var valueSentence: String {
    switch kind {
    case .cannotCombine(let operation, let left, let right): operation.refusal(left, right)
    case .cannotNegate(let found): "cannot negate \(found.phrase)"
    case .needsBoolean(let found): "expected true or false, found \(found.phrase)" + found.booleanRemedy
    case .wrongResult(let expected, let found):
      "expected \(expected.phrase), found \(found.phrase)" + (expected == .boolean ? found.booleanRemedy : "")
    case .noMember("", _, let candidates):
      "a value of the net cannot be used here; ask for its \(alternatives(candidates))"
    case .noMember(let member, let type, let candidates):
      "\(type.phrase) has no '\(clipped(member))'" + memberRemedy(member, candidates)
    case .noField(let path, let candidates):
      "field '\(clipped(path))' does not exist"
        + Suggestion.clause(
          for: path.split(separator: ".").last.map(String.init) ?? path, among: candidates)
    case .foreignField(let field, let candidates):
      "Caffe has no field '\(clipped(field))', so it cannot be checked"
        + fieldRemedy(field, candidates)
    case .unknownWord(let word, let type, let words):
      "'\(clipped(word))' is not a value of '\(type)'; its values are \(conjunction(words))"
        + Suggestion.clause(for: word, among: words)
    case .cannotIndex(let found): "\(found.phrase) has no items"
    case .notAnIndex(let found): "expected a whole number, found \(found.phrase)"
    case .notInList(let found): "'in' expects a list on its right, found \(found.phrase)"
    case .notIterable(let found): "expected a list after 'in', found \(found.phrase)"
    case .notRepeatable(let found): "expected a count or a list for 'each', found \(found.phrase)"
    case .needsIndex(let part): "'\(part)' stands for several; write '\(part)[0]' or '\(part).count'"
    case .mixedAlignment: "rows and columns cannot be combined; combine each with the tensor in turn"
    case .unaligned(let axis):
      "'\(axis == 0 ? "rows" : "columns")' cannot stand alone; combine it with a tensor by an operator"
    case .environment(let fault): fault.sentence
    case .noBlob(let layer, let index, let count):
      "layer '\(clipped(layer.description))' has \(counted(count, "blob")), there is no blob \(index)"
    case .noValue(let layer, let side, let index, let count):
      "layer '\(clipped(layer.description))' has \(counted(count, side.singular)), there is no \(side.singular) \(index)"
    case .unknownValueShape(let layer, let side, let index):
      "the shape of \(side.singular) \(index) of layer '\(clipped(layer.description))' is not known"
    case .partCount(let found, let expected):
      "'part' takes from \(counted(expected, "number")), one for each channel of all bottoms together, found \(found)"
    case .absentAttribute(let capture, let layer, let path):
      "layer '\(clipped(layer.description))' has no '\(clipped(path))'; write attr(\(capture), '\(clipped(path))', …) with a default"
    default: shapeSentence
    }
  }

  private var shapeSentence: String {
    switch kind {
    case .shapeConflict(let a, let b): "shapes \(a.phrase) and \(b.phrase) do not fit together"
    case .notWhole(let value): "expected a whole number, found \(value)"
    case .outOfRange(let index, let count): "index \(index) is out of range for \(counted(count, "item"))"
    case .sliceOutOfRange(let from, let to, let count):
      "slice \(from):\(to) is out of range for \(counted(count, "item"))"
    case .badAxis(let axis, let rank):
      "axis \(axis) does not exist in a tensor of \(counted(rank, "axis", "axes"))"
    case .repeatedAxis(let axis): "axis \(axis) is given twice"
    case .wrongAxisCount(let found, let rank): "expected \(counted(rank, "axis", "axes")), found \(found)"
    case .badDimension(let value):
      "a shape needs whole numbers of at least 0, found \(Int(exactly: value).map { "\($0)" } ?? "\(value)")"
    case .badStride(let stride): "the stride must be at least 1, found \(stride)"
    case .cannotReshape(let from, let to): "cannot reshape \(from.phrase) to \(to.phrase)"
    case .wrongRank(let function, let expected, let found):
      "'\(function.name)' expects a tensor of \(counted(expected, "axis", "axes")), found \(found)\(expected == 1 ? "; 'reshape(x, [-1])' makes one axis of all" : "")"
    case .alignmentTooNarrow(let axis, let rank):
      "'\(axis == 0 ? "rows" : "columns")' needs a tensor of at least \(counted(axis + 1, "axis", "axes")), found \(rank)"
    case .concatRanks(let a, let b): "cannot concatenate tensors of \(a) and \(b) axes"
    case .concatConflict(let a, let b, let axis):
      "cannot concatenate \(a.phrase) and \(b.phrase) along axis \(axis); all other sizes must agree"
    case .nothingToReduce(let function): "'\(function.name)' needs at least one element; the tensor has none"
    case .tooManyElements(let limit): "the result has more than \(limit) elements, the limit for one tensor"
    case .tooManyOperations(let limit):
      "the expressions for one match take more than \(limit) operations, the limit for one match"
    case .tooManyElementsInAll(let limit):
      "the expressions for one match hold more than \(limit) elements in memory, the limit for this match"
    case .tooManyItems(let limit): "the list has more than \(limit) items, items of inner lists counted"
    case .matrixRanks(let a, let b):
      "'matmul' multiplies matrices and vectors, or two stacks of matrices with as many axes; found \(a) and \(b) axes"
    case .tooManyMultiplications(let limit, let function):
      "the product takes more than \(limit) multiplications, the limit for one '\(function.name)'"
    case .tooLargeToFactor(let limit):
      "the matrix is too large for 'svd': its smaller size squared, times the larger, is above \(limit)"
    case .notSquare(let shape): "'inverse' expects a square matrix, found \(shape.phrase)"
    case .singular: "the matrix has no inverse: its rows depend on each other"
    default: "the expression is not valid"
    }
  }
}

private func characterSentence(_ character: String) -> String {
  switch character {
  case "^": "'^' is not an operator; write '**' for a power"
  case "&": "'&' is not an operator; write 'and'"
  case "|": "'|' is not an operator; write 'or'"
  case "?": "'?' is not an operator; write where(condition, x, y)"
  default: "unexpected character '\(clipped(character))'"
  }
}

extension ExpressionError {
  /// The operators of other languages, and what to write instead of each.
  static let operatorRemedies = [
    "mod": "write 'a % b'", "div": "write 'floor(a / b)'", "//": "write 'floor(a / b)'",
    "is": "write 'a == b'", "xor": "write 'a != b'", "if": "write where(condition, x, y)",
    "else": "write where(condition, x, y)",
  ]
}

/// Constants of other languages.
private let constantRemedies = [
  "True": "; write 'true'", "False": "; write 'false'", "TRUE": "; write 'true'", "FALSE": "; write 'false'",
  "None": "; 'has' asks whether a field is written, 'present' whether a layer is there",
  "null": "; 'has' asks whether a field is written, 'present' whether a layer is there",
]

private func nameRemedy(_ name: String, _ known: [String]) -> String {
  if let remedy = constantRemedies[name] { return remedy }
  let near = Suggestion.clause(for: name, among: known)
  if !near.isEmpty { return near }
  if let function = ExpressionFunction.named(name) {
    return "; write \(function.usage) to call the function"
  }
  let isConstant = name.utf8.allSatisfy { $0 < 0x61 || $0 > 0x7A }
  return isConstant ? "; the name of an enum value has quotes of its own: \"'\(name)'\"" : ""
}

/// What other languages call functions that this one writes otherwise.
private let functionRemedies = [
  "round": "; write 'floor(x + 0.5)'", "ceil": "; write '-floor(-x)'", "maximum": "; write 'max(x, y)'",
  "minimum": "; write 'min(x, y)'", "sign": "; write 'where(x > 0, 1, where(x < 0, -1, 0))'",
  "isnan": "; write 'not isfinite(x)'",
  "std": "; write 'sqrt(mean((x - mean(x)) ** 2))'", "var": "; write 'mean((x - mean(x)) ** 2)'",
  "dot": "; write 'matmul(a, b)'", "row": "; did you mean 'rows'?", "column": "; did you mean 'columns'?",
  "stack": "; write 'concat' of tensors with one axis more",
]

private func memberRemedy(_ member: String, _ candidates: [String]) -> String {
  let near = Suggestion.clause(for: member, among: candidates)
  return near.isEmpty && !candidates.isEmpty ? "; expected \(alternatives(candidates))" : near
}

/// The ending that all parameter messages share says nothing about what was meant.
private func fieldRemedy(_ field: String, _ candidates: [String]) -> String {
  let ending = "_param"
  let isParameter = field.hasSuffix(ending)
  let words = candidates.filter { $0.hasSuffix(ending) == isParameter }
  func stem(_ word: String) -> String { isParameter ? String(word.dropLast(ending.count)) : word }
  guard
    let near = Suggestion.nearest(to: stem(field), among: words.map(stem))
      ?? shortened(stem(field), words.map(stem))
  else {
    // The ending itself may have a slip: `convolution_prm`.
    return Suggestion.nearest(to: field, among: candidates, within: 2).map { "; did you mean '\($0)'?" }
      ?? "; give your fork's caffe.proto by --proto to have it checked"
  }
  return "; did you mean '\(near)\(isParameter ? ending : "")'?"
}

/// The name that a short one stands for, which no count of letters finds: `conv` is the beginning of `convolution`, `ip` are the initials
/// of `inner_product`.
private func shortened(_ short: String, _ names: [String]) -> String? {
  let begun = short.utf8.count > 2 ? names.filter { $0.hasPrefix(short) } : []
  return begun.min { $0.utf8.count < $1.utf8.count }
    ?? names.first { $0.split(separator: "_").compactMap(\.first).elementsEqual(short) && short.count > 1 }
}

/// `'MAX', 'AVE' and 'STOCHASTIC'`; of many, the first few.
private func conjunction(_ words: [String]) -> String {
  let quoted = words.prefix(8).map { "'\($0)'" }
  if words.count > 8 { return quoted.joined(separator: ", ") + " and \(words.count - 8) more" }
  guard quoted.count > 1 else { return quoted.joined() }
  return quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
}

/// `1 blob`, `2 blobs`.
private func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}

extension BinaryOperator {
  fileprivate func refusal(_ left: ExpressionType, _ right: ExpressionType) -> String {
    let (a, b) = (left.phrase, right.phrase)
    return switch self {
    case .add: "cannot add \(a) and \(b)"
    case .subtract: "cannot subtract \(b) from \(a)"
    case .multiply: "cannot multiply \(a) by \(b)"
    case .divide: "cannot divide \(a) by \(b)"
    case .remainder: "cannot take the remainder of \(a) by \(b)"
    case .power: "cannot raise \(a) to \(b)"
    default: "cannot compare \(a) with \(b)"
    }
  }
}

extension ExpressionType {
  /// The type as a message names it: `a number`, `a tensor [64, 3]`.
  package var phrase: String {
    switch self {
    case .number: "a number"
    case .boolean: "a boolean"
    case .string: "a string"
    case .word: "a word"
    case .shape: "a list of numbers"
    case .list: "a list"
    case .tensor(let shape): shape.dimensions == nil ? "a tensor" : "a tensor \(shape.phrase)"
    case .aligned(_, let axis): axis == 0 ? "rows" : "columns"
    case .layer: "a layer"
    case .record: "a record"
    case .dynamic: "a value"
    }
  }

  fileprivate var booleanRemedy: String {
    switch self {
    case .tensor, .aligned: "; write all(…) or any(…)"
    default: ""
    }
  }
}

extension SymbolicShape {
  /// The shape as a message shows it: `[64, ?]`.
  var phrase: String {
    guard let dimensions else { return "[?]" }
    let sizes = dimensions.map { dimension in
      switch dimension {
      case .known(let size): "\(size)"
      case .symbol(let symbol): symbol
      case .unknown: "?"
      }
    }
    return "[\(sizes.joined(separator: ", "))]"
  }
}

extension ValueSide {
  fileprivate var singular: String { self == .bottoms ? "bottom" : "top" }
}

extension ExpressionExpectedToken {
  fileprivate var phrase: String {
    switch self {
    case .value: "a value"
    case .operator: "an operator or the end of the expression"
    case .memberName: "a name behind '.'"
    case .name: "a name for each item"
    case .symbol(let symbol): "'\(symbol)'"
    }
  }
}

extension ExpressionTokenDescription {
  fileprivate var phrase: String {
    switch self {
    case .number: "a number"
    case .string: "a string"
    case .word(let text): "'\(clipped(text))'"
    case .end: "the end of the expression"
    }
  }
}

extension ExpressionWant {
  fileprivate var phrase: String {
    switch self {
    case .numeric: "a number or tensor"
    case .number: "a number"
    case .boolean: "true or false"
    case .mask: "a comparison"
    case .string: "a string"
    case .layer: "a layer"
    case .capture: "the name of a capture"
    case .sized: "a tensor or list"
    case .vector: "a tensor"
    case .axes: "an axis or a list of axes"
    case .shape: "a number or a list of whole numbers"
    case .tensors: "a list of tensors"
    case .map: "a parameter that is a map"
    case .sameKind: "what the map holds"
    }
  }
}
