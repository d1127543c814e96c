import Testing

@testable import Engine

@Suite struct LayerTableTests {
  private func layers(_ indices: [Int]) -> [LayerID] { indices.map(LayerID.init(index:)) }

  @Test func elementsAreFoundByLayerAndListedInTheOrderTheyCame() {
    var table = LayerTable<String>(layerCount: 5)
    #expect(table[LayerID(index: 4)] == nil)
    table[LayerID(index: 3)] = "c"
    table[LayerID(index: 1)] = "a"
    table[LayerID(index: 1), default: ""] += "b"
    #expect(table[LayerID(index: 1)] == "ab")
    #expect(table.entries.map(\.layer) == layers([3, 1]))
  }

  @Test func anElementThatIsTakenOutComesBackInItsPlace() {
    var table = LayerTable<Int>(layerCount: 3)
    table[LayerID(index: 2)] = nil
    #expect(table.entries.map(\.element) == [])
    table[LayerID(index: 2)] = 7
    table[LayerID(index: 0)] = 8
    table[LayerID(index: 2)] = nil
    #expect(table.entries.map(\.element) == [8])
    table[LayerID(index: 2), default: 9] += 1
    #expect(table.entries.map(\.element) == [10, 8])
  }
}
