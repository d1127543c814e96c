import Diagnostics
import Tensors
import Testing

@testable import RuleModel

/// What the evaluations for one match may use, together.
@Suite struct ExpressionBudgetTests {
  /// Names that stand for expressions, as a rule's `let` does: each is evaluated when it is asked for.
  private final class Lets: ExpressionEnvironment {
    var lets: [String: String] = [:]
    var budget = ExpressionBudget()
    var limits = ExpressionLimits()
    private(set) var evaluations = 0
    private var known: [String: ExpressionValue] = [:]

    func value(of name: String) throws(ExpressionFault) -> ExpressionValue? {
      if let value = known[name] { return value }
      guard let text = lets[name] else { return try SmallNet().value(of: name) }
      evaluations += 1
      do {
        let value = try ExpressionEvaluator(self, limits: limits, budget: budget).lazyValue(
          of: Expression(parsing: text))
        known[name] = value
        return value
      } catch { throw ExpressionFault(error.sentence, cause: error) }
    }

    private let net = SmallNet()
    var inputCount: Int { net.inputCount }
    func name(of layer: LayerReference) -> Name { net.name(of: layer) }
    func type(of layer: LayerReference) -> String { net.type(of: layer) }
    func phase(of layer: LayerReference) -> String { net.phase(of: layer) }
    func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int { try net.blobCount(of: layer) }
    func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int] {
      try net.blobShape(of: layer, at: index)
    }
    func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor {
      try net.blob(of: layer, at: index)
    }
    func fault(reading error: any Error) -> ExpressionFault { net.fault(reading: error) }
    func values(of layer: LayerReference, side: ValueSide) -> [Name] { net.values(of: layer, side: side) }
    func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault)
      -> [Int]?
    {
      try net.valueShape(of: layer, side: side, at: index)
    }
    func attribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> ExpressionValue? {
      try net.attribute(path, of: layer)
    }
    func hasAttribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> Bool {
      try net.hasAttribute(path, of: layer)
    }
    func isPresent(_ capture: String) throws(ExpressionFault) -> Bool { try net.isPresent(capture) }
    func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace { try net.place(of: layer) }
    func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> Int {
      try net.channels(of: layer, side: side, at: index)
    }
    func isOutput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { false }
    func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool {
      net.isInput(of: layer, side: side, at: index)
    }
    func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor) {
      try net.affine(of: layer)
    }
    func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics {
      try net.statistics(of: layer)
    }
    func foreignFieldCount(of layer: LayerReference) throws(ExpressionFault) -> Int {
      try net.foreignFieldCount(of: layer)
    }
    func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes { try net.window(of: layer) }

    /// The value of a text, or what is said instead.
    func outcome(_ text: String) -> String {
      do {
        let value = try ExpressionEvaluator(self, limits: limits, budget: budget).value(
          of: Expression(parsing: text))
        return "\(value)"
      } catch { return error.sentence }
    }
  }

  @Test func listsThatDoubleEnd() {
    let lets = Lets()
    lets.lets["l0"] = "[1, 2]"
    for level in 1...45 { lets.lets["l\(level)"] = "[l\(level - 1), l\(level - 1)]" }
    #expect(lets.outcome("len(l3)") == "number(2.0)")
    #expect(
      lets.outcome("l45 == l45") == "the list has more than 65536 items, items of inner lists counted")
  }

  @Test func aListOfTheLargestSizeIsMade() {
    let lets = Lets()
    lets.limits.listItems = 6
    #expect(lets.outcome("len([[1, 2], [3, 4]])") == "number(2.0)")
    #expect(
      lets.outcome("len([[1, 2], [3, 4, 5]])")
        == "the list has more than 6 items, items of inner lists counted")
  }

  @Test func allNamesTogetherStayWithinTheLimit() {
    let lets = Lets()
    lets.limits.totalElements = 2000
    for name in ["a", "b", "c"] { lets.lets[name] = "sum(ones([300, 2]) + 0, axis=1)" }
    #expect(lets.outcome("sum(a)") == "number(600.0)")
    // 600 ones, as many sums with 0, and 300 sums along the axis: the second name is one too many.
    #expect(
      lets.outcome("sum(b)")
        == "the expressions for one match hold more than 2000 elements in memory, the limit for this match")
    // Another match has a budget of its own.
    lets.budget = ExpressionBudget()
    #expect(lets.outcome("sum(c)") == "number(600.0)")
  }

  @Test func blobsThatAreReadAddToTheLimit() {
    let lets = Lets()
    lets.limits.totalElements = 10
    // The blob has 12 numbers: 12 held, and 48 more allowed.
    #expect(lets.outcome("sum(conv.blobs[0] * 2)") == "number(156.0)")
    lets.budget = ExpressionBudget()
    lets.limits.elementsPerBlobElement = 0
    #expect(
      lets.outcome("sum(conv.blobs[0] * 2)")
        == "the expressions for one match hold more than 10 elements in memory, the limit for this match")
    // Reading a blob again adds nothing.
    lets.budget = ExpressionBudget()
    lets.limits.elementsPerBlobElement = 1
    #expect(
      lets.outcome("sum(conv.blobs[0] + conv.blobs[0] + conv.blobs[0])")
        == "the expressions for one match hold more than 22 elements in memory, the limit for this match")
    // However large the blobs, there is a most.
    lets.budget = ExpressionBudget()
    lets.limits.mostElements = 21
    #expect(
      lets.outcome("sum(conv.blobs[0] + conv.blobs[0] + conv.blobs[0])")
        == "the expressions for one match hold more than 21 elements in memory, the limit for this match")
  }

  @Test func operationsOfAMatchAddUp() {
    let lets = Lets()
    lets.limits.operations = 10_000
    lets.limits.heldElements = 0
    #expect(lets.outcome("sum(ones([2000]) + 1)") == "number(4000.0)")
    #expect(
      lets.outcome("sum(ones([2000]) + 1)")
        == "the expressions for one match take more than 10000 operations, the limit for one match")
  }
}
