/// Reads the values of one blob as Double, in chunks that fit the second-level cache.
struct BlobReader {
  let file: InputFile
  let blob: StoredBlob

  private static let chunkBytes = 131_072

  /// Reads values into the begin of `output`; the range must lie in the blob.
  ///
  /// - Throws: `FileError`.
  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    let wanted = elements.count * (blob.segments.first?.stride ?? 1)
    // No more aligned than any memory is: what glibc aligns beyond that is not used again as it is freed.
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.chunkBytes, max(wanted, 16)), alignment: 16)
    defer { buffer.deallocate() }
    var segment = segmentIndex(of: elements.lowerBound)
    var next = elements.lowerBound
    while next < elements.upperBound {
      let run = blob.segments[segment]
      let end = min(elements.upperBound, run.firstElement + run.count)
      while next < end {
        let count = min(end - next, max(1, buffer.count / run.stride))
        let offset = run.offset + (next - run.firstElement) * run.stride
        let byteCount = (count - 1) * run.stride + blob.storage.elementSize
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<byteCount])
        try file.read(at: offset, into: bytes)
        let target = UnsafeMutableBufferPointer(
          rebasing: output[next - elements.lowerBound..<next - elements.lowerBound + count])
        decode(UnsafeRawPointer(bytes.baseAddress!), stride: run.stride, into: target)
        next += count
      }
      segment += 1
    }
  }

  /// The same, each value rounded to single precision; values that are stored so are read where they belong.
  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Float>) throws {
    var segment = segmentIndex(of: elements.lowerBound)
    var next = elements.lowerBound
    let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: min(elements.count, Self.chunkBytes / 8))
    defer { room.deallocate() }
    while next < elements.upperBound {
      let run = blob.segments[segment]
      let end = min(elements.upperBound, run.firstElement + run.count)
      let isStoredSo = run.stride == 4 && blob.storage == .float
      while next < end {
        let count = isStoredSo ? end - next : min(end - next, room.count)
        let place = next - elements.lowerBound
        let target = UnsafeMutableBufferPointer(rebasing: output[place..<place + count])
        if isStoredSo {
          let offset = run.offset + (next - run.firstElement) * run.stride
          try file.read(at: offset, into: UnsafeMutableRawBufferPointer(target))
        } else {
          try read(next..<next + count, into: room)
          for index in target.indices { target[index] = Float(room[index]) }
        }
        next += count
      }
      segment += 1
    }
  }

  /// The segment that holds an element, by bisection.
  private func segmentIndex(of element: Int) -> Int {
    var low = 0
    var high = blob.segments.count - 1
    while low < high {
      let middle = (low + high) / 2
      let run = blob.segments[middle]
      if element >= run.firstElement + run.count { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func decode(
    _ bytes: UnsafeRawPointer, stride: Int, into target: UnsafeMutableBufferPointer<Double>
  ) {
    switch blob.storage {
    case .float where stride == 4:
      // With the distance known the loop is vectorised.
      for index in target.indices {
        target[index] = Double(bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
      }
    case .float:
      for index in target.indices {
        target[index] = Double(bytes.loadUnaligned(fromByteOffset: index * stride, as: Float.self))
      }
    case .double:
      for index in target.indices {
        target[index] = bytes.loadUnaligned(fromByteOffset: index * stride, as: Double.self)
      }
    case .half:
      for index in target.indices {
        let half = bytes.loadUnaligned(fromByteOffset: index &* stride, as: UInt16.self)
        target[index] = Double(HalfPrecision.widened(half))
      }
    case .other:
      break
    }
  }
}
