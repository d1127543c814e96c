import CaffeIO
import Diagnostics
import Layers

/// What must hold for any net that is run.
enum RunChecks {
  /// What does not hold: a net of any parameters, blobs and inputs runs or is refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    var draw = Draw(bytes)
    let net = DrawnNet(&draw, isHostile: true)
    do {
      let definition = try net.definition
      return try failure(of: definition, net.blobs, numbers: net.numbers).map { "\($0)\n\(net.text)" }
    } catch {
      return FuzzChecks.failure(of: error).map { "\($0)\n\(net.text)" }
    }
  }

  /// What does not hold for one net; inputs are of `numbers`.
  static func failure(
    of definition: NetDefinition, _ blobs: [(layer: Name, blobs: [DrawnNet.Blob])], numbers: DrawnNumbers
  ) throws -> String? {
    var limits = LayerLimits()
    limits.valueCount = 1 << 14
    let parameters = GivenParameters(
      Dictionary(
        blobs.map {
          ($0.layer, $0.blobs.map { NetValue(shape: $0.shape, values: $0.values.map(Double.init)) })
        },
        uniquingKeysWith: { $1 }))
    let net = try NetRunner(definition, parameters: parameters, limits: limits)
    let shapes = try net.shapes()
    if let failure = try run(net, shapes, numbers, limits, in: Float.self) { return failure }
    return try run(net, shapes, numbers, limits, in: Double.self)
  }

  private static func run<S: NetScalar>(
    _ net: NetRunner, _ shapes: [[[Int]]?], _ numbers: DrawnNumbers, _ limits: LayerLimits, in scalar: S.Type
  ) throws -> String? {
    var numbers = numbers
    var inputs: [Name: NetValue<S>] = [:]
    for input in net.inputs {
      guard let shape = input.shape else { return nil }
      try limits.check(shape, ofInput: input.name)
      inputs[input.name] = NetValue(
        shape: shape, values: S.rounded(numbers.numbers(shape.reduce(1, *)).map(Double.init)))
    }
    var failure: String?
    _ = try net.run(
      inputs, cut: { _, _ in nil },
      observing: { made, top, value in
        // Of layers that are called alike nobody can tell which one it is.
        let same = net.steps.indices.filter { net.steps[$0].subject == made.subject }
        guard same.count == 1, let known = shapes[same[0]], top < known.count else { return }
        // Values decide how many detections or distinct rows there are; the shape is then the largest possible.
        let fits =
          zip(value.shape, known[top]).allSatisfy { $0 <= $1 } && value.shape.count == known[top].count
        if !fits { failure = "'\(made.subject.name)' made \(value.shape), expected \(known[top])" }
      })
    return failure
  }
}
