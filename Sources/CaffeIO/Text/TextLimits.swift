/// What a text may ask of the parser; anything beyond is an error with a place.
package struct TextLimits: Sendable {
  /// How deep messages may nest; 100 unless told, which is also protobuf's limit for the wire.
  package var depth: Int
  /// The largest text in bytes; 2 GiB unless told, which is what protobuf itself can read.
  package var byteCount: Int

  /// Makes limits; positions are 32 bits wide, so `byteCount` is held below 4 GiB.
  package init(depth: Int = 100, byteCount: Int = Int(Int32.max)) {
    self.depth = depth
    self.byteCount = min(byteCount, Int(UInt32.max) - 1)
  }
}
