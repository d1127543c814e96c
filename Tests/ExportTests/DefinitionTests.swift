import Definitions
import Diagnostics
import Export
import Foundation
import Layers
import Rules
import Testing

/// The definitions of layer types that come with the program.
@Suite struct DefinitionTests {
  /// Layers of training, and inputs: nothing of them is exported.
  private static let withoutDefinition: Set<String> = ["Input", "DummyData", "MemoryData"]

  @Test(arguments: LayerRegistry.names)
  func everyLayerThatIsRunIsDefined(_ type: String) throws {
    let isDefined = DefinitionSet().definition(ofType: type) != nil
    #expect(isDefined != Self.withoutDefinition.contains(type))
  }

  @Test func everyOperatorOfADefinitionHasItsRow() throws {
    let rows = DefinitionReference.operators
    for type in DefinitionSet().types {
      for step in try #require(DefinitionSet().definition(ofType: type)).steps.flatMap(\.operators) {
        #expect(rows.contains("\n| `\(step.name)` | "), "\(type): \(step.name)")
      }
    }
  }

  @Test(arguments: [("layers", true), ("operators", false)])
  func thePageHasTheTables(_ name: String, _ isOfLayers: Bool) throws {
    let file = URL(fileURLWithPath: #filePath).appending(path: "../../../Documentation/Export.md")
      .standardized
    let page = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(
      page.range(of: "<!-- \(name): 'caffold rules reference --\(name)' prints this table -->\n"))
    let end = try #require(page.range(of: "<!-- end of \(name) -->", range: start.upperBound..<page.endIndex))
    let table = isOfLayers ? try DefinitionReference.layers() : DefinitionReference.operators
    let isCurrent = page[start.upperBound..<end.lowerBound] == table
    #expect(isCurrent, "run 'make reference'")
  }

  @Test(arguments: ["VendorClip", "HTTPGate", "It's 1", "a"])
  func theTemplateIsADefinition(_ type: String) throws {
    let text = DefinitionTemplate.text(type: type)
    let net = """
      input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }
      layer { name: "a" type: "\(type)" bottom: "data" top: "a" }
      """
    #expect(try lowered(net, definitions: text).graph.nodes.map(\.type) == ["Mul", "Clip"])
  }
}
