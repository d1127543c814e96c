import CaffeIO
import Testing

@testable import Engine

/// Who reads a value, as layers come and go.
@Suite struct UseTests {
  private let data = "input: \"data\"\n"

  private func readers(_ net: NetGraph, of layer: Int) -> [Int] {
    net.consumers(of: net.layers[layer].tops[0]).map(\.index)
  }

  private func fan(_ count: Int) throws -> NetGraph {
    var text = data + convolution("stem", "data", "stem")
    for index in 0..<count {
      text += layer("drop\(index)", "Dropout", "stem", "drop\(index)")
      text += layer("relu\(index)", "ReLU", "drop\(index)", "relu\(index)")
    }
    return try graph(text)
  }

  @Test func readersAreListedInFileOrderOncePerBottom() throws {
    let net = try graph(
      data + convolution("a", "data", "a")
        + "layer { name: \"sum\" type: \"Eltwise\" bottom: \"a\" bottom: \"a\" top: \"sum\" }\n"
        + layer("b", "ReLU", "a", "b"))
    #expect(readers(net, of: 0) == [1, 1, 2])
    #expect(net.consumerCount(of: net.layers[0].tops[0]) == 3)
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
  func bypassedReadersAreReplacedByTheirOwn(order: [Int]) throws {
    var net = try fan(3)
    for index in order {
      net.begin()
      try net.bypass(LayerID(index: 1 + 2 * index))
      net.commit()
    }
    #expect(readers(net, of: 0).sorted() == [2, 4, 6])
    #expect(order.allSatisfy { net.layers[2 + 2 * $0].bottoms == net.layers[0].tops })
  }

  @Test(arguments: [0, 1, 2])
  func aRollBackBringsEveryReaderBack(index: Int) throws {
    var net = try fan(3)
    net.begin()
    try net.bypass(LayerID(index: 1 + 2 * index))
    net.rollBack()
    #expect(readers(net, of: 0) == [1, 3, 5])
    #expect(readers(net, of: 1 + 2 * index) == [2 + 2 * index])
  }

  @Test func aLayerThatReadsAValueTwiceIsRepointedTwice() throws {
    var net = try graph(
      data + convolution("a", "data", "a") + layer("drop", "Dropout", "a", "drop")
        + "layer { name: \"sum\" type: \"Eltwise\" bottom: \"drop\" bottom: \"drop\" top: \"sum\" }\n")
    try net.bypass(LayerID(index: 1))
    #expect(readers(net, of: 0) == [2, 2])
    #expect(net.layers[2].bottoms == [net.layers[0].tops[0], net.layers[0].tops[0]])
  }

  /// In-place layers between Dropouts: a blob is joined with the next again and again, and stays renamable.
  @Test func longChainsOfJoinedBlobsKeepTheLastName() throws {
    var text = data + convolution("conv", "data", "x0")
    for index in 0..<50 {
      text += layer("relu\(index)", "ReLU", "x\(index)", "x\(index)")
      text += layer("drop\(index)", "Dropout", "x\(index)", "x\(index + 1)")
    }
    var net = try graph(text)
    for index in 0..<50 { try net.bypass(LayerID(index: 2 + 2 * index)) }
    #expect(net.liveLayers.flatMap { net[$0].tops.map(net.blobName) } == Array(repeating: "x50", count: 51))
    try ConnectionCheck.check(net)
  }

  /// Readers that an in-place layer hands to the version before it count from then on.
  @Test func aVersionThatGetsReadersIsLookedAtAgain() throws {
    var net = try graph(
      data + convolution("conv", "data", "x") + layer("relu", "ReLU", "x", "x")
        + layer("drop", "Dropout", "x", "y") + layer("side", "ReLU", "y", "side")
        + layer("more", "Dropout", "y", "z") + layer("end", "ReLU", "z", "end"))
    for index in [2, 1, 4] { try net.bypass(LayerID(index: index)) }
    #expect(net.blobName(of: net.layers[0].tops[0]) == "y")
    #expect(readers(net, of: 0) == [3, 5])
    try ConnectionCheck.check(net)
  }
}
