import Diagnostics
import Layers

/// Values for the inputs of a net: given ones, and random ones for the rest.
package struct SampledInputs: Sendable {
  /// Where the random numbers begin.
  package var seed: UInt64 = 1
  /// Shapes that take the place of those that the definition gives, by input.
  package var shapes: [Name: [Int]] = [:]
  /// Values read from files, by input.
  package var given: [Name: InputValues] = [:]

  /// How large an input may be.
  private let limits = LayerLimits()

  /// How many numbers a shape has; nil for one that nothing can have.
  private static func count(_ shape: [Int]) -> Int? {
    (try? LayerLimits().check(shape, ofInput: "")) == nil ? nil : shape.reduce(1, *)
  }

  /// Random values of the shapes that the definition gives.
  package init() {}

  /// The values of one sample: normal numbers of mean 0 and variance 1, the same for the same seed and sample.
  ///
  /// - Throws: `InputValuesError` for an input whose shape nobody gives; `model` is the path it names.
  package func values<S: NetScalar>(
    of net: NetRunner, sample: Int, model: String, in scalar: S.Type
  ) throws(InputValuesError) -> [Name: NetValue<S>] {
    var numbers = RandomNumbers(seed: seed &+ UInt64(sample) &* 1_000_003)
    var values: [Name: NetValue<S>] = [:]
    for input in net.inputs {
      let wanted = shapes[input.name] ?? input.shape
      if let file = given[input.name] {
        // A file may leave out leading ones.
        let fits = wanted.map { Self.count($0) == file.values.count } ?? false
        let shape = fits ? wanted! : file.shape
        values[input.name] = NetValue(shape: shape, values: S.rounded(file.values))
        continue
      }
      guard let shape = wanted else {
        throw InputValuesError(
          path: model,
          problem:
            "does not say the shape of its input '\(input.name)'; give --input-shape \(input.name)=1,3,224,224"
        )
      }
      do {
        try limits.check(shape, ofInput: input.name)
      } catch {
        throw InputValuesError(path: model, problem: error.diagnostic.sentence)
      }
      let count = shape.reduce(1, *)
      values[input.name] = NetValue(
        shape: shape, values: S.rounded((0..<count).map { _ in numbers.normal() }))
    }
    return values
  }

  /// Values for what a layer that cannot be run would make, the same for the same seed, sample and blob.
  ///
  /// - Parameters:
  ///   - shape: that of the layer's first bottom, which most layers keep.
  ///   - blob: the layer's top; values or a shape that were given for it come first.
  /// - Returns: nil where there is no shape.
  package func values<S: NetScalar>(
    behindCutAt blob: Name, shape: [Int]?, sample: Int, in scalar: S.Type
  ) -> NetValue<S>? {
    if let file = given[blob] {
      let wanted = shapes[blob] ?? file.shape
      let fits = Self.count(wanted) == file.values.count
      return NetValue(shape: fits ? wanted : file.shape, values: S.rounded(file.values))
    }
    guard let shape = shapes[blob] ?? shape, (try? limits.check(shape, ofInput: blob)) != nil else {
      return nil
    }
    // A sequence of its own, so that no two blobs are the same by accident.
    let place = blob.bytes.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var numbers = RandomNumbers(seed: place &+ UInt64(sample) &* 1_000_003)
    let count = shape.reduce(1, *)
    return NetValue(shape: shape, values: S.rounded((0..<count).map { _ in numbers.normal() }))
  }
}
