import Diagnostics
import Testing

@testable import Forward

struct MessagesTests {
  @Test func unknownType() {
    let error = ForwardError(LayerSubject(name: "r", type: "ReLu"), .unknownType)
    #expect(
      error.diagnostic.text
        == "error: layer 'r' (ReLu): this type cannot be run here; did you mean 'ReLU'?")
  }
}
