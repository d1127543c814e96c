/// Files that users give as weights by mistake, told by their first bytes.
package enum ForeignFile: Sendable, Equatable {
  /// No bytes at all.
  case empty
  /// Compressed, with the usual name of the format.
  case compressed(String)
  /// A web page, as a failed download leaves it.
  case webPage
  /// What git leaves when the large file itself was not fetched.
  case gitLFSPointer
  /// Data of another framework or of Caffe's HDF5 snapshots, with the name of the format.
  case otherFormat(String)
  /// A text, perhaps the net definition.
  case text

  /// What the first bytes of a file show it to be; nil when it may be a weights file.
  ///
  /// A weights file begins with the tag of a field of `NetParameter`. The byte 0x0A, of its name, is
  /// also a line end: a text is only one whose first 256 bytes are all printable or white space.
  package static func recognize(_ head: [UInt8]) -> ForeignFile? {
    if head.isEmpty { return .empty }
    for (signature, file) in signatures where head.starts(with: signature) { return file }
    let start = head.prefix(256)
    let text = start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 >= 0xBB }
    let lead = String(decoding: text.prefix(24), as: UTF8.self).lowercased()
    if lead.hasPrefix("<!doctype") || lead.hasPrefix("<html") || lead.hasPrefix("<?xml") { return .webPage }
    if lead.hasPrefix("version https://git-lfs") { return .gitLFSPointer }
    let isText = start.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || (0x09...0x0D).contains($0) }
    return isText && start.count >= 4 ? .text : nil
  }

  private static let signatures: [([UInt8], ForeignFile)] = [
    ([0x1F, 0x8B], .compressed("gzip")),
    ([0x50, 0x4B, 0x03, 0x04], .compressed("zip")),
    ([0x42, 0x5A, 0x68], .compressed("bzip2")),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .compressed("xz")),
    ([0x28, 0xB5, 0x2F, 0xFD], .compressed("zstd")),
    ([0x37, 0x7A, 0xBC, 0xAF], .compressed("7-zip")),
    ([0x89, 0x48, 0x44, 0x46], .otherFormat("HDF5")),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], .otherFormat("NumPy")),
  ]
}
