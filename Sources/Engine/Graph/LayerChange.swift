import CaffeIO

/// What rewrites have changed on one layer, apart from its connections. Nothing here is written yet.
package struct LayerChange: Sendable {
  /// A parameter that now has another value, by its path in the layer's parameters.
  package struct Attribute: Sendable {
    /// For example `["convolution_param", "bias_term"]`.
    package var path: [String]
    /// The value to write.
    package var value: NewTextField.Value
  }

  /// The parameters that changed, in the order of change; a path occurs once.
  package var attributes: [Attribute] = [] { didSet { form = nil } }
  /// The blobs as they will be; nil as long as they are those of the file.
  package var blobs: [BlobContent]?
  /// The fields that replace the layer's own parameters when it became a layer of another type.
  package var replacement: [NewTextField]? { didSet { form = nil } }
  /// The rules that rewrote this layer without making the net smaller; none may do so twice.
  package var boundedRules: Set<Int> = []

  /// What the parameters are now, as `LayerForms` numbers it; nil when nobody has said since they changed.
  var form: Int?

  /// Sets one parameter.
  package mutating func set(_ path: [String], to value: NewTextField.Value) {
    if let index = attributes.firstIndex(where: { $0.path == path }) {
      attributes[index].value = value
    } else {
      attributes.append(Attribute(path: path, value: value))
    }
  }
}
