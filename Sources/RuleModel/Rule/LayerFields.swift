/// What is known of the fields of layers' definitions when a rule is checked: the answers of Caffe's schema, and of a fork's.
///
/// This target knows no schema; whoever checks rules hands one in. Without one every path is taken to exist.
package protocol LayerFields: Sendable {
  /// What the field at a path is: `["convolution_param", "group"]`.
  func lookup(_ path: [String]) -> AttributeLookup
  /// The layer types that are known; there may be others.
  var layerTypes: [String] { get }
}
