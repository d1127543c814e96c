import CaffeIO
import Diagnostics
import Testing

@testable import Layers

/// Layers that make their top in the memory of their bottom.
struct UsedUpTests {
  private static func address(_ value: NetValue<Float>) -> UnsafePointer<Float> { value.read { $0 } }

  private static func value() -> NetValue<Float> {
    NetValue(shape: [1, 2, 3], values: [-1, 2, -3, 4, -5, 6])
  }

  @Test func memoryThatNobodyElseHoldsIsUsedAgain() {
    var value = Self.value()
    let address = Self.address(value)
    let top = value.rectified(slope: 0.5)
    #expect(top == NetValue(shape: [1, 2, 3], values: [-0.5, 2, -1.5, 4, -2.5, 6]))
    #expect(Self.address(top) == address)
  }

  @Test func valuesThatOthersHoldStayAsTheyAre() {
    var value = Self.value()
    let other = value
    let top = value.scaled(by: [2, 10], shifts: [1, 0], inner: 3)
    #expect(top == NetValue(shape: [1, 2, 3], values: [-1, 5, -5, 40, -50, 60]))
    #expect(other == Self.value())
    #expect(Self.address(other) != Self.address(top))
  }

  @Test func numbersThatOthersHoldStayAsTheyAre() {
    var value = Self.value()
    let numbers = value.values
    _ = value.rectified(slope: 0)
    #expect(numbers == Self.value().values)
  }

  @Test func noNumbersAreNoTrouble() {
    var value = NetValue<Float>(shape: [2, 0])
    #expect(value.rectified(slope: 0) == NetValue(shape: [2, 0]))
  }

  /// A net of layers in place: its input is the caller's, all else belongs to the run.
  @Test func aNetRunsInOneBlobsMemory() throws {
    let text = """
      input: "data"
      input_shape { dim: 1 dim: 2 dim: 3 }
      layer { name: "a" type: "Power" bottom: "data" top: "x" power_param { scale: 2 } }
      layer { name: "b" type: "ReLU" bottom: "x" top: "x" relu_param { negative_slope: 0.5 } }
      layer { name: "c" type: "ReLU" bottom: "x" top: "y" relu_param { negative_slope: 0.5 } }
      layer { name: "d" type: "Eltwise" bottom: "y" bottom: "data" top: "z" }
      """
    let document = try TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))
    let net = try NetRunner(NetDefinition(document), parameters: GivenParameters())
    let data = Self.value()
    var run = try NetExecution(net, inputs: ["data": data])
    var addresses: [UnsafePointer<Float>] = []
    while run.next != nil {
      let top = try run.run { _, _ in nil }[0]
      addresses.append(Self.address(try #require(top)))
    }
    #expect(Set(addresses).count == 1)
    #expect(data == Self.value())
    #expect(run.outputs["z"]?.values == [-1.5, 6, -4.5, 12, -7.5, 18])
  }
}
