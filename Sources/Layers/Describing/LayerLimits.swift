import Diagnostics

/// How much a net may ask for; a hostile definition gets an error and not the machine's memory.
package struct LayerLimits: Sendable {
  /// The most numbers that one value may have; 2²⁸ (1 GiB in Float) unless told otherwise.
  package var valueCount = 1 << 28
  /// The most dimensions that one value may have; 32, as in Caffe.
  package var rank = 32

  /// The stated defaults.
  package init() {}

  /// Throws when an input would be larger than allowed or has a negative dimension.
  package func check(_ shape: [Int], ofInput name: Name) throws(LayerError) {
    try check(shape, of: LayerSubject(name: name, type: "Input"))
  }

  /// Throws when a layer's output would be larger than allowed or has a negative dimension.
  package func check(_ shape: [Int], of layer: LayerSubject) throws(LayerError) {
    guard shape.count <= rank else {
      throw LayerError(layer, .tooManyDimensions(shape: shape, limit: rank))
    }
    var count = 1
    for size in shape {
      guard size >= 0 else { throw LayerError(layer, .negativeSize(shape: shape)) }
      // An empty dimension does not make room for others: products of only some dimensions must not overflow.
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, product <= valueCount else {
        throw LayerError(layer, .tooLarge(shape: shape, limit: valueCount))
      }
      count = product
    }
  }
}
