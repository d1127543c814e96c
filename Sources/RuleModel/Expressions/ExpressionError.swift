import Diagnostics
import YAML

/// Why an expression was refused, and the bytes of its text that are to blame.
package struct ExpressionError: Error, Sendable, Equatable {
  /// What is wrong.
  package enum Kind: Sendable, Equatable {
    // Reading.
    case empty
    case tooLong(length: Int, limit: Int)
    case tooDeep(limit: Int)
    case unexpectedCharacter(String)
    case badNumber(String)
    case numberTooLarge(String)
    case unclosedString
    case unknownEscape
    case assignment
    case unexpectedToken(expected: ExpressionExpectedToken, found: ExpressionTokenDescription)
    /// A value is missing beside `*`, as in `conv.name == conv*`.
    case unquotedGlob(found: ExpressionTokenDescription)
    /// The text ends before a `)`, and a comma of YAML's comes behind it.
    case cutAtComma
    case chainedComparison
    case notCallable
    case positionalAfterKeyword
    /// `mod`, `//`: what other languages write.
    case foreignOperator(String)
    /// A text with `*` compared as a whole.
    case globComparison(String)

    // Names and calls.
    case unknownCapture(String, known: [String])
    case unknownName(String, known: [String])
    case unknownFunction(String)
    case tooManyArguments(ExpressionFunction, found: Int)
    case missingArgument(ExpressionFunction, parameter: String)
    case unknownKeyword(ExpressionFunction, String)
    case repeatedArgument(ExpressionFunction, String)
    case operandAndAxis(ExpressionFunction)
    case wrongArgument(ExpressionFunction, parameter: String, expected: ExpressionWant, found: ExpressionType)
    case badPath(String)
    case mayBeAbsent(String)
    case neverAbsent(String)
    case severalLayers(String)
    case noPlace(String)
    /// A name for the items of a list that already names something else.
    case boundName(String)
    /// `conv.top`, which is `conv.tops[0]` here.
    case layerMember(String, write: String)

    // Types.
    case cannotCombine(BinaryOperator, ExpressionType, ExpressionType)
    case cannotNegate(ExpressionType)
    case needsBoolean(ExpressionType)
    case wrongResult(expected: ExpressionType, found: ExpressionType)
    case noMember(String, of: ExpressionType, candidates: [String])
    case noField(String, candidates: [String])
    case foreignField(String, candidates: [String])
    case unknownWord(String, of: String, words: [String])
    case cannotIndex(ExpressionType)
    case notAnIndex(ExpressionType)
    case notInList(ExpressionType)
    case notIterable(ExpressionType)
    case notRepeatable(ExpressionType)
    case needsIndex(ofLayer: String)
    case mixedAlignment
    case unaligned(axis: Int)

    // Shapes and numbers.
    case shapeConflict(SymbolicShape, SymbolicShape)
    case notWhole(Double)
    case outOfRange(index: Int, count: Int)
    case sliceOutOfRange(from: Int, to: Int, count: Int)
    case badAxis(Int, rank: Int)
    case repeatedAxis(Int)
    case wrongAxisCount(found: Int, rank: Int)
    case badDimension(Double)
    case badStride(Int)
    case cannotReshape(from: SymbolicShape, to: SymbolicShape)
    case wrongRank(ExpressionFunction, expected: Int, found: Int)
    /// `matmul` of tensors with so many axes.
    case matrixRanks(Int, Int)
    case alignmentTooNarrow(axis: Int, rank: Int)
    case concatRanks(Int, Int)
    case concatConflict(SymbolicShape, SymbolicShape, axis: Int)
    case nothingToReduce(ExpressionFunction)
    case tooManyElements(limit: Int)
    case tooManyElementsInAll(limit: Int)
    case tooManyItems(limit: Int)
    case tooManyOperations(limit: Int)
    case tooManyMultiplications(limit: Int, function: ExpressionFunction)
    case tooLargeToFactor(limit: Int)
    case notSquare(SymbolicShape)
    case singular

    // The net.
    case noBlob(layer: Name, index: Int, count: Int)
    case noValue(layer: Name, side: ValueSide, index: Int, count: Int)
    case unknownValueShape(layer: Name, side: ValueSide, index: Int)
    case partCount(found: Int, expected: Int)
    case absentAttribute(capture: String, layer: Name, path: String)
    /// What the environment could not give.
    case environment(ExpressionFault)
  }

  /// What is wrong.
  package var kind: Kind
  /// The UTF-8 bytes of the expression's text to point at.
  package var range: Range<Int>

  /// The error behind what the environment could not give, with its facts.
  package var cause: (any Error)? {
    if case .environment(let fault) = kind { fault.cause } else { nil }
  }

  /// Makes an error of a kind at a place in the text.
  package init(_ kind: Kind, at range: Range<Int>) {
    self.kind = kind
    self.range = range
  }

  /// The error with its place in the file that the expression stands in.
  ///
  /// `node` is the scalar that holds the text; `textOffset` is where the expression begins in it, for texts that are only partly expression.
  /// Where the place cannot be told exactly (`YAMLScalar.sourceOffset`), the start of the scalar is taken and a note says where in the text.
  package func located(in node: YAMLNode, textOffset: Int = 0) -> LocatedExpressionError {
    if case .unexpectedToken(expected: .symbol(")"), found: .end) = kind, node.scalar?.isCutAtComma == true {
      return ExpressionError(.cutAtComma, at: range).located(in: node, textOffset: textOffset)
    }
    let index = range.lowerBound + textOffset
    if let offset = node.scalar?.sourceOffset(ofCharacterAt: index) {
      return LocatedExpressionError(error: self, place: node.source.place(at: offset), rest: nil)
    }
    let text = node.scalar.map { Array($0.text.utf8) } ?? []
    let rest = index < text.count ? String(decoding: text[max(0, index)...], as: UTF8.self) : ""
    return LocatedExpressionError(error: self, place: node.place, rest: rest)
  }
}

/// An expression's error with its place in a file.
package struct LocatedExpressionError: Error, Sendable, Equatable {
  /// What is wrong.
  package var error: ExpressionError
  /// Where in the file.
  package var place: SourcePlace
  /// The text from the error on, when the place is only that of the whole text.
  package var rest: String?
}

/// What could have stood instead of an unexpected token.
package enum ExpressionExpectedToken: Sendable, Equatable {
  case value
  case `operator`
  case memberName
  case name
  case symbol(String)
}

/// What a token is, to be told to the user.
package enum ExpressionTokenDescription: Sendable, Equatable {
  case number
  case string
  case word(String)
  case end
}

/// What a function takes.
package enum ExpressionWant: Sendable, Equatable {
  case numeric
  case number
  case boolean
  case mask
  case string
  case layer
  case capture
  case sized
  case vector
  case axes
  case shape
  case tensors
  case map
  case sameKind
}
