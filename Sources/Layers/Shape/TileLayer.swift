/// The bottom repeated `tiles` times along `axis`.
struct TileLayer: LayerDescription {
  static let facts = LayerFacts(
    "Tile", parameters: [ParameterMessage("tile_param", reads: ["axis", "tiles"])],
    sample: LayerSample {
      $0.set("tile_param", "tiles", oneOf: ["1", "2"])
      $0.set("tile_param", "axis", oneOf: [nil, "2"])
    })

  private let layer: WrittenLayer
  private let axis, tiles: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    axis = try layer.integer("tile_param", "axis", default: 1)
    try layer.requireWritten("tile_param", "tiles")
    tiles = try layer.integer("tile_param", "tiles", default: 0)
    try layer.require("tile_param.tiles", tiles, from: 1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    var shape = inputs[0]
    shape[try layer.axis(axis, "tile_param.axis", of: shape)] *= tiles
    return [try layer.bounded(shape)]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    guard let count = bottoms.first ?? nil, axis >= 0 else { return [nil] }
    let (product, overflow) = count.multipliedReportingOverflow(by: axis == 1 ? tiles : 1)
    return [overflow ? nil : product]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let axis = try layer.axis(axis, "tile_param.axis", of: input.shape)
    let length = input.shape[axis...].product
    // Any number of nothings is nothing, and not worth a loop.
    guard length > 0 else { return [NetValue(shape: shape)] }
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for index in 0..<input.shape[..<axis].product * tiles {
            (output + index * length).update(from: source + index / tiles * length, count: length)
          }
        }
      }
    ]
  }
}
