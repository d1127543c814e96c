import CaffeIO
import Diagnostics
import Foundation
import Testing

@testable import Layers

struct RealLayersTests {
  /// Types whose layers have no parameter blobs, so that a definition says all about them.
  static let types = [
    "ArgMax", "Axpy", "Concat", "Crop", "DetectionOutput", "Eltwise", "Flatten", "Interp", "LRN", "MVN",
    "Permute", "PriorBox", "Reduction", "Reshape", "ShuffleChannel", "Silence", "Slice", "Softmax", "Tile",
    "Upsample",
  ]

  /// What is refused: templates that are to be filled in, and fields of forks that change what
  /// a layer computes.
  static let refused: Set<String> = [
    "expected a whole number for 'detection_output_param.num_classes', found 'cls1x'",
    "expected a whole number for 'reshape_param.shape.dim', found 'cls1x'",
    "not understood: detection_output_param.nms_threshold",
    "not understood: detection_output_param.no_permute",
    "not understood: prior_box_param.offset_h", "not understood: reshape_param.pixelshuffler",
  ]

  @Test func layersOfRealNetsAreTaken() throws {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../../shared/corpus/prototxt")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: corpus.path()) else {
      print("\(corpus.path()) is not there: the layers of real nets are not tried")
      return
    }
    var taken: [String: Int] = [:]
    var refused: Set<String> = []
    for name in names.sorted() {
      let source = SourceText(path: name, bytes: [UInt8](try Data(contentsOf: corpus.appending(path: name))))
      guard let definition = try? NetDefinition(TextDocument(source)) else { continue }
      for layer in definition.layers where Self.types.contains(layer.type) {
        let description = WrittenLayer(layer, schema: .caffe, blobShapes: [])
        if let field = description.unexplained.first {
          refused.insert("not understood: \(field.path)")
          continue
        }
        let message = OneLayer.message { _ = try LayerRegistry.layer(description) }
        if message == "no error" {
          taken[layer.type, default: 0] += 1
        } else {
          refused.insert(String(message.split(separator: ": ").last!))
        }
      }
    }
    print(
      "taken: \(taken.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
    #expect(refused == Self.refused)
  }
}
