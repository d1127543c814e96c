/// What a weights file may ask for before it is refused; each bounds memory that a small hostile file
/// could otherwise make large.
package struct WireLimits: Sendable {
  /// The most layers in a file.
  package var layers = 4_000_000
  /// The most blobs in a file.
  package var blobs = 16_000_000
  /// The most axes of a blob; 32 is Caffe's own limit.
  package var axes = 32
  /// The most separate runs of values in a file (a packed field, or a row of unpacked values, is one).
  package var runs = 16_000_000
  /// The longest layer, type or blob name, in bytes.
  package var nameBytes = 65536
  /// The deepest nesting of groups inside an unknown field.
  package var groupDepth = 100

  /// The defaults.
  package init() {}
}
