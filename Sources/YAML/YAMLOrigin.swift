import Diagnostics

/// The file that nodes come from, shared by all of them, with libyaml's character marks turned into byte offsets.
package final class YAMLOrigin: Sendable {
  /// The file.
  package let source: SourceText
  /// Where the text begins: 3 behind a byte-order mark, else 0.
  let textStart: Int
  /// The byte offset of each `stride`-th Unicode scalar; nil when all are one byte long.
  private let checkpoints: [Int]?

  private static let stride = 64

  init(_ source: SourceText) {
    self.source = source
    let bytes = source.bytes
    textStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard bytes[textStart...].contains(where: { $0 >= 0x80 }) else {
      checkpoints = nil
      return
    }
    var points: [Int] = []
    var scalars = 0
    for index in textStart..<bytes.count where bytes[index] & 0xC0 != 0x80 {
      if scalars % YAMLOrigin.stride == 0 { points.append(index) }
      scalars += 1
    }
    checkpoints = points
  }

  /// The byte offset of the Unicode scalar number `character`, counted from 0 behind a byte-order mark.
  func offset(ofCharacter character: Int) -> Int {
    let bytes = source.bytes
    guard let checkpoints else { return min(textStart + character, bytes.count) }
    let point = character / YAMLOrigin.stride
    guard point < checkpoints.count else { return bytes.count }
    var index = checkpoints[point]
    for _ in 0..<character % YAMLOrigin.stride {
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    }
    return min(index, bytes.count)
  }

  /// Where a node's content begins when its properties (`&anchor`, `!tag`) begin at `offset`.
  func skipProperties(from offset: Int) -> Int {
    let bytes = source.bytes
    var index = offset
    while index < bytes.count, bytes[index] == UInt8(ascii: "&") || bytes[index] == UInt8(ascii: "!") {
      while index < bytes.count, !bytes[index].isYAMLSpace { index += 1 }
      index = skipSpaceAndComments(from: index)
    }
    return index
  }

  private func skipSpaceAndComments(from offset: Int) -> Int {
    let bytes = source.bytes
    var index = offset
    while index < bytes.count {
      if bytes[index].isYAMLSpace {
        index += 1
      } else if bytes[index] == UInt8(ascii: "#") {
        while index < bytes.count, !bytes[index].isYAMLBreak { index += 1 }
      } else {
        break
      }
    }
    return index
  }
}

extension UInt8 {
  /// Line feed or carriage return.
  var isYAMLBreak: Bool { self == 0x0A || self == 0x0D }
  /// Space, tab or a line end.
  package var isYAMLSpace: Bool { self == 0x20 || self == 0x09 || isYAMLBreak }
}
