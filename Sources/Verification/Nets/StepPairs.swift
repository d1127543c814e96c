import Diagnostics
import CaffeIO
import Layers

/// Which layers of two nets are the same one: those of one name and type.
struct StepPairs {
  private let first: NetRunner
  private let second: NetRunner
  /// By step of the first net, the step of the second one.
  let partners: [Int?]
  /// By step of the second net, the step of the first one.
  let partnersOfSecond: [Int?]

  init(_ first: NetRunner, _ second: NetRunner) {
    self.first = first
    self.second = second
    let (own, others) = (Self.unique(first), Self.unique(second))
    var partners = [Int?](repeating: nil, count: first.steps.count)
    var partnersOfSecond = [Int?](repeating: nil, count: second.steps.count)
    for (name, step) in own {
      guard let other = others[name], first.steps[step].subject == second.steps[other].subject else {
        continue
      }
      (partners[step], partnersOfSecond[other]) = (other, step)
    }
    self.partners = partners
    self.partnersOfSecond = partnersOfSecond
  }

  /// Layers by name, those apart whose name several have.
  private static func unique(_ net: NetRunner) -> [Name: Int] {
    var places: [Name: Int] = [:]
    var repeated: Set<Name> = []
    for (place, step) in net.steps.enumerated()
    where places.updateValue(place, forKey: step.subject.name) != nil {
      repeated.insert(step.subject.name)
    }
    return places.filter { !repeated.contains($0.key) }
  }

  /// Whether the layers compute the same function of as many bottoms: their parameters are written alike.
  func areWrittenAlike(_ step: Int, _ other: Int) -> Bool {
    let (a, b) = (first.steps[step], second.steps[other])
    guard a.bottoms.count == b.bottoms.count, a.tops.count == b.tops.count else { return false }
    return a.definition.parameterText == b.definition.parameterText
  }

  /// Whether their blobs hold the same numbers, too.
  func areAlike(_ step: Int, _ other: Int) throws -> Bool {
    guard areWrittenAlike(step, other) else { return false }
    return try first.parameters(of: first.steps[step].subject.name)
      == second.parameters(of: second.steps[other].subject.name)
  }
}
