import Definitions
import Engine
import Testing

@testable import Export

/// Layers that definitions in Caffe layers describe: the parts of each are one layer of the exported net.
@Suite struct MergedLayersTests {
  private static let input = #"input: "data" input_shape { dim: 1 dim: 2 dim: 3 dim: 3 }"#
  private static let definitions = """
    schema: 1
    layers:
      - type: VendorGate
        summary: x times a sigmoid of x.
        means:
          - {type: Sigmoid, top: gate}
          - {type: Eltwise, bottom: [x, gate], eltwise_param: {operation: PROD}}
      - type: VendorDeal
        summary: Both halves of the channels, one through a ReLU and one through a TanH.
        means:
          - {type: Slice, top: [first, second], slice_param: {axis: 1}}
          - {type: ReLU, bottom: first, top: "tops[0]"}
          - {type: TanH, bottom: second, top: "tops[1]"}
      - type: VendorTwice
        summary: A gate behind a gate.
        means:
          - {type: VendorGate, top: once}
          - {type: VendorGate}
    """

  private func layers(_ text: String) throws -> [LoweredNet.Layer] {
    try lowered(Self.input + "\n" + text, definitions: Self.definitions).layers
  }

  @Test func thePartsOfALayerAreOne() throws {
    let all = try layers(
      """
      layer { name: "a" type: "AbsVal" bottom: "data" top: "a" }
      layer { name: "g" type: "VendorGate" bottom: "a" top: "g" }
      layer { name: "b" type: "AbsVal" bottom: "g" top: "b" }
      """)
    #expect(all.map(\.subject.type) == ["AbsVal", "VendorGate", "AbsVal"])
    let gate = try #require(all.dropFirst().first)
    #expect(gate.subject.name == "g" && gate.isDefinedAlone)
    #expect(gate.operators == ["Sigmoid", "Mul"])
    #expect(gate.nodes.count == 2)
    // It reads the bottom once, and the value between its parts is neither read nor made.
    #expect(gate.bottoms == ["a"])
    #expect(gate.tops == ["g"])
    #expect(!all[0].isDefinedAlone)
  }

  @Test func severalTopsAreThoseOfTheLayer() throws {
    let all = try layers(
      """
      layer { name: "d" type: "VendorDeal" bottom: "data" top: "left" top: "right" }
      layer { name: "s" type: "Eltwise" bottom: "left" bottom: "right" top: "s" }
      """)
    #expect(all.map(\.subject.type) == ["VendorDeal", "Eltwise"])
    #expect(all.first?.bottoms == ["data"])
    #expect(all.first?.tops == ["left", "right"])
  }

  @Test func layersBesideEachOtherStayApart() throws {
    // With one name too: nothing forbids it.
    let all = try layers(
      """
      layer { name: "g" type: "VendorGate" bottom: "data" top: "g" }
      layer { name: "g" type: "VendorGate" bottom: "g" top: "h" }
      """)
    #expect(all.map(\.operators) == [["Sigmoid", "Mul"], ["Sigmoid", "Mul"]])
    #expect(all.map(\.bottoms) == [["data"], ["g"]])
    #expect(all.map(\.tops) == [["g"], ["h"]])
  }

  @Test func aDefinitionOfDefinedLayersIsOneLayer() throws {
    let all = try layers(#"layer { name: "t" type: "VendorTwice" bottom: "data" top: "t" }"#)
    #expect(all.map(\.subject.type) == ["VendorTwice"])
    #expect(all.first?.operators == ["Sigmoid", "Mul", "Sigmoid", "Mul"])
    #expect(all.first?.bottoms == ["data"])
    #expect(all.first?.tops == ["t"])
  }
}
