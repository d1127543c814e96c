import RandomTestSupport
import Testing

@testable import Operators

/// Attributes and inputs that no graph has: an error is welcome, a trap is not.
struct HostileOperatorTests {
  private static let numbers: [Int64] = [
    .min, -9_223_372_036_854_775_807, -2_147_483_648, -5, -2, -1, -1, 0, 0, 0, 1, 1, 1, 1, 2, 2,
    2, 3, 4,
    10, 268_435_457, 2_147_483_647, 4_294_967_296, .max,
  ]
  private static let floats: [Float] = [
    -.infinity, -1e30, -3, -1, -0.5, 0, 0, 0.25, 0.5, 1, 1, 2, 3, 7.5, 1e10, 1e30, .infinity, .nan,
  ]

  private struct Maker {
    var random: SplitMix
    /// Whether mostly small numbers are drawn, so that some calls get through.
    var isTame: Bool

    mutating func choice<T>(_ options: [T]) -> T {
      options[Int.random(in: 0..<options.count, using: &random)]
    }
    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func whole() -> Int64 {
      isTame && below(8) > 0 ? Int64.random(in: -2...3, using: &random) : choice(numbers)
    }

    mutating func number() -> Float { choice(floats) }

    mutating func shape() -> [Int] {
      (0..<below(isTame ? 5 : 7)).map { _ in choice([0, 1, 1, 1, 2, 2, 3, 4]) }
    }

    mutating func tensor(_ type: OperatorElementType, _ shape: [Int]) -> OperatorTensor<Float> {
      let count = shape.reduce(1, *)
      switch type {
      case .float: return OperatorTensor(shape: shape, values: .float((0..<count).map { _ in number() }))
      case .float16:
        return OperatorTensor(
          shape: shape,
          values: .float16((0..<count).map { _ in UInt16.random(in: 0 ... .max, using: &random) }))
      case .int64: return OperatorTensor(shape: shape, values: .int64((0..<count).map { _ in whole() }))
      case .bool: return OperatorTensor(shape: shape, values: .bool((0..<count).map { _ in below(2) == 0 }))
      }
    }

    mutating func attribute(_ field: OperatorAttributeField) -> OperatorAttribute {
      switch field.kind {
      case .int: return .int(whole())
      case .float: return .float(number())
      case .string: return .string(choice(field.words ?? [""]))
      case .ints:
        // As many as a picture has axes, mostly.
        return .ints((0..<choice([2, 2, 4, 4, below(6)])).map { _ in whole() })
      case .floats: return .floats((0..<below(4)).map { _ in number() })
      case .tensor: return .tensor(tensor(choice(OperatorElementType.allCases), choice([[], [1], shape()])))
      }
    }
  }

  @Test(arguments: OperatorRegistry.names)
  func neverTraps(name: String) throws {
    let signature = try #require(OperatorRegistry.signature(of: name))
    var maker = Maker(random: SplitMix(seed: name.utf8.reduce(1) { $0 &* 31 &+ UInt64($1) }), isTame: true)
    var ran = 0
    for attempt in 0..<600 {
      maker.isTame = attempt % 3 > 0
      let opset = maker.choice([11, 12, 13, 14, 16, 17, 18, 19, 21, 24, 28])
      var call = OperatorCall(
        name: name, outputCount: min(signature.outputCounts.upperBound, maker.choice([1, 1, 2, 3])),
        opset: opset)
      for field in signature.attributes where field.absence == .error || maker.below(3) == 0 {
        call.attributes[field.name] = maker.attribute(field)
      }
      var inputs: [OperatorTensor<Float>?] = []
      let shared = maker.shape()
      let picture = [1, 2, maker.choice([1, 3, 4]), maker.choice([1, 2, 4])]
      for input in signature.inputs where input.opsets.contains(opset) {
        for _ in 0..<(input.isVariadic ? 1 + maker.below(3) : 1) {
          let random = maker.choice([shared, shared, picture, maker.shape(), [], [maker.below(5)]])
          let shape = attempt % 4 > 0 ? Self.fitting[name]?[inputs.count] ?? random : random
          let isGiven = input.isRequired || maker.below(3) > 0
          let first = inputs.first??.type
          let type =
            input.group != nil && first.map { input.types.contains($0) } == true
            ? first ?? .float : maker.choice(input.types)
          inputs.append(isGiven ? maker.tensor(type, shape) : nil)
        }
      }
      do throws(OperatorError) {
        let outputs = try OperatorRegistry.run(call, inputs)
        #expect(outputs.count == call.outputCount)
        ran += 1
      } catch {
        #expect(!error.sentence.isEmpty)
      }
    }
    #expect(ran > 0)
  }

  /// Shapes of inputs that must fit each other in more ways than chance meets.
  private static let fitting = [
    "BatchNormalization": [[2, 3, 2], [3], [3], [3], [3]],
    "Conv": [[1, 2, 3, 3], [2, 2, 2, 2], [2]],
    "ConvTranspose": [[1, 2, 3, 3], [2, 1, 2, 2], [1]],
    "LSTM": [[2, 1, 3], [1, 8, 3], [1, 8, 2], [1, 16], [1], [1, 1, 2], [1, 1, 2], [1, 6]],
    "MaxRoiPool": [[1, 2, 3, 3], [1, 5]],
    "NonMaxSuppression": [[1, 3, 4], [1, 2, 3], [], [1], []],
    "RNN": [[2, 1, 3], [1, 2, 3], [1, 2, 2], [1, 4], [1], [1, 1, 2]],
    "RoiAlign": [[1, 2, 3, 3], [2, 4], [2]],
  ]
}
