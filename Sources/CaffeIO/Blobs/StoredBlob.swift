import Tensors

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

  /// The indices in the blob of the values.
  package var elements: Range<Int> { firstElement..<firstElement + count }

  /// The bytes from the first to the end of the last value, tags between them included.
  package func byteRange(elementSize: Int) -> Range<Int> {
    count == 0 ? offset..<offset : offset..<offset + (count - 1) * stride + elementSize
  }

  /// Reads some of the values to the begin of `buffer`, one behind the other.
  ///
  /// - Parameter buffer: has room for the bytes from the first to the end of the last value.
  func read(
    _ elements: Range<Int>, elementSize size: Int, of file: InputFile,
    into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    guard !elements.isEmpty else { return }
    let byteCount = (elements.count - 1) * stride + size
    try file.read(
      at: offset + (elements.lowerBound - firstElement) * stride,
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<byteCount]))
    guard stride != size, let base = buffer.baseAddress else { return }
    for index in 1..<elements.count {
      (base + index * size).copyMemory(from: base + index * stride, byteCount: size)
    }
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
  package var shape: Shape
  /// Whether the shape stands in `num`, `channels`, `height` and `width`.
  package var isLegacyShape: Bool
  /// The number type of the values.
  package var storage: BlobStorage
  /// Where the values lie, in element order; none for a number type that is not known.
  package var segments: [BlobSegment]

  /// The number of values.
  package var count: Int { shape.product }

  /// The segments that hold some elements, found by bisection: a blob may have very many.
  func segments(holding elements: Range<Int>) -> ArraySlice<BlobSegment> {
    var (low, high) = (0, segments.count)
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].elements.upperBound <= elements.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    let rest = segments[low...]
    return rest.prefix { $0.firstElement < elements.upperBound }
  }
}
