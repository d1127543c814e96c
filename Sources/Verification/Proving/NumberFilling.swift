import Diagnostics
import Layers

/// Fills blobs and inputs with numbers.
///
/// In most nets every number is random: a multiple of 1/256, so that it is short to print and its products are exact
/// for long. The simpler fillings — one number throughout, small whole numbers — come up too: they meet conditions
/// such as `all(bn.blobs[0] == 0)`, and they are what a counterexample is shrunk to.
struct NumberFilling {
  /// The values of a blob; decisions are named after `name`.
  static func values(
    _ specification: BlobDescription, name: Name, _ choices: inout Choices
  ) -> NetValue<Double> {
    let count = specification.shape.product
    let constants = constants(of: specification.role)
    // One in eight is constant.
    let style = choices.choose("\(name).numbers", below: 8 * (constants.count + 1))
    let seed = UInt64(choices.choose("\(name).seed", below: 1 << 32))
    if style < constants.count {
      return NetValue(shape: specification.shape, repeating: constants[style])
    }
    if style == constants.count {
      let steps = steps(of: specification.role)
      return NetValue(shape: specification.shape, values: (0..<count).map { steps[$0 % steps.count] })
    }
    var random = RandomNumbers(seed: seed)
    return NetValue(
      shape: specification.shape, values: (0..<count).map { _ in Self.random(specification.role, &random) })
  }

  private static func constants(of role: BlobRole) -> [Double] {
    switch role {
    case .weight: [1, 0, 2]
    case .shift: [0, 1]
    case .factor: [1, 2, 0]
    case .variance: [1, 3]
    case .divisor: [1, 2]
    }
  }

  private static func steps(of role: BlobRole) -> [Double] {
    switch role {
    case .weight, .shift: [1, -2, 3, 5]
    case .factor: [2, -1, 3]
    case .variance: [3, 1, 0]
    case .divisor: [4]
    }
  }

  private static func random(_ role: BlobRole, _ random: inout RandomNumbers) -> Double {
    let bits = random.next()
    // −2 to 2 in steps of 1/256.
    let number = Double(Int(bits % 1025) - 512) / 256
    switch role {
    case .weight, .shift: return number
    case .factor: return (bits >> 32) % 16 == 0 ? 0 : number
    // From the size of a usual ε to 8: a forgotten ε must show.
    case .variance: return Double(1 + bits % 255) / 32 / Double(1 << (3 * ((bits >> 32) % 7)))
    case .divisor: return [1, 0.5, 4, 999.25, 0][Int((bits >> 32) % 5)]
    }
  }
}
