/// Makes a failing net as small as it can be.
///
/// Every decision is tried at 0, at half and at one less; what still fails is kept, until nothing does or the attempts
/// are used up. A smaller decision is a simpler net, so no knowledge of nets is needed here.
struct Shrinker {
  /// How many nets are tried.
  static let attemptLimit = 1500

  /// Tries decisions: the decisions that were really taken, if the net still fails.
  let attempt: ([Choices.Decision]) -> [Choices.Decision]?

  /// The smallest decisions found that still fail.
  func shrink(_ decisions: [Choices.Decision]) -> [Choices.Decision] {
    var best = decisions
    var attempts = 0
    func accepts(_ candidate: [Choices.Decision]) -> Bool {
      guard attempts < Self.attemptLimit else { return false }
      attempts += 1
      guard let taken = attempt(candidate), Self.isSimpler(taken, than: best) else { return false }
      best = taken
      return true
    }
    // Most decisions do not matter for the failure: all of them at once, then ever smaller parts.
    var size = best.count
    while size > 1 {
      var start = 0
      while start < best.count {
        var candidate = best
        for place in start..<min(start + size, candidate.count) { candidate[place].value = 0 }
        if candidate != best { _ = accepts(candidate) }
        start += size
      }
      size /= 2
    }
    var hasImproved = true
    while hasImproved, attempts < Self.attemptLimit {
      hasImproved = false
      var place = 0
      while place < best.count {
        let value = best[place].value
        // Which random numbers they are makes no net simpler.
        let values = best[place].name.hasSuffix(".seed") ? [0] : [0, value / 2, value - 1]
        for smaller in values where smaller < value && smaller >= 0 {
          var candidate = best
          candidate[place].value = smaller
          if accepts(candidate) {
            hasImproved = true
            break
          }
        }
        place += 1
      }
    }
    return best
  }

  /// Fewer decisions that are not 0, or the same number of smaller ones.
  private static func isSimpler(_ a: [Choices.Decision], than b: [Choices.Decision]) -> Bool {
    func weight(_ decisions: [Choices.Decision]) -> (Int, Int) {
      let counted = decisions.filter { !$0.name.hasSuffix(".seed") }
      return (counted.count { $0.value > 0 }, counted.reduce(0) { $0 + $1.value })
    }
    let (x, y) = (weight(a), weight(b))
    if x == y { return a.count { $0.value > 0 } < b.count { $0.value > 0 } }
    return x < y
  }
}
