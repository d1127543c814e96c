import CaffeIO
import Diagnostics
import Testing

@testable import Engine

@Suite struct NetGraphTests {
  @Test func anInPlaceLayerMakesANewVersionOfItsBlob() throws {
    let net = try graph(
      "input: \"data\"\n" + convolution("conv", "data", "x") + layer("relu", "ReLU", "x", "x")
        + layer("scale", "Scale", "x", "x"))
    let values = net.layers.map { $0.tops[0] }
    #expect(Set(values).count == 3)
    #expect(values.map(net.blobName) == ["x", "x", "x"])
    #expect(net[net.layers[2].bottoms[0]].producer == LayerID(index: 1))
    #expect(net.isNetOutput(values[2]) && !net.isNetOutput(values[1]))
  }

  @Test func layersOfAnotherPhaseAreConnectedToNothing() throws {
    let net = try graph(
      "input: \"data\"\n" + layer("a", "ReLU", "data", "a")
        + layer("loss", "Loss", "a", "loss", "include { phase: TRAIN }")
    )
    #expect(net.layers.map(\.isIncluded) == [true, false])
    #expect(net.isNetOutput(net.layers[0].tops[0]))
  }

  @Test func aBlobThatNothingWritesIsNoted() throws {
    let net = try graph(layer("a", "ReLU", "ghost", "a"))
    #expect(net.undefinedBlobs.map(\.blob) == ["ghost"])
  }

  @Test func includeRulesAreHeldAgainstStageAndLevel() throws {
    let text =
      layer("a", "Input", nil, "a", "include { stage: \"x\" }")
      + layer("b", "Input", nil, "b", "include { not_stage: \"x\" }")
      + layer("c", "Input", nil, "c", "exclude { min_level: 2 }")
      + layer("d", "Input", nil, "d", "include { phase: TRAIN } include { phase: 1 }")
    func included(_ state: NetState) throws -> [Name] {
      try graph(text, state).layers.filter(\.isIncluded).map(\.name)
    }
    #expect(try included(NetState(phase: .test)) == ["b", "c", "d"])
    #expect(try included(NetState(phase: .test, level: 2, stages: ["x"])) == ["a", "d"])
  }

  @Test func aRollBackLeavesNoTrace() throws {
    var net = try graph(
      "input: \"data\"\n" + convolution("conv", "data", "conv") + layer("bn", "BatchNorm", "conv", "bn")
        + layer("relu", "ReLU", "bn", "relu"))
    let names = net.values.indices.map { net.blobName(of: ValueID(index: $0)) }
    net.begin()
    try net.bypass(LayerID(index: 1))
    #expect(net.blobName(of: net.layers[0].tops[0]) == "bn")
    net.rollBack()
    #expect(net.values.indices.map { net.blobName(of: ValueID(index: $0)) } == names)
    #expect(net.layers[2].bottoms == [net.layers[1].tops[0]])
    #expect(net.layers[1].isAlive)
  }
}
