import Testing

@testable import Layers

struct SilenceLayerTests {
  @Test func makesNothing() throws {
    #expect(try OneLayer("Silence", bottoms: 2, tops: 0).run(counted(1), counted(2)).isEmpty)
  }

  @Test func hasNoTop() {
    #expect(
      OneLayer.message { _ = try OneLayer("Silence") }
        == "error: layer 'it' (Silence): expected 0 tops, found 1")
  }
}
