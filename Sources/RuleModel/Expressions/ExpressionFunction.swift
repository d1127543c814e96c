/// The functions of the rule language.
package enum ExpressionFunction: String, Sendable, CaseIterable {
  // Element by element.
  case sqrt, rsqrt, abs, exp, log, floor, isfinite
  case pow, clip, `where`
  // Element by element with two operands, over axes with one.
  case min, max
  // Over axes, or over all elements.
  case sum, mean, all, any
  // Shape and order.
  case reshape, transpose, slice, concat, flip, pad, rows, columns
  // Made from nothing.
  case zeros, ones, full, eye
  case matmul
  // Sizes.
  case len, shape, count
  // Layers.
  case attr, has, affine, window
  case present, place, part

  /// A parameter of a function.
  struct Parameter: Sendable {
    var name: String
    var isRequired: Bool
  }

  /// The parameters in order.
  var parameters: [Parameter] {
    func required(_ names: String...) -> [Parameter] { names.map { Parameter(name: $0, isRequired: true) } }
    func optional(_ names: String...) -> [Parameter] { names.map { Parameter(name: $0, isRequired: false) } }
    return switch self {
    case .sqrt, .rsqrt, .abs, .exp, .log, .floor, .isfinite, .rows, .columns, .len, .shape, .count:
      required("x")
    case .pow: required("x", "y")
    case .clip: required("x", "low", "high")
    case .where: required("condition", "x", "y")
    case .min, .max: required("x") + optional("y", "axis")
    case .sum, .mean, .all, .any, .flip: required("x") + optional("axis")
    case .reshape: required("x", "shape")
    case .transpose: required("x") + optional("axes")
    case .slice: required("x", "start", "end") + optional("axis")
    case .concat: required("tensors") + optional("axis")
    case .pad: required("x", "low", "high")
    case .zeros, .ones: required("shape")
    case .eye: required("n")
    case .full: required("shape", "value")
    case .matmul: required("a", "b")
    case .attr: required("layer", "path") + optional("default")
    case .has: required("layer", "path")
    case .affine, .window, .present, .place: required("layer")
    case .part: required("x", "layer")
    }
  }

  /// How a call is written: `sum(x, axis=…)`.
  package var usage: String {
    let written = parameters.map { $0.isRequired ? $0.name : "\($0.name)=…" }
    return "\(rawValue)(\(written.joined(separator: ", ")))"
  }

  /// The function of that name; an error suggests the nearest one.
  init(named name: Expression.Identifier) throws(ExpressionError) {
    guard let function = ExpressionFunction(rawValue: name.text) else {
      throw ExpressionError(.unknownFunction(name.text), at: name.range)
    }
    self = function
  }

  /// The arguments of a call in the order of the parameters; `axis` and `axes` mean the same.
  func bind(_ arguments: [Expression.Argument], call: Range<Int>) throws(ExpressionError)
    -> ExpressionArguments
  {
    let parameters = parameters
    var bound = [Expression?](repeating: nil, count: parameters.count)
    for (position, argument) in arguments.enumerated() {
      var index = position
      if let keyword = argument.keyword {
        let synonym = keyword.text == "axes" ? "axis" : keyword.text == "axis" ? "axes" : keyword.text
        let found = parameters.firstIndex { $0.name == keyword.text || $0.name == synonym }
        guard let found else { throw ExpressionError(.unknownKeyword(self, keyword.text), at: keyword.range) }
        if bound[found] != nil {
          throw ExpressionError(.repeatedArgument(self, keyword.text), at: keyword.range)
        }
        index = found
      }
      guard index < parameters.count else {
        throw ExpressionError(.tooManyArguments(self, found: arguments.count), at: argument.value.range)
      }
      bound[index] = argument.value
    }
    for (parameter, value) in zip(parameters, bound) where parameter.isRequired && value == nil {
      throw ExpressionError(.missingArgument(self, parameter: parameter.name), at: call)
    }
    if self == .min || self == .max, let y = bound[1], bound[2] != nil {
      throw ExpressionError(.operandAndAxis(self), at: y.range)
    }
    return ExpressionArguments(function: self, call: call, values: bound)
  }
}

/// The arguments of a call, one per parameter.
struct ExpressionArguments {
  var function: ExpressionFunction
  /// The bytes of the call.
  var call: Range<Int>
  var values: [Expression?]

  /// The argument of a required parameter, which `bind` saw to.
  subscript(index: Int) -> Expression { values[index]! }
  /// The argument of an optional parameter.
  func optional(_ index: Int) -> Expression? { values[index] }
  /// The name of a parameter.
  func name(_ index: Int) -> String { function.parameters[index].name }
}

extension Expression {
  /// The fields that a path names: `'conv_param.alpha'` gives `conv_param`, `alpha`.
  static func path(_ text: String, at range: Range<Int>) throws(ExpressionError) -> [String] {
    // By bytes: this is done for every layer that a condition is held against.
    let steps = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    // Keywords may be fields.
    guard steps.allSatisfy({ isName($0) || ExpressionKeyword(rawValue: $0) != nil }) else {
      throw ExpressionError(.badPath(text), at: range)
    }
    return steps
  }
}
