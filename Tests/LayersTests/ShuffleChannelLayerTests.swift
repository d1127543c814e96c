import Testing

@testable import Layers

struct ShuffleChannelLayerTests {
  @Test func dealsOutGroups() throws {
    let layer = try OneLayer("ShuffleChannel", "shuffle_channel_param { group: 2 }")
    #expect(
      try layer.run(counted(1, 6, 1, 2)) == [value([1, 6, 1, 2], [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])])
  }

  @Test func groupThatDoesNotDivide() throws {
    #expect(
      try OneLayer("ShuffleChannel", "shuffle_channel_param { group: 4 }").message([1, 6])
        == "error: layer 'it' (ShuffleChannel): expected a divisor of 6 for 'shuffle_channel_param.group', found '4'"
    )
  }
}
