import Diagnostics

extension LayerError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    guard let layer else { return Diagnostic(.error, at: .none, sentence) }
    let name = layer.name.isEmpty ? "an unnamed \(layer.type) layer" : "layer '\(layer.name)' (\(layer.type))"
    return Diagnostic(.error, at: .none, "\(name): \(sentence)")
  }

  /// Whether the error is about a layer inside of the definition of another layer's type.
  package func isInside(_ subject: LayerSubject) -> Bool { layer.map { $0.type != subject.type } ?? false }

  /// Why the definition of a layer's type does not say how to run the layer, as a part of a sentence; nil where no definition is
  /// the cause.
  package func whyUndefined(_ subject: LayerSubject) -> String? {
    let isInside = isInside(subject)
    let inside = "its definition has a layer of type \(layer?.type ?? "")"
    switch reason {
    case .definition(let why): return isInside ? "\(inside): \(why)" : why
    case .unknownType: return isInside ? "\(inside), which cannot be run here" : nil
    default: return isInside ? "\(inside): \(sentence)" : nil
    }
  }

  private var sentence: String {
    switch reason {
    case .unknownType:
      let type = layer?.type ?? ""
      return "this type cannot be run here"
        + Suggestion.clause(for: type, among: LayerRegistry.names)
    case .bottomCount(let expected, let found):
      return "expected \(expected.counting("bottom")), found \(found)"
    case .topCount(let expected, let found): return "expected \(expected.counting("top")), found \(found)"
    case .blobCount(let expected, let found):
      return "expected \(expected.counting("parameter blob")), found \(found)"
    case .blobValueCount(let index, let expected, let found):
      return "expected \(expected) values in parameter blob \(index), found \(found)"
    case .ambiguousBlobs(let counts):
      return "parameter blobs of \(counts.map(String.init).joined(separator: ", ")) values"
        + " mean different things in different forks of Caffe"
    case .inputRank(let index, let expected, let found):
      return "expected \(expected.counting("dimension")) in bottom \(index), found \(found.asShape)"
    case .inputShape(let index, let expected, let found):
      return "expected bottom \(index) of shape \(expected.asShape), found \(found.asShape)"
    case .axis(let field, let value, let shape):
      return "'\(field)' is \(value), but the bottom has \((shape.count...shape.count).counting("dimension"))"
        + " (\(shape.asShape))"
    case .missingParameter(let field): return "'\(field)' is missing"
    case .parameter(let field, let found, let expected):
      return "expected \(expected.phrase) for '\(field)', found '\(found)'"
    case .unsupported(let field, let found): return "'\(field)' with the value '\(found)' cannot be run here"
    case .windowTooLarge(let window, let input):
      return "a window of \(window.asShape) does not fit into the padded bottom, \(input.asShape)"
    case .windowsTooLarge(let count, let limit):
      return "the windows would have \(count) values together; the limit is \(limit)"
    case .negativeSize(let shape): return "the top would have the shape \(shape.asShape)"
    case .tooManyDimensions(let shape, let limit):
      return "the top would have \(shape.count) dimensions; the limit is \(limit)"
    case .tooLarge(let shape, let limit):
      return "the top would have the shape \(shape.asShape); the limit is \(limit) values"
    case .definition(let why): return "cannot be run by the definition of its type: \(why)"
    case .unexplainedField(let path, let place):
      return "nothing here knows what '\(path)' (\(place)) does, so the layer cannot be run"
    case .memory(let needed, let limit):
      return "the values that must be held at a time have \(needed) numbers together; the limit is \(limit);"
        + " give smaller inputs with --input-shape"
    case .boxPairs(let limit):
      return
        "more than \(limit) pairs of boxes would be compared; set 'nms_param.top_k' or 'confidence_threshold'"
    case .bothGiven(let one, let other): return "give either '\(one)' or '\(other)', not both"
    case .unevenSlices(let length, let tops):
      return "an axis of \(length) cannot be cut into \(tops) equal parts"
    case .index(let bottom, let found, let count):
      return "bottom \(bottom) names the index \(found); there are \(count)"
    case .maskPlace(let found, let size):
      return "bottom 1 names the place \(found), but the top's plane has \(size) values; the sizes do not fit"
    case .unknownBottom(let blob, let candidates):
      return "no layer before makes the bottom '\(blob)'" + Suggestion.clause(for: blob, among: candidates)
    case .missingInput(let blob): return "no value is given for the net's input '\(blob)'"
    case .unknownInput(let blob, let inputs):
      return "the net has no input '\(blob)'" + Suggestion.clause(for: blob, among: inputs)
    }
  }
}

extension LayerError.Expectation {
  fileprivate var phrase: String {
    switch self {
    case .notNegative: "a whole number from 0"
    case .positive: "a whole number from 1"
    case .wholeNumber: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .oneOf(let words):
      words.count < 2 ? "\(words.joined())" : "\(words.dropLast().joined(separator: ", ")) or \(words.last!)"
    case .below(let bound): "a whole number below \(bound)"
    case .between(let least, .max): "a whole number from \(least)"
    case .between(let least, let most): "a whole number from \(least) to \(most)"
    case .notPositive: "0 or a negative whole number"
    case .oneInferred: "at most one -1"
    case .odd: "an odd whole number"
    case .distinct: "numbers that are all different"
    case .positiveNumber: "a number above 0"
    case .atLeastZero: "a number from 0"
    case .fraction: "a number above 0 and up to 1"
    case .above(let bound): "a number above \(bound)"
    case .divisor(let number): "a divisor of \(number)"
    case .count(let range): range.counting("value")
    case .base: "-1 or a number above 0 whose logarithm is finite and not 0"
    case .product(let product): "dimensions with the product \(product)"
    }
  }
}

extension ClosedRange<Int> {
  /// `1 bottom`, `2 bottoms`, `1 or 2 bottoms`, `1 to 3 bottoms`, `at least 2 bottoms`.
  fileprivate func counting(_ noun: String) -> String {
    let plural = upperBound == 1 ? noun : noun + "s"
    if upperBound == .max { return "at least \(lowerBound) \(lowerBound == 1 ? noun : noun + "s")" }
    if count == 1 { return "\(lowerBound) \(plural)" }
    return "\(lowerBound) \(count == 2 ? "or" : "to") \(upperBound) \(plural)"
  }
}

extension [Int] {
  /// `1×3×224×224`; `()` for a single value.
  fileprivate var asShape: String { isEmpty ? "()" : map(String.init).joined(separator: "×") }
}
