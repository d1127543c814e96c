/// A tensor in memory: a small constant of a node, or an initializer that was read whole.
package struct OnnxTensor: Sendable, Equatable {
  /// The type of the elements (`OnnxElementType`).
  package var elementType: Int32
  /// The sizes of the axes, outermost first; none for a single element.
  package var shape: [Int]
  /// The elements in row-major order, little-endian, those smaller than a byte packed; none of strings.
  package var bytes: [UInt8]
  /// The elements of a tensor of strings.
  package var strings: [[UInt8]]
  /// The name; mostly none.
  package var name: String

  /// Makes a tensor from its parts.
  package init(
    elementType: Int32, shape: [Int], bytes: [UInt8], strings: [[UInt8]] = [], name: String = ""
  ) {
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
    self.strings = strings
    self.name = name
  }

  /// A tensor of floats; a vector unless a shape is given.
  package init(_ values: [Float], shape: [Int]? = nil) {
    self.init(
      elementType: OnnxElementType.float, shape: shape ?? [values.count],
      bytes: Self.littleEndian(values.map(\.bitPattern)))
  }

  /// A tensor of 64-bit integers, such as a shape or axes; a vector unless a shape is given.
  package init(_ values: [Int64], shape: [Int]? = nil) {
    self.init(
      elementType: OnnxElementType.int64, shape: shape ?? [values.count], bytes: Self.littleEndian(values))
  }

  /// The elements as numbers of a type whose size is theirs; both machines that are supported keep them as files do.
  package func numbers<Number: BitwiseCopyable>(of type: Number.Type) -> [Number] {
    let count = bytes.count / MemoryLayout<Number>.stride
    return [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
      // All at once: one by one, the numbers of a large tensor took most of the time of a proof.
      UnsafeMutableRawBufferPointer(numbers).copyBytes(
        from: bytes.prefix(count * MemoryLayout<Number>.stride))
      initialized = count
    }
  }

  private static func littleEndian(_ values: [some FixedWidthInteger]) -> [UInt8] {
    values.map(\.littleEndian).withUnsafeBytes { Array($0) }
  }
}
