import Layers

/// Smaller shapes for the inputs of nets, with less work, which most nets accept.
///
/// A net whose layers move windows over pictures takes pictures of other sizes, as Caffe's `Reshape` allows. A net with
/// an InnerProduct on whole pictures does not, but takes another batch. The results are compared like those of any
/// sample.
enum SmallerInputs {
  /// By how much a batch, and the height and width of a picture, are divided.
  private static let divisor = 4
  /// The shortest side of a smaller picture: with less, whole stages of a net read only padding.
  private static let leastSide = 32

  /// Smaller inputs; nil where none of them can be made smaller.
  static func of(_ inputs: [SampledInputs.Input]) -> [SampledInputs.Input]? {
    let batch =
      inputs.allSatisfy { $0.shape.first == inputs[0].shape.first } ? inputs.first?.shape.first : nil
    var smaller = inputs
    for index in smaller.indices where smaller[index].indexCount == nil {
      // A batch is divided for all inputs or none. Where it is divided, pictures stay whole: that is enough.
      if let batch, batch >= divisor {
        smaller[index].shape[0] = batch / divisor
      } else if smaller[index].shape.count == 4 {
        for axis in 2..<4 { smaller[index].shape[axis] = side(smaller[index].shape[axis]) }
      }
    }
    return smaller.map(\.shape) == inputs.map(\.shape) ? nil : smaller
  }

  /// About a quarter of a side, divisible by the same power of two up to 32: nets halve and double sides.
  private static func side(_ side: Int) -> Int {
    let unit = min(1 << side.trailingZeroBitCount, leastSide)
    let wanted = max(side / divisor, leastSide)
    return min(side, (wanted + unit - 1) / unit * unit)
  }
}
