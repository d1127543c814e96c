import CaffeIO
import Diagnostics
import OnnxIO

/// What must hold for any bytes given as an ONNX model.
enum OnnxChecks {
  /// What does not hold: a model is refused with a message; or all its elements can be read, and what is written of it is read and
  /// written again as the same bytes.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      let model = try OnnxReader(bytes: bytes, path: "fuzz").read()
      for initializer in model.graph.initializers {
        // A number that the file stores in one byte has eight at most.
        guard initializer.source.byteCount <= 8 * bytes.count else {
          return "more elements than the file has"
        }
      }
      let tensors = try model.graph.initializers.map { try $0.tensor() }
      let writer: OnnxWriter
      do throws(OnnxError) {
        writer = try OnnxWriter(model, path: "written")
      } catch {
        // Parts that are not read are not written.
        return FuzzChecks.failure(of: error)
      }
      let written = try writer.modelBytes()
      let again = try OnnxReader(bytes: written, path: "written").read()
      guard try again.graph.initializers.map({ try $0.tensor() }) == tensors else {
        return "the elements do not come back"
      }
      return try OnnxWriter(again, path: "written").modelBytes() == written
        ? nil : "the model does not come back"
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }
}
