import CaffeIO
import Diagnostics

extension WeightsFile {
  /// A file in memory that holds these blobs, in double precision.
  ///
  /// - Parameter path: what messages call it.
  package convenience init(layers: [(name: Name, blobs: [NetValue<Double>])], path: String) throws {
    var net = WireEncoder()
    for (name, blobs) in layers {
      var layer = WireEncoder()
      layer.field(CaffeField.Layer.name, .string(name))
      for value in blobs {
        var dimensions = WireEncoder()
        for size in value.shape { dimensions.varint(UInt64(size)) }
        var shape = WireEncoder()
        if !value.shape.isEmpty { shape.field(CaffeField.Shape.dim, .bytes(dimensions.bytes)) }
        var blob = WireEncoder()
        blob.field(CaffeField.Blob.shape, .bytes(shape.bytes))
        blob.field(
          CaffeField.Blob.doubleData,
          .bytes(value.values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }))
        layer.field(CaffeField.Layer.blobs, .bytes(blob.bytes))
      }
      net.field(CaffeField.Net.layer, .bytes(layer.bytes))
    }
    try self.init(InputFile(bytes: net.bytes, path: path))
  }
}
