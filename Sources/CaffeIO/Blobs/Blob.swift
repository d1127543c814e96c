import Tensors

/// A parameter blob as it will be: where its numbers come from, what they are multiplied with, its shape and its number type.
///
/// Only small new blobs, such as biases, are in memory.
package struct Blob: Sendable {
  /// Where the numbers come from.
  package enum Source: Sendable {
    /// A blob of the weights file. Without scales it is written byte for byte.
    case stored(StoredBlob)
    /// New numbers in row-major order.
    ///
    /// In the place of a stored blob with as many numbers, the same number type and the same dimensions
    /// (leading ones apart) the numbers are written over those of the stored blob; all other bytes stay.
    case held([Double])
    /// New numbers that are computed while they are written; `largest` is their largest magnitude.
    case computed(LazyTensor, largest: Double)
  }

  /// Where the numbers come from.
  package private(set) var source: Source
  /// What each number is multiplied with. Products are taken in Double and rounded once, when they are written.
  package private(set) var scales = ScaleStack()
  /// The dimensions.
  package let shape: Shape
  /// The number type that it is written in.
  package let storage: BlobStorage

  /// A blob of the weights file as it is.
  package init(_ stored: StoredBlob) {
    source = .stored(stored)
    (shape, storage) = (stored.shape, stored.storage)
  }

  /// A vector of new numbers.
  package init(_ values: [Double], storage: BlobStorage) {
    self.init(values, shape: Shape(ofVector: values), storage: storage)
  }

  /// New numbers in row-major order; writing throws where they are not as many as the shape has.
  package init(_ values: [Double], shape: Shape, storage: BlobStorage) {
    source = .held(values)
    (self.shape, self.storage) = (shape, storage)
  }

  /// Numbers that are computed while they are written.
  ///
  /// - Parameters:
  ///   - largest: their largest magnitude.
  ///   - shape: of as many numbers as the tensor has.
  package init(_ numbers: LazyTensor, largest: Double, shape: Shape, storage: BlobStorage) {
    source = .computed(numbers, largest: largest)
    (self.shape, self.storage) = (shape, storage)
  }

  /// How many numbers it has.
  package var count: Int {
    switch source {
    case .stored(let blob): blob.count
    case .held(let values): values.count
    case .computed(let numbers, _): numbers.count
    }
  }

  /// The blob of the weights file whose numbers it has, scaled or not; nil for new numbers.
  package var stored: StoredBlob? {
    if case .stored(let blob) = source { return blob }
    return nil
  }

  /// Every number times the factor of its channel.
  package func scaled(by scale: ChannelScale) -> Blob {
    var blob = self
    if case .held(var values) = source, scale.covers(count: values.count) {
      for element in values.indices { values[element] *= scale.factors[scale.channel(of: element)] }
      blob.source = .held(values)
    } else {
      blob.scales.multiply(by: scale)
    }
    return blob
  }

  /// The same shape and number type with other numbers.
  package func replacingValues(with values: [Double]) -> Blob {
    Blob(values, shape: shape, storage: storage)
  }
}
