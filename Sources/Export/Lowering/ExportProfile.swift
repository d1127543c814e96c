/// A runtime for which a file is written.
package struct ExportProfile: Sendable, Equatable {
  /// The name that users give.
  package let name: String
  /// Caffe's layer types that the runtime runs as nodes of these names, beside ONNX's operators.
  package let nodes: Set<String>

  /// OpenCV 5 has Caffe's DetectionOutput still, and takes it from an ONNX file: one node in the place of some fifty. Behind
  /// the boxes that it finds it leaves rows of zeros, up to 'keep_top_k'. Tested with 5.0.0.93.
  package static let openCV5 = ExportProfile(name: "opencv5", nodes: ["DetectionOutput"])

  /// All of them.
  package static let all = [openCV5]
}
