import RandomTestSupport
import Testing

@testable import RuleModel

/// Random expressions, sensible and not: reading, checking and evaluating ends with a value or an error.
@Suite struct ExpressionFuzzTests {
  private static let words: [String] =
    [
      "conv", "gain", "s", "m", "n", "word", "yes", "sizes", "layers", "scalar", "nothing", "'x'", "\"y\"",
      "true", "0", "1", "-1",
    ]
    + [
      "2.5", "9223372036854775807", "-9223372036854775808", "1e308", "(", ")", "[", "]", ",", ":", ".", "+",
      "-", "*", "/", "%",
    ]
    + [
      "**", "==", "<", "and", "or", "not", "in", "=", "axis=", "axes=", ".blobs[0]", ".shape", ".count",
      ".name", ".bottoms[0]",
    ]
    + ExpressionFunction.all.map { $0.name + "(" }

  private let limits = ExpressionLimits(
    elements: 1 << 12, heldElements: 1 << 12, lazyElements: 1 << 12, totalElements: 1 << 16,
    multiplications: 1 << 16)
  /// Nothing is held that can be computed when it is needed.
  private let lazily = ExpressionLimits(
    elements: 1 << 12, heldElements: 0, lazyElements: 1 << 12, totalElements: 1 << 16,
    multiplications: 1 << 16)

  private func run(_ text: String) {
    guard let expression = try? Expression(parsing: text, limits: limits) else { return }
    let length = text.utf8.count
    for scope in [SmallNet(), SmallNet(knowsShapes: false)] {
      do { try ExpressionChecker(scope).check(expression) } catch {
        #expect(
          error.range.upperBound <= length && !error.sentence.isEmpty
            && error.sentence != "the expression is not valid")
      }
    }
    do {
      let value = try ExpressionEvaluator(SmallNet(), limits: limits).value(of: expression)
      let computed = try ExpressionEvaluator(SmallNet(), limits: lazily).value(of: expression)
      #expect(value.isIdentical(to: computed), "\(text): \(value), \(computed)")
    } catch {
      #expect(
        error.range.upperBound <= length && !error.sentence.isEmpty
          && error.sentence != "the expression is not valid")
    }
  }

  @Test func wordsInAnyOrder() {
    var random = SplitMix(seed: 21)
    for _ in 0..<30_000 {
      let count = Int.random(in: 1...12, using: &random)
      run((0..<count).map { _ in Self.words.randomElement(using: &random) ?? "" }.joined(separator: " "))
    }
  }

  @Test func wellFormedExpressions() {
    var random = SplitMix(seed: 22)
    for _ in 0..<30_000 { run(expression(depth: 4, &random)) }
  }

  /// What the checker accepts with every shape known, and every name a number or tensor, evaluates without an error of type or shape.
  @Test func whatIsCheckedWithShapesHasThatTypeAndShape() throws {
    var random = SplitMix(seed: 23)
    var evaluated = 0
    for _ in 0..<30_000 {
      let text = expression(depth: 3, &random)
      guard let tree = try? Expression(parsing: text, limits: limits),
        let type = try? ExpressionChecker(SmallNet()).check(tree),
        let value = try? ExpressionEvaluator(SmallNet(), limits: limits).value(of: tree)
      else { continue }
      evaluated += 1
      // Whether a comparison of a tensor of unknown rank gives one truth or many is only seen now.
      if type == .tensor(.unknown), case .boolean = value { continue }
      #expect(type.accepts(value.type), "\(text): \(type) \(value.type)")
    }
    #expect(evaluated > 2000)
  }

  private func expression(depth: Int, _ random: inout SplitMix) -> String {
    let atoms = [
      "s", "m", "n", "word", "yes", "sizes", "scalar", "0", "1", "2", "-1", "2.5", "[1, 2]", "[]", "[0]",
      "conv.blobs[0]", "conv.blobs[1]", "conv.blobs[0].shape",
      "gain.blobs[0]", "9e18", "1e300", "conv", "gain", "'convolution_param.pad'", "affine(gain).scale",
      "conv.convolution_param.group", "conv.x.y",
    ]
    if depth == 0 { return atoms.randomElement(using: &random) ?? "" }
    func part() -> String { expression(depth: Int.random(in: 0..<depth, using: &random), &random) }
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return atoms.randomElement(using: &random) ?? ""
    case 1:
      return "(\(part()) \(BinaryOperator.allCases.randomElement(using: &random)?.rawValue ?? "+") \(part()))"
    case 2: return "(\(part()))[\(part())]"
    case 3: return "(\(part()))[\(part()):\(part())]"
    case 4: return "[\(part()), \(part())]"
    case 5: return ["-", "not "].randomElement(using: &random).map { "(\($0)\(part()))" } ?? ""
    default:
      let function = ExpressionFunction.all.randomElement(using: &random) ?? ExpressionFunction.all[0]
      let arguments = function.parameters.filter { $0.isRequired || Bool.random(using: &random) }
      return "\(function.name)(" + arguments.map { "\($0.name)=\(part())" }.joined(separator: ", ") + ")"
    }
  }
}
