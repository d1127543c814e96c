import Rules

/// Which layers and values a pattern's names stand for, in one place of the net.
package struct Binding: Sendable {
  /// Layers by capture index; nil while not found.
  package internal(set) var layers: [LayerID?]
  /// Values by free name.
  var values: [String: ValueID] = [:]

  init(captureCount: Int) { layers = Array(repeating: nil, count: captureCount) }

  /// The number of captures found so far.
  var count: Int { layers.count { $0 != nil } }

  /// The layer of a capture in a complete binding.
  package subscript(capture: Int) -> LayerID { layers[capture]! }
}
