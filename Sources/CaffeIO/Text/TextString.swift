import Diagnostics

/// Protobuf's string literals.
enum TextString {
  /// The bytes that one or more literals stand for, which the parser has passed.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "#") {
        rest = rest.drop { $0 != 0x0A }
      } else if byte.isQuote {
        decodeLiteral(&rest, quote: byte, into: &result)
      }
    }
    return result
  }

  /// A literal for a string, in the given quotes; UTF-8 stays readable, controls become escapes, and so do all bytes
  /// beyond ASCII of a string that is not UTF-8.
  static func encode(_ string: Name, quote: UInt8) -> [UInt8] {
    let isReadable = string.text != nil
    return string.withBytes { encode($0, quote: quote, isReadable: isReadable) }
  }

  private static func encode(_ bytes: UnsafeBufferPointer<UInt8>, quote: UInt8, isReadable: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 2)
    result.append(quote)
    for byte in bytes {
      switch byte {
      case quote, UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case 0x0A: result += Array("\\n".utf8)
      case 0x0D: result += Array("\\r".utf8)
      case 0x09: result += Array("\\t".utf8)
      case 0x20..<0x7F: result.append(byte)
      case 0x80... where isReadable: result.append(byte)
      default: result += [UInt8(ascii: "\\"), 48 + byte >> 6, 48 + (byte >> 3) & 7, 48 + byte & 7]
      }
    }
    result.append(quote)
    return result
  }

  private static func decodeLiteral(_ rest: inout ArraySlice<UInt8>, quote: UInt8, into result: inout [UInt8])
  {
    while let byte = rest.popFirst(), byte != quote {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch letter {
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        let further = digits(&rest, radix: 8, atMost: 2, from: UInt32(letter - 48))
        // As in C, what does not fit a byte loses its upper bits.
        result.append(UInt8(truncatingIfNeeded: further))
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        result.append(UInt8(truncatingIfNeeded: digits(&rest, radix: 16, atMost: 2)))
      case UInt8(ascii: "u"): appendScalar(digits(&rest, radix: 16, atMost: 4), &rest, into: &result)
      case UInt8(ascii: "U"): appendScalar(digits(&rest, radix: 16, atMost: 8), &rest, into: &result)
      default: result.append(simpleEscapes[letter] ?? letter)
      }
    }
  }

  private static let simpleEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
    UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
  ]

  private static func digits(
    _ rest: inout ArraySlice<UInt8>, radix: UInt8, atMost count: Int, from start: UInt32 = 0
  ) -> UInt32 {
    var value = start
    for _ in 0..<count {
      guard let digit = rest.first?.hexValue, digit < radix else { break }
      value = value &* UInt32(radix) &+ UInt32(digit)
      rest.removeFirst()
    }
    return value
  }

  /// A scalar as UTF-8; a high surrogate takes the `\u` low surrogate behind it along, as protobuf does.
  private static func appendScalar(
    _ value: UInt32, _ rest: inout ArraySlice<UInt8>, into result: inout [UInt8]
  ) {
    var value = value
    if (0xD800..<0xDC00).contains(value), rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
      var ahead = rest.dropFirst(2)
      let low = digits(&ahead, radix: 16, atMost: 4)
      if (0xDC00..<0xE000).contains(low) {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        rest = ahead
      }
    }
    let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
    result += Array(String(Character(scalar)).utf8)
  }
}
