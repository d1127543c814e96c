import CaffeIO
import Diagnostics
import Testing
import WireTestSupport

@testable import Engine

/// Weights files of old, written in the current syntax. Real ones are compared in Tests/Oracles/formats/test_upgrade.py.
@Suite struct WeightsUpgradeTests {
  private func upgraded(
    _ bytes: [UInt8], types: [Name: String] = [:],
    _ change: (WeightsFile) -> WeightsPlan = { _ in WeightsPlan() }
  ) throws -> [UInt8] {
    let file = try WeightsFile(TestFiles.input(bytes))
    var plan = change(file)
    plan.upgrade = WeightsUpgrade(schema: .caffe, types: types)
    return try TestFiles.withFolder { folder in
      let output = try AtomicFile(path: folder + "/out")
      try WeightsEmitter(file).emit(plan, to: output)
      return TestFiles.contents(of: output.descriptor)
    }
  }

  private static func floats(_ field: Int, _ values: Float...) -> [UInt8] {
    values.flatMap { Wire.tag(field, 5) + Wire.fixed($0.bitPattern) }
  }

  private static let name = Wire.string(1, "net")
  private static let legacyBias =
    Wire.number(1, 1) + Wire.number(2, 1) + Wire.number(3, 1) + Wire.number(4, 2)
  private static let values = Wire.message(5, [0, 0, 128, 63, 0, 0, 0, 64])

  @Test func aLayerOfV1() throws {
    let layer =
      Wire.string(2, "data") + Wire.string(3, "fc") + Wire.string(4, "fc") + Wire.number(5, 14)
      + Wire.message(6, Self.legacyBias + Self.values) + Self.floats(7, 1, 2) + Self.floats(8, 1)
      + Wire.message(17, Wire.number(1, 2)) + Wire.message(32, Wire.number(1, 1))
      + Wire.string(1001, "w") + Wire.number(77, 5)
    let expected =
      Wire.string(1, "fc") + Wire.string(2, "InnerProduct") + Wire.string(3, "data") + Wire.string(4, "fc")
      + Wire.message(6, Wire.string(1, "w") + Self.floats(3, 1) + Self.floats(4, 1))
      + Wire.message(6, Self.floats(3, 2))
      + Wire.message(117, Wire.number(1, 2)) + Wire.message(8, Wire.number(1, 1)) + Wire.number(77, 5)
      + Wire.message(7, Self.values + Wire.message(7, Wire.message(1, [1, 2])))
    let bytes = Self.name + Wire.string(3, "data") + Wire.message(2, layer) + Wire.number(4, 1)
    #expect(try upgraded(bytes) == Self.name + Wire.message(100, expected))
  }

  @Test func aLayerOfV0AndItsPadding() throws {
    let padding =
      Wire.message(1, Wire.string(1, "p") + Wire.string(2, "padding") + Wire.number(7, 2))
      + Wire.string(2, "data") + Wire.string(3, "p")
    let inner =
      Wire.string(1, "c") + Wire.string(2, "conv") + Wire.number(3, 4) + Wire.number(7, 1) + Wire.number(8, 5)
      + Wire.number(11, 1) + Wire.message(50, Wire.legacyShape([2, 1, 1, 1]) + Self.values)
      + Self.floats(51, 1)
    let expected =
      Wire.string(1, "c") + Wire.string(2, "Convolution") + Wire.string(3, "data")
      + Wire.message(6, Self.floats(3, 1))
      + Wire.message(106, Wire.number(1, 4) + Wire.number(4, 5) + Wire.number(3, 2))
      + Wire.message(7, Self.values + Wire.message(7, Wire.message(1, [2, 1, 1, 1])))
    let bytes = Wire.message(2, padding) + Wire.message(2, Wire.message(1, inner) + Wire.string(2, "p"))
    let stored = try WeightsFile(TestFiles.input(bytes)).layers[1].blobs
    #expect(stored.count == 1)
    #expect(try upgraded(bytes) == Wire.message(100, expected))
  }

  @Test func dataLayersGiveTheirTransformationsAway() throws {
    let own = Wire.string(1, "source") + Self.floats(2, 0.5) + Wire.number(5, 227) + Wire.number(4, 64)
    let layer =
      Wire.string(4, "d") + Wire.number(5, 5) + Wire.message(36, Wire.number(3, 32)) + Wire.message(11, own)
    let expected =
      Wire.string(1, "d") + Wire.string(2, "Data")
      + Wire.message(100, Wire.number(3, 32) + Self.floats(1, 0.5) + Wire.number(3, 227))
      + Wire.message(107, Wire.string(1, "source") + Wire.number(4, 64))
    #expect(try upgraded(Wire.message(2, layer)) == Wire.message(100, expected))
  }

  @Test func aForksTypeIsThatOfTheDefinition() throws {
    let layer = Wire.string(4, "u") + Wire.number(5, 99)
    let bytes = Wire.message(2, layer)
    #expect(
      try upgraded(bytes, types: ["u": "Upsample"])
        == Wire.message(100, Wire.string(1, "u") + Wire.string(2, "Upsample")))
    #expect(
      try upgraded(bytes) == Wire.message(100, Wire.string(1, "u") + Wire.string(2, "V1:99")))
  }

  @Test func editsReachUpgradedLayers() throws {
    let layer =
      Wire.string(4, "fc") + Wire.number(5, 14) + Wire.string(3, "old")
      + Wire.message(6, Self.legacyBias + Self.values) + Wire.message(17, Wire.number(1, 2))
    let output = try upgraded(Wire.message(2, layer)) { file in
      var edit = WeightLayerEdit()
      edit.name = "new"
      edit.tops = ["top"]
      edit.setFields = [WireFieldEdit([117, 2], .bool(false))]
      edit.blobs = [.scaled(file.layers[0].blobs[0], [ChannelScale(factors: [2], inner: 2, modulus: 1)])]
      return WeightsPlan(edits: [0: edit])
    }
    let file = try WeightsFile(TestFiles.input(output))
    #expect(file.layers[0].name == "new")
    #expect(file.layers[0].tops.map(\.name) == ["top"])
    #expect(file.layers[0].blobs[0].shape == [1, 2])
    #expect(try file.values(of: file.layers[0].blobs[0]) == [2, 4])
    #expect(output.contains(Wire.message(117, Wire.number(1, 2) + Wire.number(2, 0))))
  }

  @Test func layersOfTheCurrentSyntaxGetTheirAxes() throws {
    let current = Wire.layer("relu", "ReLU") + Wire.number(999, 1)
    #expect(try upgraded(Self.name + current) == Self.name + current)
    let bias = Wire.message(7, Self.legacyBias + Self.values)
    let bytes = Wire.message(100, Wire.string(1, "b") + Wire.string(2, "Bias") + bias)
    let file = try WeightsFile(TestFiles.input(try upgraded(bytes)))
    #expect(file.layers[0].blobs[0].shape == [2])
    #expect(!file.layers[0].blobs[0].isLegacyShape)
    #expect(try file.values(of: file.layers[0].blobs[0]) == [1, 2])
  }

  /// Random nets of all generations and layouts: the same layers with the same values, and nothing to upgrade any more.
  @Test(arguments: 0..<100)
  func randomNets(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    let bytes = RandomNet.bytes(using: &random)
    let before = try WeightsFile(TestFiles.input(bytes))
    let output = try upgraded(bytes)
    let after = try WeightsFile(TestFiles.input(output))
    #expect(after.layers.map(\.name) == before.layers.map(\.name))
    #expect(after.layers.map(\.type) == before.layers.map(\.type))
    for (new, old) in zip(after.layers, before.layers) {
      #expect(new.generation == .v2)
      #expect(new.bottoms.map(\.name) == old.bottoms.map(\.name))
      for (a, b) in zip(new.blobs, old.blobs) {
        #expect(a.storage == b.storage)
        #expect(a.shape.reduce(1, *) == b.shape.reduce(1, *))
        guard case .other = a.storage else {
          #expect(try after.values(of: a) == before.values(of: b))
          continue
        }
      }
      #expect(new.blobs.count == old.blobs.count)
    }
    #expect(try upgraded(output) == output)
  }
}
