/// A layer that divides by stored variances.
package protocol VarianceStoring: LayerDescription {
  /// The variances, one for each channel, and what is added to each; nil where the layer, as it is written, uses none
  /// that are stored.
  func storedVariances(_ blobs: [NetValue<Double>]) -> (variances: [Double], epsilon: Double)?
}

extension BatchNormLayer: VarianceStoring {
  package func storedVariances(_ blobs: [NetValue<Double>]) -> (variances: [Double], epsilon: Double)? {
    usesStored ? (dialect.statistics(blobs).variance, epsilon) : nil
  }
}

extension BNLayer: VarianceStoring {
  package func storedVariances(_ blobs: [NetValue<Double>]) -> (variances: [Double], epsilon: Double)? {
    blobs.count == 4 ? (blobs[3].values, epsilon) : nil
  }
}
