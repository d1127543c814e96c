/// The number type that a blob's values are stored in.
package enum BlobStorage: Sendable, Hashable {
  /// `data`, or `raw_data` of type FLOAT.
  case float
  /// `double_data`, or `raw_data` of type DOUBLE.
  case double
  /// `raw_data` of type FLOAT16.
  case half
  /// `raw_data` of another type number of NVCaffe's; kept as it is, its values cannot be read.
  case other(Int)

  /// The size of one value in bytes; 0 when unknown.
  package var elementSize: Int {
    switch self {
    case .float: 4
    case .double: 8
    case .half: 2
    case .other: 0
    }
  }
}

/// A run of a blob's values that lie at equal distances in the file.
package struct BlobSegment: Sendable, Equatable {
  /// The index in the blob of the first value.
  package var firstElement: Int
  /// The byte offset of the first value in the file.
  package var offset: Int
  /// The distance of the values in bytes: their size when packed, more when each has its own tag.
  package var stride: Int
  /// How many values.
  package var count: Int

  /// The bytes from the first to the end of the last value, tags between them included.
  package func byteRange(elementSize: Int) -> Range<Int> {
    count == 0 ? offset..<offset : offset..<offset + (count - 1) * stride + elementSize
  }
}

/// A blob of a weights file, by position: nothing of its values is in memory.
package struct StoredBlob: Sendable, Equatable {
  /// From the first byte of the blob's tag to its end.
  package var fieldRange: Range<Int>
  /// The `BlobProto` without tag and length.
  package var bodyRange: Range<Int>
  /// The dimensions: the four legacy ones when any of those is present (as Caffe reads them), else
  /// `shape.dim`; with neither, one dimension of the count, or none for a single value.
  package var shape: [Int]
  /// Whether the shape stands in `num`, `channels`, `height` and `width`.
  package var isLegacyShape: Bool
  /// The number of values.
  package var count: Int
  /// The number type of the values.
  package var storage: BlobStorage
  /// Where the values lie, in element order.
  package var segments: [BlobSegment]
}
