/// What a blob of the output holds; nothing of it is in memory but new values.
package enum BlobContent: Sendable {
  /// A blob of the input, byte for byte.
  case stored(StoredBlob)
  /// A blob of the input in its own layout, each value times the product of its factors; the product is
  /// taken in Double and rounded once.
  case scaled(StoredBlob, [ChannelScale])
  /// New values in row-major order; small ones, such as a bias.
  ///
  /// In the place of a stored blob with as many values, the same number type and the same dimensions
  /// (leading ones apart) the values are put into its bytes and all else in it stays.
  case values([Double], shape: [Int], storage: BlobStorage)
  /// New values as well, computed piece by piece while they are written; or held, such as a product of matrices, and then
  /// encoded piece by piece.
  case computed(ComputedBlob)

  /// The dimensions.
  package var shape: [Int] {
    switch self {
    case .stored(let blob), .scaled(let blob, _): blob.shape
    case .values(_, let shape, _): shape
    case .computed(let blob): blob.shape
    }
  }

  /// The number of elements.
  package var count: Int {
    switch self {
    case .stored(let blob), .scaled(let blob, _): blob.count
    case .values(let values, _, _): values.count
    case .computed(let blob): blob.count
    }
  }

  /// The number type it is stored in.
  package var storage: BlobStorage {
    switch self {
    case .stored(let blob), .scaled(let blob, _): blob.storage
    case .values(_, _, let storage): storage
    case .computed(let blob): blob.storage
    }
  }
}

/// Numbers that are computed when they are asked for.
package protocol ComputedNumbers: AnyObject, Sendable {
  /// How many numbers are best asked for at a time.
  var block: Int { get }
  /// How many operations it takes to compute one of them.
  var cost: Int { get }
  /// Brings a range of the numbers, in row-major order, to the begin of `output`.
  ///
  /// Ranges may be asked for at the same time and more than once, and hold the same numbers each time.
  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws
}

/// A blob whose numbers are computed when they are asked for.
package struct ComputedBlob: Sendable {
  /// The numbers, in Double.
  package var numbers: any ComputedNumbers
  /// The dimensions.
  package var shape: [Int]
  /// The number type it is stored in.
  package var storage: BlobStorage
  /// What each number is multiplied with; the product is taken in Double and rounded once.
  package var scales: [ChannelScale] = []
  /// The largest magnitude among the numbers, before they are multiplied.
  package var largest: Double

  /// Makes a blob from its parts.
  package init(_ numbers: any ComputedNumbers, shape: [Int], storage: BlobStorage, largest: Double) {
    self.numbers = numbers
    self.shape = shape
    self.storage = storage
    self.largest = largest
  }

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }
}
