/// What a model may ask for before it is refused; each bounds memory that a hostile file could otherwise make large.
package struct OnnxLimits: Sendable {
  /// The most nodes, values, attributes, names and runs of elements together. Each of them takes two bytes of a file at
  /// least and some 150 bytes of memory at most.
  package var parts = 2_000_000
  /// The most bytes of tensors and lists in attributes: these are held in memory, where numbers that a file
  /// stores in one byte take up to eight.
  package var attributeBytes = 1 << 31

  /// The defaults.
  package init() {}
}
