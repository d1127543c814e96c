/// A name of at most eight bytes as one number, for telling the few short names of a layer apart without comparing
/// strings; all longer names are alike.
struct FieldKey: Equatable {
  private let packed: UInt64

  /// A name of at most eight bytes.
  init(_ name: StaticString) {
    precondition(name.utf8CodeUnitCount <= 8)
    packed = Self.pack(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// The name that begins at `start` of a text that the parser has passed.
  init(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    var end = start
    // An extension's bracket is no letter either: its name is none of the short ones.
    while end < bytes.count, bytes[end].isIdentifierByte { end += 1 }
    packed = end - start <= 8 ? Self.pack(UnsafeBufferPointer(rebasing: bytes[start..<end])) : 0
  }

  private static func pack(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var packed: UInt64 = 0
    for byte in name { packed = packed << 8 | UInt64(byte) }
    return packed
  }
}

extension TextMessage {
  /// Runs `body` over what `fields` gives, without a view for each: the node, its index, that of the list it is an
  /// element of, and the key of its name.
  func forEachNode<Failure>(
    _ body: (_ node: TextNode, _ index: UInt32, _ list: UInt32, _ key: FieldKey) throws(Failure) -> Void
  ) throws(Failure) {
    let storage = storage
    let parent = index
    try storage.bytes.withUnsafeBufferPointer { bytes throws(Failure) in
      try storage.nodes.withUnsafeBufferPointer { nodes throws(Failure) in
        let isRoot = parent == TextNode.none
        var index = isRoot ? 0 : parent + 1
        let end = isRoot ? UInt32(nodes.count) : nodes[Int(parent)].next
        var list = TextNode.none
        var listEnd: UInt32 = 0
        while index < end {
          let node = nodes[Int(index)]
          if list != TextNode.none, index >= listEnd { list = TextNode.none }
          if list == TextNode.none, bytes[Int(node.valueStart)] == UInt8(ascii: "[") {
            list = index
            listEnd = node.next
            index += 1
            continue
          }
          try body(node, index, list, FieldKey(at: Int(node.nameStart), in: bytes))
          index = node.next
        }
      }
    }
  }
}
