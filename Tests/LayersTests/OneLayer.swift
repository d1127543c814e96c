import CaffeIO
import Diagnostics
import Testing

@testable import Layers

/// One layer, described by a definition's text, to be run on given bottoms.
struct OneLayer {
  let layer: any LayerDescription
  let blobs: [NetValue<Double>]

  init(
    _ type: String, _ parameters: String = "", bottoms: Int = 1, tops: Int = 1,
    blobs: [NetValue<Double>] = [],
    knowsBlobs: Bool = true
  ) throws {
    let bottomText = (0..<bottoms).map { "bottom: \"b\($0)\" " }.joined()
    let topText = (0..<tops).map { "top: \"t\($0)\" " }.joined()
    let text = "layer { name: \"it\" type: \"\(type)\" \(bottomText)\(topText)\(parameters) }"
    let document = try TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))
    let definition = try NetDefinition(document)
    layer = try LayerRegistry.layer(
      WrittenLayer(definition.layers[0], schema: .caffe, blobShapes: knowsBlobs ? blobs.map(\.shape) : nil))
    self.blobs = blobs
  }

  /// The tops, whose shapes must be those that the layer announces.
  func run(_ bottoms: NetValue<Double>...) throws -> [NetValue<Double>] {
    let shapes = try layer.outputShapes(bottoms.map(\.shape))
    let tops = try Double.run(layer, bottoms, blobs: blobs)
    if !(layer is DetectionOutputLayer) { #expect(tops.map(\.shape) == shapes) }
    return tops
  }

  /// The message of the error that bottoms of these shapes give.
  func message(_ shapes: [Int]...) -> String {
    Self.message { _ = try layer.outputShapes(shapes) }
  }

  /// The message of the error that `body` throws.
  static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as any DiagnosticError {
      return error.diagnostic.text
    } catch {
      return "another error: \(error)"
    }
  }
}

/// A value from its shape and its numbers.
func value(_ shape: [Int], _ numbers: [Double]) -> NetValue<Double> {
  NetValue(shape: shape, values: numbers)
}

/// 0, 1, 2, … in a shape.
func counted(_ shape: Int...) -> NetValue<Double> {
  NetValue(shape: shape, values: (0..<shape.product).map { Double($0) })
}

/// Whether numbers agree to a few units in the last place.
func expect(
  _ found: NetValue<Double>?, _ expected: NetValue<Double>, _ place: SourceLocation = #_sourceLocation
) {
  #expect(found?.shape == expected.shape, sourceLocation: place)
  let errors = zip(found?.values ?? [], expected.values).map { abs($0 - $1) / max(1, abs($1)) }
  #expect(errors.max() ?? 0 < 1e-14, "\(found?.values ?? [])", sourceLocation: place)
}
