import Testing

@testable import Layers

struct TileLayerTests {
  @Test(
    arguments: [
      ("tiles: 2", [2, 4], [0, 1, 0, 1, 2, 3, 2, 3]),
      ("axis: 0 tiles: 2", [4, 2], [0, 1, 2, 3, 0, 1, 2, 3]),
      ("axis: -2 tiles: 1", [2, 2], [0, 1, 2, 3]),
    ] as [(String, [Int], [Double])])
  func repeats(parameters: String, shape: [Int], expected: [Double]) throws {
    #expect(
      try OneLayer("Tile", "tile_param { \(parameters) }").run(counted(2, 2)) == [value(shape, expected)])
  }

  @Test func noTiles() {
    #expect(
      OneLayer.message { _ = try OneLayer("Tile") }
        == "error: layer 'it' (Tile): 'tile_param.tiles' is missing")
    #expect(
      OneLayer.message { _ = try OneLayer("Tile", "tile_param { tiles: 0 }") }
        == "error: layer 'it' (Tile): expected a whole number from 1 for 'tile_param.tiles', found '0'")
  }

  @Test func tooLarge() throws {
    #expect(
      try OneLayer("Tile", "tile_param { tiles: 2000000000 }").message([4, 5])
        == "error: layer 'it' (Tile): the top would have the shape 4×10000000000; the limit is 268435456 values"
    )
  }
}
