import CaffeIO

/// A ReLU within another layer, of Intel's Caffe: y = x for x > 0, else `slope`·x, applied to what the layer computes.
package struct FusedReLU: Sendable, Equatable {
  /// The factor of negative values.
  package let slope: Double
  /// The path of the parameter that asks for it, with points.
  package let path: String

  /// The fields of a message that ask for it.
  static let fields = ["relu", "negative_slope"]

  /// The ReLU that `relu` and `negative_slope` of a message ask for; nil where there is none.
  init?(_ layer: WrittenLayer, message: String) throws(LayerError) {
    guard try layer.boolean(message, "relu", default: false) else { return nil }
    path = "\(message).relu"
    slope = try layer.number(message, "negative_slope", default: 0)
  }

  /// The value behind the ReLU; the argument is used up.
  func callAsFunction<S: NetScalar>(_ value: inout NetValue<S>) -> NetValue<S> {
    value.rectified(slope: S(slope))
  }
}

extension NetValue {
  /// The value behind a ReLU, which uses it up; the value itself where there is no ReLU.
  mutating func through(_ relu: FusedReLU?) -> NetValue {
    guard let relu else { return self }
    return relu(&self)
  }
}

extension WeightProduct {
  /// A run whose top goes through a ReLU, where there is one.
  func through(_ relu: FusedReLU?) -> any WeightProduct {
    relu.map { ReLUProduct(self, $0) } ?? self
  }
}

/// A run whose top goes through a ReLU.
private final class ReLUProduct: WeightProduct {
  private let base: any WeightProduct
  private let relu: FusedReLU

  init(_ base: any WeightProduct, _ relu: FusedReLU) {
    self.base = base
    self.relu = relu
  }

  func add(_ weights: WeightValues, from first: Int) { base.add(weights, from: first) }

  func merge(_ other: any WeightProduct) {
    guard let other = other as? ReLUProduct else {
      preconditionFailure("runs of one layer are of one kind")
    }
    base.merge(other.base)
  }

  func top(bias: [Double]?) -> NetValue<Double> {
    var top = base.top(bias: bias)
    return relu(&top)
  }
}
