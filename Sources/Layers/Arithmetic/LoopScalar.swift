import CArithmetic

/// A number type for which there are fast loops; `CArithmetic.h` says what each one computes.
///
/// They are per type and in C, because a generic loop over vectors is compiled for the plainest machine.
package protocol LoopScalar: Sendable {
  /// How many columns a packed panel has.
  static var panelWidth: Int { get }
  /// target[i][j] (+)= shift[i] + Σ_k a[i][k]·b[k][j], for a packed block of b.
  static func multiply(
    _ a: StridedMatrix<Self>, _ block: PackedBlock<Self>, shift: UnsafePointer<Self>?,
    into target: UnsafeMutablePointer<Self>, stride: Int, accumulates: Bool)
  /// Packs source[rows[k] + columns[j]].
  static func pack(
    _ source: UnsafePointer<Self>, rows: UnsafeBufferPointer<Int>, columns: UnsafeBufferPointer<Int>,
    into panels: UnsafeMutablePointer<Self>)
  /// Σ a[i]·b[i].
  static func dot(_ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, count: Int) -> Self
  /// target[i] += factor·source[i].
  static func add(
    _ factor: Self, times source: UnsafePointer<Self>, to target: UnsafeMutablePointer<Self>, count: Int)
  /// target[i] = shift + Σ_t factors[t]·source[offsets[t] + i].
  static func weigh(
    _ source: UnsafePointer<Self>, at offsets: UnsafeBufferPointer<Int>, by factors: UnsafePointer<Self>,
    shift: Self, into target: UnsafeMutablePointer<Self>, count: Int)
  /// target[i] = the largest of `least` and source[offsets[t] + i]; NaN is passed over.
  static func largest(
    _ source: UnsafePointer<Self>, at offsets: UnsafeBufferPointer<Int>, least: Self,
    into target: UnsafeMutablePointer<Self>, count: Int)
  /// target[i] = source[i] where that is above zero, else slope·source[i].
  static func rectify(
    _ source: UnsafePointer<Self>, slope: Self, into target: UnsafeMutablePointer<Self>, count: Int)
  /// target[i] = factor·source[i] + shift.
  static func scale(
    _ source: UnsafePointer<Self>, by factor: Self, shift: Self, into target: UnsafeMutablePointer<Self>,
    count: Int)
  /// target[i] = (source[i] − mean)·factor·scale + shift.
  static func normalise(
    _ source: UnsafePointer<Self>, _ parameters: Normalisation<Self>,
    into target: UnsafeMutablePointer<Self>, count: Int)
  /// Σ source[i], in Double.
  static func sum(_ source: UnsafePointer<Self>, count: Int) -> Double
  /// Σ (source[i] − centre)², in Double.
  static func squares(_ source: UnsafePointer<Self>, about centre: Double, count: Int) -> Double
  /// Σ weights[i]·numbers[i], in Double.
  static func dot(_ weights: UnsafePointer<Self>, wide numbers: UnsafePointer<Double>, count: Int) -> Double
  /// sums[i mod lanes] += weights[i]·numbers[i]; `lanes` is a multiple of 4.
  static func add(
    _ weights: UnsafePointer<Self>, wide numbers: UnsafePointer<Double>, count: Int,
    to sums: UnsafeMutablePointer<Double>, lanes: Int)
  /// How far numbers are apart.
  static func gap(_ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, count: Int) -> NumberGap
}

/// How far two rows of numbers are apart.
package struct NumberGap: Sendable {
  /// The largest magnitude in the first row.
  package var largest = 0.0
  /// The largest difference.
  package var difference = 0.0
  /// How many numbers are finite in one row only, or not finite and not alike.
  package var notFinite = 0

  /// Of rows together.
  package mutating func merge(_ other: NumberGap) {
    largest = max(largest, other.largest)
    difference = max(difference, other.difference)
    notFinite += other.notFinite
  }
}

/// The loops that suit this machine best.
private let loops: MachineLoops = {
  guard let loops = caffoldLoops(0) else { preconditionFailure("some loops suit every machine") }
  return loops.pointee
}()
private let floatLoops = loops.single.pointee
private let doubleLoops = loops.wide.pointee

extension Float: LoopScalar {
  package static var panelWidth: Int { floatLoops.width }
  package static func multiply(
    _ a: StridedMatrix<Float>, _ block: PackedBlock<Float>, shift: UnsafePointer<Float>?,
    into target: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
  ) {
    floatLoops.multiply(
      a.start, a.rowStride, a.columnStride, block.panels, block.depth, shift, target, stride, a.rowCount,
      block.columnCount, accumulates)
  }
  package static func pack(
    _ source: UnsafePointer<Float>, rows: UnsafeBufferPointer<Int>, columns: UnsafeBufferPointer<Int>,
    into panels: UnsafeMutablePointer<Float>
  ) {
    floatLoops.pack(source, rows.baseAddress, rows.count, columns.baseAddress, columns.count, panels)
  }
  package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    floatLoops.dot(a, b, count)
  }
  package static func add(
    _ factor: Float, times source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    floatLoops.addMultiple(target, source, factor, count)
  }
  package static func weigh(
    _ source: UnsafePointer<Float>, at offsets: UnsafeBufferPointer<Int>, by factors: UnsafePointer<Float>,
    shift: Float, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    floatLoops.weigh(source, offsets.baseAddress, factors, offsets.count, shift, target, count)
  }
  package static func largest(
    _ source: UnsafePointer<Float>, at offsets: UnsafeBufferPointer<Int>, least: Float,
    into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    floatLoops.largest(source, offsets.baseAddress, offsets.count, least, target, count)
  }
  package static func rectify(
    _ source: UnsafePointer<Float>, slope: Float, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    floatLoops.rectify(source, slope, target, count)
  }
  package static func scale(
    _ source: UnsafePointer<Float>, by factor: Float, shift: Float, into target: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    floatLoops.scale(source, factor, shift, target, count)
  }
  package static func normalise(
    _ source: UnsafePointer<Float>, _ parameters: Normalisation<Float>,
    into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    let (mean, factor) = (parameters.mean, parameters.factor)
    floatLoops.normalise(source, mean, factor, parameters.scale, parameters.shift, target, count)
  }
  package static func sum(_ source: UnsafePointer<Float>, count: Int) -> Double {
    floatLoops.sum(source, count)
  }
  package static func squares(_ source: UnsafePointer<Float>, about centre: Double, count: Int) -> Double {
    floatLoops.squares(source, centre, count)
  }
  package static func dot(
    _ weights: UnsafePointer<Float>, wide numbers: UnsafePointer<Double>, count: Int
  ) -> Double {
    floatLoops.dotWide(weights, numbers, count)
  }
  package static func add(
    _ weights: UnsafePointer<Float>, wide numbers: UnsafePointer<Double>, count: Int,
    to sums: UnsafeMutablePointer<Double>, lanes: Int
  ) {
    floatLoops.addProducts(weights, numbers, count, sums, lanes)
  }
  package static func gap(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> NumberGap {
    var gap = NumberGap()
    floatLoops.compare(a, b, count, &gap.largest, &gap.difference, &gap.notFinite)
    return gap
  }
}

extension Double: LoopScalar {
  package static var panelWidth: Int { doubleLoops.width }
  package static func multiply(
    _ a: StridedMatrix<Double>, _ block: PackedBlock<Double>, shift: UnsafePointer<Double>?,
    into target: UnsafeMutablePointer<Double>, stride: Int, accumulates: Bool
  ) {
    doubleLoops.multiply(
      a.start, a.rowStride, a.columnStride, block.panels, block.depth, shift, target, stride, a.rowCount,
      block.columnCount, accumulates)
  }
  package static func pack(
    _ source: UnsafePointer<Double>, rows: UnsafeBufferPointer<Int>, columns: UnsafeBufferPointer<Int>,
    into panels: UnsafeMutablePointer<Double>
  ) {
    doubleLoops.pack(source, rows.baseAddress, rows.count, columns.baseAddress, columns.count, panels)
  }
  package static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    doubleLoops.dot(a, b, count)
  }
  package static func add(
    _ factor: Double, times source: UnsafePointer<Double>, to target: UnsafeMutablePointer<Double>, count: Int
  ) {
    doubleLoops.addMultiple(target, source, factor, count)
  }
  package static func weigh(
    _ source: UnsafePointer<Double>, at offsets: UnsafeBufferPointer<Int>, by factors: UnsafePointer<Double>,
    shift: Double, into target: UnsafeMutablePointer<Double>, count: Int
  ) {
    doubleLoops.weigh(source, offsets.baseAddress, factors, offsets.count, shift, target, count)
  }
  package static func largest(
    _ source: UnsafePointer<Double>, at offsets: UnsafeBufferPointer<Int>, least: Double,
    into target: UnsafeMutablePointer<Double>, count: Int
  ) {
    doubleLoops.largest(source, offsets.baseAddress, offsets.count, least, target, count)
  }
  package static func rectify(
    _ source: UnsafePointer<Double>, slope: Double, into target: UnsafeMutablePointer<Double>, count: Int
  ) {
    doubleLoops.rectify(source, slope, target, count)
  }
  package static func scale(
    _ source: UnsafePointer<Double>, by factor: Double, shift: Double,
    into target: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    doubleLoops.scale(source, factor, shift, target, count)
  }
  package static func normalise(
    _ source: UnsafePointer<Double>, _ parameters: Normalisation<Double>,
    into target: UnsafeMutablePointer<Double>, count: Int
  ) {
    let (mean, factor) = (parameters.mean, parameters.factor)
    doubleLoops.normalise(source, mean, factor, parameters.scale, parameters.shift, target, count)
  }
  package static func sum(_ source: UnsafePointer<Double>, count: Int) -> Double {
    doubleLoops.sum(source, count)
  }
  package static func squares(_ source: UnsafePointer<Double>, about centre: Double, count: Int) -> Double {
    doubleLoops.squares(source, centre, count)
  }
  package static func dot(
    _ weights: UnsafePointer<Double>, wide numbers: UnsafePointer<Double>, count: Int
  ) -> Double {
    doubleLoops.dotWide(weights, numbers, count)
  }
  package static func add(
    _ weights: UnsafePointer<Double>, wide numbers: UnsafePointer<Double>, count: Int,
    to sums: UnsafeMutablePointer<Double>, lanes: Int
  ) {
    doubleLoops.addProducts(weights, numbers, count, sums, lanes)
  }
  package static func gap(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> NumberGap {
    var gap = NumberGap()
    doubleLoops.compare(a, b, count, &gap.largest, &gap.difference, &gap.notFinite)
    return gap
  }
}
