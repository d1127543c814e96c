import Diagnostics

/// What the blobs of a weights file hold.
public struct WeightsResult: Sendable {
  /// A blob.
  public struct Blob: Sendable {
    /// Its place among the layer's blobs.
    public var index: Int
    /// The dimensions.
    public var shape: [Int]
    /// How many numbers.
    public var count: Int
    /// How the file stores them: `float32`, `float64`, `float16`, or `type N` for a type that cannot be read.
    public var storage: String
    /// What the numbers are like; nil for a type that cannot be read.
    package var statistics: BlobStatistics?
    /// How many finite numbers lie in each of equal intervals from the smallest to the largest; empty where nobody asked, and for
    /// numbers that are all the same.
    public var histogram: [Int] = []
    /// The `.npy` file that was written.
    public var file: String?
  }

  /// A layer.
  public struct Layer: Sendable {
    /// The name.
    public var name: Name
    /// The type by its present name.
    public var type: String
    /// Its blobs.
    public var blobs: [Blob]
  }

  /// The weights file.
  public var path: String
  /// The layers that were asked for and have blobs.
  public var layers: [Layer]
}
