import Diagnostics

/// The order in which smaller shapes of inputs are tried.
///
/// First one image instead of a batch, then smaller images of all inputs at once, which often have to fit each other, then each size on
/// its own. A size is tried as 1, and then halved as long as that is taken.
struct ShapeSearch {
  private struct Goal {
    /// The sizes that change together: input and axis.
    var places: [(input: Int, axis: Int)]
    var triesOne = true
  }

  private var shapes: [(name: Name, shape: [Int])]
  private var goals: [Goal] = []
  private var tried: [(name: Name, shape: [Int])] = []

  /// - Parameter changesBatchAlone: whether the first size is the only one that changes.
  init(shapes: [(Name, [Int])], changesBatchAlone: Bool = false) {
    self.shapes = shapes.map { (name: $0.0, shape: $0.1) }
    func places(_ isWanted: (Int, [Int]) -> Bool) -> [(input: Int, axis: Int)] {
      self.shapes.indices.flatMap { input in
        self.shapes[input].shape.indices.filter { isWanted($0, self.shapes[input].shape) }.map { (input, $0) }
      }
    }
    goals = [Goal(places: places { axis, _ in axis == 0 })]
    if !changesBatchAlone {
      goals.append(Goal(places: places { axis, _ in axis >= 2 }))
      goals += places { axis, _ in axis != 1 }.map { Goal(places: [$0]) }
      goals.append(Goal(places: places { axis, _ in axis == 1 }))
    }
    goals.reverse()
  }

  /// The shapes to try; nil where all have been. `note` has to follow.
  mutating func next() -> [(name: Name, shape: [Int])]? {
    while let goal = goals.last {
      tried = shapes
      for (input, axis) in goal.places {
        let size = shapes[input].shape[axis]
        tried[input].shape[axis] = goal.triesOne ? min(size, 1) : size - size / 2
      }
      if zip(tried, shapes).contains(where: { $0.shape != $1.shape }) { return tried }
      goals.removeLast()
    }
    return nil
  }

  /// Tells whether the net of the shapes that were given last fails.
  mutating func note(_ fails: Bool) {
    guard let goal = goals.last else { return }
    if fails { shapes = tried }
    if goal.triesOne {
      goals[goals.count - 1].triesOne = false
    } else if !fails {
      goals.removeLast()
    }
  }
}
