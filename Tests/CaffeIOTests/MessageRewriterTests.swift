import Testing
import WireTestSupport

@testable import CaffeIO

@Suite struct MessageRewriterTests {
  /// The bytes of a message after edits.
  private func rewritten(_ body: [UInt8], _ edits: [WireFieldEdit]) throws -> [UInt8] {
    var message = MessageEdit()
    for edit in edits { message.set(edit.path, edit.values) }
    var rewriter = try MessageRewriter(TestFiles.input(body))
    return try rewriter.rewrite(0..<body.count, message).pieces.flatMap { piece in
      switch piece {
      case .kept(let range): Array(body[range])
      case .bytes(let bytes): bytes
      case .scaled, .computed, .source: [UInt8]()
      }
    }
  }

  private static let one = Wire.number(1, 7)

  static let cases: [(String, [UInt8], [WireFieldEdit], [UInt8])] = [
    ("nothing", one, [], one),
    ("set", Wire.number(2, 0) + one, [WireFieldEdit([2], .varint(1))], Wire.number(2, 1) + one),
    ("add", one, [WireFieldEdit([2], .bool(true))], one + Wire.number(2, 1)),
    ("clear", one + Wire.number(2, 1) + one, [WireFieldEdit([2])], one + one),
    ("clear what is not there", one, [WireFieldEdit([2])], one),
    (
      "repeated, as many", Wire.number(3, 1) + one + Wire.number(3, 2),
      [WireFieldEdit([3], .varint(5), .varint(6))], Wire.number(3, 5) + one + Wire.number(3, 6)
    ),
    (
      "repeated, more", Wire.number(3, 1) + one + Wire.number(3, 2),
      [WireFieldEdit([3], .varint(5), .varint(6), .varint(7))],
      one + Wire.number(3, 5) + Wire.number(3, 6) + Wire.number(3, 7)
    ),
    (
      "inside", one + Wire.message(106, one, Wire.number(2, 0), one) + one,
      [WireFieldEdit([106, 2], .varint(1))], one + Wire.message(106, one, Wire.number(2, 1), one) + one
    ),
    (
      "inside, longer", one + Wire.message(106, one) + one, [WireFieldEdit([106, 2], .varint(1))],
      one + Wire.message(106, one, Wire.number(2, 1)) + one
    ),
    (
      "inside what is not there", one,
      [WireFieldEdit([106, 2], .varint(1)), WireFieldEdit([106, 7, 1], .string("x"))],
      one + Wire.message(106, Wire.number(2, 1), Wire.message(7, Wire.string(1, "x")))
    ),
    ("clear inside what is not there", one, [WireFieldEdit([106, 2])], one),
    (
      "inside a message in two parts", Wire.message(106, Wire.number(2, 0), one) + Wire.message(106, one),
      [WireFieldEdit([106, 2], .varint(1))],
      Wire.message(106, one) + Wire.message(106, one, Wire.number(2, 1))
    ),
    (
      "all value kinds", [],
      [
        WireFieldEdit([1], .float(1)), WireFieldEdit([2], .fixed64(2)), WireFieldEdit([3], .int(-1)),
        WireFieldEdit([4], .bytes([9])),
      ],
      Wire.tag(1, 5) + Wire.floats([1]) + Wire.tag(2, 1) + Wire.fixed(UInt64(2)) + Wire.number(3, -1)
        + Wire.bytes(4, [9])
    ),
    (
      "long length kept when the size stays", Wire.tag(106, 2) + Wire.varint(2, pad: 2) + Wire.number(2, 0),
      [WireFieldEdit([106, 2], .varint(1))], Wire.tag(106, 2) + Wire.varint(2, pad: 2) + Wire.number(2, 1)
    ),
  ]

  @Test(arguments: cases)
  func edits(name: String, body: [UInt8], edits: [WireFieldEdit], expected: [UInt8]) throws {
    #expect(try rewritten(body, edits) == expected)
  }

  @Test func aNumberWhereAMessageIsWanted() throws {
    let error = #expect(throws: WireFormatError.self) {
      try rewritten(Wire.number(106, 1), [WireFieldEdit([106, 2], .varint(1))])
    }
    #expect(
      error?.diagnostic.text
        == "net.caffemodel: byte 0: error: field 106 of the net has the wire type of a number, expected a length with bytes"
    )
  }
}
