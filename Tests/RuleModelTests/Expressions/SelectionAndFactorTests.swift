import Testing

@testable import RuleModel
@testable import Tensors

/// Functions that pick, order and factor numbers; expected values are NumPy's and SciPy's.
@Suite struct SelectionAndFactorTests {
  private func value(_ text: String) throws -> ExpressionValue {
    let expression = try Expression(parsing: text)
    try ExpressionChecker(ExpressionNames()).check(expression)
    return try ExpressionEvaluator(NamedValues()).value(of: expression)
  }

  private func message(_ text: String) -> String {
    do {
      _ = try value(text)
      return ""
    } catch let error as ExpressionError {
      return error.sentence
    } catch {
      return "\(error)"
    }
  }

  private func expect(_ text: String, _ shape: [Int], _ values: [Double], within error: Double = 0) throws {
    let tensor = try #require(value(text).tensor)
    #expect(tensor.shape == shape)
    for (found, wanted) in zip(tensor.values, values) { #expect(abs(found - wanted) <= error, "\(text)") }
    #expect(tensor.values.count == values.count)
  }

  @Test func partsArePickedAlongAnAxis() throws {
    try expect("take([10, 20, 30], [2, 0, -1])", [3], [30, 10, 30])
    try expect("take(reshape(arange(6), [2, 3]), [2, 0], axis=1)", [2, 2], [2, 0, 5, 3])
    try expect("take(reshape(arange(6), [2, 3]), 1)", [1, 3], [3, 4, 5])
    try expect("compress([10, 20, 30], [1, 0, 1] > 0)", [2], [10, 30])
    try expect("compress(reshape(arange(6), [2, 3]), [0, 1, 1], axis=1)", [2, 2], [1, 2, 4, 5])
    try expect("compress([1, 2], [0, 0])", [0], [])
    #expect(message("take([1, 2], [2])") == "index 2 is out of range for 2 items")
    #expect(message("compress([1, 2], [1, 0, 1])") == "shapes [2] and [3] do not fit together")
  }

  @Test func aLargeTensorIsPickedWhileItIsRead() throws {
    // More numbers than are held.
    try expect("take(reshape(arange(20000), [2, 10000]), [9999, 1], axis=1)[1]", [2], [19999, 10001])
    try expect("sum(take(zeros([5000, 3]) + 1, [7, 8, 2]))", [], [9])
  }

  @Test func numbersAreOrderedAndAddedUp() throws {
    try expect("sort([3, -1, 2])", [3], [-1, 2, 3])
    try expect("argmax([3, 9, 9])", [], [1])
    try expect("argmax(reshape([1, 5, 3, 4, 2, 6], [2, 3]), axis=1)", [2], [1, 2])
    try expect("argmax(reshape([1, 5, 3, 4, 2, 6], [2, 3]), axis=0)", [3], [1, 0, 1])
    try expect("cumsum(reshape(arange(6), [2, 3]), axis=1)", [2, 3], [0, 1, 3, 3, 7, 12])
    try expect("cumsum(reshape(arange(6), [2, 3]))", [2, 3], [0, 1, 2, 3, 5, 7])
    try expect("cumprod([2, 3, 4])", [3], [2, 6, 24])
    try expect("prod(reshape([1, 2, 3, 4], [2, 2]), axis=0)", [2], [3, 8])
  }

  @Test func kernelsJoin() throws {
    // scipy.signal.convolve2d([[1, 2], [3, 4]], [[1, 0, -1], [2, 1, 0], [0, 1, 1]])
    try expect(
      "convolve(reshape([1, 2, 3, 4], [1, 1, 2, 2]), reshape([1, 0, -1, 2, 1, 0, 0, 1, 1], [1, 1, 3, 3]))",
      [1, 1, 4, 4], [1, 2, -1, -2, 5, 9, -1, -4, 6, 12, 7, 2, 0, 3, 7, 4])
    try expect(
      "convolve(reshape([1, 10], [1, 1, 2]), reshape([1, 2, 3], [1, 1, 3]), stride=2)", [1, 1, 5],
      [1, 2, 13, 20, 30])
    // Without spatial axes it is the product of matrices.
    try expect("convolve(reshape(arange(6), [2, 3]), reshape(arange(3), [3, 1]))", [2, 1], [5, 14])
    #expect(
      message("convolve(zeros([1, 2, 3, 3]), zeros([3, 1, 3, 3]))")
        == "shapes [1, 2, 3, 3] and [3, 1, 3, 3] do not fit together")
    #expect(
      message("convolve(ones([1, 1, 3]), ones([1, 1, 3]), stride=0)")
        == "the stride must be at least 1, found 0")
    #expect(
      message("convolve(ones([1, 1, 3]), ones([1, 1, 3]), stride=9000000000000000000)")
        == "the result has more than 1073741824 elements, the limit for one tensor")
  }

  @Test func factorsCountAsOperations() throws {
    let expression = try Expression(parsing: "[inverse(eye(8)) for i in arange(3)]")
    // An item takes 4096 operations, an inverse 2·8³.
    let limits = ExpressionLimits(operations: 3 * (4096 + 1024) - 1)
    #expect(throws: ExpressionError.self) {
      try ExpressionEvaluator(NamedValues(), limits: limits).value(of: expression)
    }
    let enough = ExpressionLimits(operations: 1 << 16)
    _ = try ExpressionEvaluator(NamedValues(), limits: enough).value(of: expression)
  }

  @Test func matricesAreInverted() throws {
    try expect(
      "inverse(reshape([4, 1, 2, 1, 3, 0, 2, 0, 5], [3, 3]))", [3, 3],
      [
        0.3488372093023256, -0.11627906976744187, -0.13953488372093023, -0.11627906976744187,
        0.3720930232558139, 0.046511627906976744, -0.13953488372093023, 0.046511627906976744,
        0.2558139534883721,
      ], within: 1e-15)
    #expect(
      message("inverse(reshape([1, 2, 2, 4], [2, 2]))")
        == "the matrix has no inverse: its rows depend on each other")
    #expect(message("inverse(zeros([2, 3]))") == "'inverse' expects a square matrix, found [2, 3]")
  }

  @Test(arguments: [(3, 2), (2, 3), (7, 7), (12, 5), (1, 4)])
  func matricesAreFactored(rows: Int, columns: Int) throws {
    var random = SystemRandomNumberGenerator()
    let values = (0..<rows * columns).map { _ in Double.random(in: -2...2, using: &random) }
    let a = Tensor(shape: [rows, columns], values: values)
    let (u, s, v) = a.singularValues
    let least = min(rows, columns)
    #expect(u.shape == [rows, least] && s.shape == [least] && v.shape == [columns, least])
    #expect(zip(s.values, s.values.dropFirst()).allSatisfy { $0 >= $1 })
    func dot(_ x: Tensor, _ i: Int, _ j: Int) -> Double {
      (0..<x.shape[0]).reduce(0) { $0 + x.values[$1 * least + i] * x.values[$1 * least + j] }
    }
    for i in 0..<least {
      for j in 0..<least {
        #expect(abs(dot(u, i, j) - (i == j ? 1 : 0)) < 1e-12)
        #expect(abs(dot(v, i, j) - (i == j ? 1 : 0)) < 1e-12)
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let sum = (0..<least).reduce(0.0) {
          $0 + u.values[row * least + $1] * s.values[$1] * v.values[column * least + $1]
        }
        #expect(abs(sum - values[row * columns + column]) < 1e-12)
      }
    }
  }

  @Test func singularValuesAreNumPys() throws {
    try expect(
      "svd(reshape([1, 2, 3, 4, 5, 6], [3, 2])).s", [2], [9.525518091565107, 0.5143005806586441],
      within: 1e-13)
    try expect("svd(ones([3, 3])).s", [3], [3, 0, 0], within: 1e-13)
  }

  @Test func textsAreTakenApart() throws {
    #expect(try value("matches('conv1/bn', 'conv*')") == .boolean(true))
    #expect(try value("matches('conv1/bn', 'conv')") == .boolean(false))
    #expect(try value("prefix('a/b/c', '/') + '_' + suffix('a/b/c', '/')") == .string("a_c"))
    #expect(try value("prefix('abc', '/')") == .string("abc"))
    #expect(try value("suffix('abc', '')") == .string("abc"))
    let sum = try Expression(parsing: "'abc' + 'def'")
    #expect(throws: ExpressionError.self) {
      try ExpressionEvaluator(NamedValues(), limits: ExpressionLimits(elements: 5)).value(of: sum)
    }
  }

  @Test func textsGrowWithinALimit() throws {
    let limits = ExpressionLimits(elements: 100, totalElements: 300, multiplications: 100)
    func length(_ text: String) throws -> Int? {
      let value = try ExpressionEvaluator(NamedValues(), limits: limits).value(of: Expression(parsing: text))
      if case .string(let name) = value { return name.bytes.count } else { return nil }
    }
    #expect(try length("replace('xaxa', 'a', 'yyy')") == 8)
    #expect(try length("replace('aaaa', 'aa', '')") == 0)
    #expect(try length("replace('aaaa', '', 'b')") == 4)
    #expect(throws: ExpressionError.self) {
      try length("replace(replace('aaaaaaaa', 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa')")
    }
  }

  @Test func listsAreMadeOfLists() throws {
    try expect("[2 * x for x in [1, 2, 3] if x != 2]", [2], [2, 6])
    try expect("sum([sum(r) for r in reshape(arange(6), [2, 3])])", [], [15])
    try expect("len([[y for y in arange(x)] for x in [1, 2]])", [], [2])
    #expect(message("[x for x in 3]") == "expected a list after 'in', found a number")
    #expect(message("[x for x in [1] if 1]") == "expected true or false, found a number")
    #expect(message("[x for x in [1]] + y") == "name 'y' is not defined")
    #expect(message("x + sum([x for x in [1]])") == "name 'x' is not defined")
  }

  @Test(arguments: [
    ("7 mod 2", "'mod' is not an operator; write 'a % b'"),
    ("7 // 2", "'//' is not an operator; write 'floor(a / b)'"),
    ("1 if true else 2", "'if' is not an operator; write where(condition, x, y)"),
    ("True", "name 'True' is not defined; write 'true'"),
    ("row([1, 2]) * zeros([2, 2])", "function 'row' does not exist; did you mean 'rows'?"),
    ("'a' == 'conv*'", ""),
  ])
  func otherLanguagesAreUnderstood(text: String, sentence: String) {
    #expect(message(text) == sentence)
  }
}
