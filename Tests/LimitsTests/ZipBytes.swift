import WireTestSupport

/// A zip archive whose only member, `a.npy`, is said to have so many bytes.
func zip(claiming size: Int) -> [UInt8] {
  let name = Array("a.npy".utf8)
  let sizes = Wire.fixed(UInt32(0)) + Wire.fixed(UInt32(size)) + Wire.fixed(UInt32(size))
  let local =
    [0x50, 0x4B, 3, 4] + zeros(10) + sizes + Wire.fixed(UInt16(name.count)) + Wire.fixed(UInt16(0)) + name
  let member =
    [0x50, 0x4B, 1, 2] + zeros(12) + sizes + Wire.fixed(UInt16(name.count)) + zeros(16) + name
  return local + member + zipEnd(count: 1, length: member.count, start: local.count)
}

/// The end of a zip archive with a directory of so many members and bytes.
func zipEnd(count: Int, length: Int, start: Int) -> [UInt8] {
  [0x50, 0x4B, 5, 6] + zeros(4) + Wire.fixed(UInt16(count)) + Wire.fixed(UInt16(count))
    + Wire.fixed(UInt32(length)) + Wire.fixed(UInt32(start)) + zeros(2)
}

private func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
