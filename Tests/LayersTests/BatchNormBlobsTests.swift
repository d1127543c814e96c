import CaffeIO
import Testing

@testable import Layers

/// The blobs that a BatchNorm has by its parameters alone, and by its blobs where they are there.
@Suite struct BatchNormBlobsTests {
  @Test(arguments: [
    ("", [4, 4, 1]),
    ("batch_norm_param { scale_bias: false }", [4, 4, 1]),
    ("batch_norm_param { scale_bias: false scale_filler { value: 1 } }", [4, 4, 1]),
    ("batch_norm_param { scale_bias: true }", [4, 4, 1, 4, 4]),
    ("batch_norm_param { use_global_stats: false scale_filler { value: 1 } }", [4, 4, 4, 4, 1]),
    // Intel's fork has this filler too, and layers with three blobs.
    ("batch_norm_param { bias_filler { value: 0 } }", [4, 4, 1]),
  ])
  func parametersTellTheBlobs(_ parameters: String, _ counts: [Int]) throws {
    let layer = try OneLayer("BatchNorm", parameters, knowsBlobs: false).layer
    #expect(try layer.blobs([[1, 4, 2, 2]]).map(\.shape.product) == counts)
  }

  @Test(arguments: [[4, 4, 1], [4, 4, 4, 4, 1], [4, 4, 1, 4], [4, 4, 1, 4, 4]])
  func blobsTellThemselves(_ counts: [Int]) throws {
    let blobs = counts.map { NetValue<Double>(shape: [$0]) }
    let layer = try OneLayer("BatchNorm", blobs: blobs).layer
    #expect(try layer.blobs([[1, 4, 2, 2]]).map(\.shape) == counts.map { [$0] })
  }
}
