import Diagnostics
import Layers
import Threads

/// Values for the inputs of two nets: given ones, and random ones for the rest.
package struct SampledInputs: Sendable {
  /// Where the random numbers begin.
  package var seed: UInt64 = 1
  /// Shapes that take the place of those that the definition gives, by input.
  package var shapes: [Name: [Int]] = [:]
  /// Values read from files, by input.
  package var given: [Name: InputValues] = [:]

  /// The most numbers that all inputs may have together.
  package static let countLimit = 1 << 25

  /// Random values of the shapes that the definitions give.
  package init() {}

  /// One sample: which random numbers, and how large they are.
  package struct Sample: Sendable, Equatable {
    /// Its number: equal numbers give equal values.
    package var number: Int
    /// What normal numbers of mean 0 and variance 1 are multiplied by.
    package var scale: Double = 1

    /// How many times larger than at the usual size a difference may be: see ``SampleSpread``.
    package var allowance: Double { scale == 1 ? 1 : max(SampleSpread.within(scale).allowance, 10) }

    /// Numbers of the size of 1.
    package init(_ number: Int, scale: Double = 1) {
      self.number = number
      self.scale = scale
    }
  }

  /// An input and its shape.
  package struct Input: Sendable {
    package var name: Name
    package var shape: [Int]
    /// How many indices there are, where layers take its numbers for such; nil for any other.
    package var indexCount: Int?
  }

  /// The inputs that layers of either net read which can be run, with their shapes: those of the first net, then those that only
  /// the second has.
  ///
  /// - Parameter model: the path that messages name.
  /// - Throws: `InputValuesError`, one for all inputs whose shape nobody gives; for shapes that are too large.
  package func inputs(_ first: NetRunner, _ second: NetRunner, model: String) throws(InputValuesError)
    -> [Input]
  {
    var inputs: [Input] = []
    var missing: [Name] = []
    let needed = first.neededInputs.union(second.neededInputs)
    for (name, shape) in finalShapes(first, second) {
      let isWanted = needed.contains(name) || shapes[name] != nil || given[name] != nil
      if let shape, isWanted {
        inputs.append(Input(name: name, shape: shape))
      } else if needed.contains(name) {
        missing.append(name)
      }
    }
    guard missing.isEmpty else { throw Self.missingShapes(missing, model: model) }
    try check(inputs, model: model)
    for net in [first, second] { Self.findIndices(in: net, &inputs) }
    return inputs
  }

  /// The inputs of both nets, those of the first one before those that only the second has, with the shapes that they run with; nil
  /// where nobody gives one. A net whose definition gives none takes that of the other.
  private func finalShapes(_ first: NetRunner, _ second: NetRunner) -> [(name: Name, shape: [Int]?)] {
    let own = Set(first.inputs.map(\.name))
    let shapesOfOthers = Dictionary(second.inputs.map { ($0.name, $0.shape) }) { first, _ in first }
    return (first.inputs + second.inputs.filter { !own.contains($0.name) }).map { input in
      let wanted = shapes[input.name] ?? input.shape ?? shapesOfOthers[input.name] ?? nil
      guard let file = given[input.name] else { return (input.name, wanted) }
      // A file may leave out leading ones.
      let fits = wanted.flatMap(Self.count) == file.values.count
      return (input.name, fits ? wanted : file.shape)
    }
  }

  /// The shapes that inputs run with which the definition of either net gives another shape, or none.
  package func shapes(otherThanIn first: NetRunner, _ second: NetRunner) -> [Name: [Int]] {
    let final = Dictionary(finalShapes(first, second)) { first, _ in first }
    var others: [Name: [Int]] = [:]
    for input in first.inputs + second.inputs {
      if let shape = final[input.name] ?? nil, shape != input.shape { others[input.name] = shape }
    }
    return others
  }

  /// Finds out which inputs hold indices.
  private static func findIndices(in net: NetRunner, _ inputs: inout [Input]) {
    guard net.steps.contains(where: { $0.layer is any IndexReading }) else { return }
    let given = Dictionary(inputs.map { ($0.name, $0.shape) }) { first, _ in first }
    let tops = (try? net.shapes(given)) ?? []
    var shapes = given
    let places = Dictionary(inputs.enumerated().map { ($1.name, $0) }) { first, _ in first }
    for (step, made) in zip(net.steps, tops) {
      if let layer = step.layer as? any IndexReading {
        let bottoms = step.bottoms.compactMap { shapes[$0] }
        for (place, bottom) in step.bottoms.enumerated() where bottoms.count == step.bottoms.count {
          guard let count = layer.indexCount(ofBottom: place, bottoms),
            let input = places[bottom]
          else { continue }
          inputs[input].indexCount = count
        }
      }
      for (top, shape) in zip(step.tops, made ?? []) { shapes[top] = shape }
    }
  }

  private static func missingShapes(_ names: [Name], model: String) -> InputValuesError {
    let list = names.map { "'\($0)'" }
    let flags = names.map { "--input-shape \($0)=1,3,224,224" }.joined(separator: " ")
    let subject =
      names.count == 1
      ? "the shape of its input \(list[0])"
      : "the shapes of its inputs \(list.dropLast().joined(separator: ", ")) and \(list.last!)"
    return InputValuesError(path: model, problem: "does not say \(subject); give \(flags)")
  }

  private func check(_ inputs: [Input], model: String) throws(InputValuesError) {
    var total = 0
    for input in inputs {
      do {
        try LayerLimits().check(input.shape, ofInput: input.name)
      } catch {
        throw InputValuesError(path: model, problem: error.diagnostic.sentence)
      }
      total += input.shape.product
    }
    guard total <= Self.countLimit else {
      throw InputValuesError(
        path: model,
        problem:
          "the inputs have \(total) numbers together; the limit is \(Self.countLimit); give smaller ones with --input-shape"
      )
    }
  }

  /// How many numbers a shape has; nil for one that nothing can have.
  private static func count(_ shape: [Int]) -> Int? {
    (try? LayerLimits().check(shape, ofInput: "")) == nil ? nil : shape.product
  }

  /// The values of one sample, the same for the same seed and sample.
  package func values<S: NetScalar>(
    of inputs: [Input], _ sample: Sample, in scalar: S.Type
  ) -> [Name: NetValue<S>] {
    var numbers = RandomNumbers(seed: seed &+ UInt64(sample.number) &* 1_000_003)
    var values: [Name: NetValue<S>] = [:]
    for input in inputs {
      if let file = given[input.name] {
        values[input.name] = NetValue(shape: input.shape, values: S.rounded(file.values))
      } else if let count = input.indexCount {
        let indices = (0..<input.shape.product).map { _ in S(Int(numbers.uniform() * Double(count))) }
        values[input.name] = NetValue(shape: input.shape, values: indices)
      } else {
        values[input.name] = Self.random(input.shape, sample.scale, &numbers)
      }
    }
    return values
  }

  /// Values for what a layer that cannot be run would make, the same for the same seed, sample and blob.
  ///
  /// - Parameters:
  ///   - blob: the layer's top; values or a shape that were given for it come first.
  ///   - shape: that of the layer's first bottom, which most layers keep.
  /// - Returns: nil where there is no shape.
  package func values<S: NetScalar>(
    behindCutAt blob: Name, shape: [Int]?, _ sample: Sample, in scalar: S.Type
  ) -> NetValue<S>? {
    if let file = given[blob] {
      let wanted = shapes[blob] ?? file.shape
      let fits = Self.count(wanted) == file.values.count
      return NetValue(shape: fits ? wanted : file.shape, values: S.rounded(file.values))
    }
    guard let shape = shapes[blob] ?? shape, let count = Self.count(shape), count <= Self.countLimit else {
      return nil
    }
    // A sequence of its own, so that no two blobs are the same by accident.
    let place = blob.bytes.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var numbers = RandomNumbers(seed: place &+ UInt64(sample.number) &* 1_000_003)
    return Self.random(shape, sample.scale, &numbers)
  }

  private static func random<S: NetScalar>(
    _ shape: [Int], _ scale: Double, _ numbers: inout RandomNumbers
  ) -> NetValue<S> {
    let count = shape.product
    let start = numbers
    numbers.skip(normals: count)
    let values = [S](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      // In pieces: all numbers in Double would take twice as much as the value.
      Parallel.forEach((count + piece - 1) / piece, work: count * 30) { index in
        var own = start
        own.skip(normals: index * piece)
        let range = index * piece..<min(count, (index + 1) * piece)
        let part = S.rounded(range.map { _ in scale * own.normal() })
        _ = UnsafeMutableBufferPointer(rebasing: buffer[range]).update(fromContentsOf: part)
      }
    }
    return NetValue(shape: shape, values: values)
  }

  private static let piece = 1 << 12
}
