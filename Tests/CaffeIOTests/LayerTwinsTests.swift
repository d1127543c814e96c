import Diagnostics
import Testing

@testable import CaffeIO

@Suite struct LayerTwinsTests {
  private func twins(_ text: String) throws -> [Int] {
    try NetDefinition(TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))).layers.map(
      \.twin)
  }

  @Test func layersAlikeButForNamesAndConnectionsAreTwins() throws {
    #expect(
      try twins(
        """
        layer { name: "a" type: "ReLU" bottom: "x" top: "a" }
        layer { name: "b" type: "ReLU" bottom: "a" top: "b" top: "c" }
        layer { name: "c" type: "Power" bottom: "b" top: "c" power_param { scale: 2 } }
        layer { name: "d" type: "Power" bottom: "c" top: "d" power_param { scale: 3 } }
        layer { name: "e" type: "Power" bottom: "d" top: "e" power_param { scale: 2 } }
        """) == [0, 0, 2, 3, 2])
  }

  @Test func fieldsInAnotherPlaceMakeNoTwin() throws {
    #expect(
      try twins(
        """
        layer { type: "Power" power_param { scale: 2 } name: "a" bottom: "x" top: "a" }
        layer { type: "Power" name: "b" bottom: "a" top: "b" power_param { scale: 2 } }
        layer { type: "Power" power_param { scale: 2 } name: "c" bottom: "b" top: "c" }
        """) == [0, 1, 0])
  }

  @Test func phaseRulesAndSharedParametersCount() throws {
    #expect(
      try twins(
        """
        layer { name: "a" type: "ReLU" bottom: "x" top: "a" }
        layer { name: "b" type: "ReLU" bottom: "a" top: "b" include { phase: TEST } }
        layer { name: "c" type: "ReLU" bottom: "b" top: "c" param { name: "w" } }
        """) == [0, 1, 2])
  }

  @Test func oldSyntaxKeepsItsTypes() throws {
    let layers = try NetDefinition(
      TextDocument(
        SourceText(
          path: "net.prototxt",
          bytes: Array(
            """
            layers { name: "a" type: RELU bottom: "x" top: "a" }
            layers { name: "b" type: RELU bottom: "a" top: "b" }
            """.utf8)))
    ).layers
    #expect(layers.map(\.twin) == [0, 0])
    #expect(layers.map(\.type) == ["ReLU", "ReLU"])
  }
}
