import CaffeIO
import CaffoldKit
import Definitions
import Diagnostics
import Engine
import Foundation
import Layers
import RuleModel
import Rules
import Testing

@testable import Verification

/// The two descriptions of each built-in layer, the one in Swift and the definition in operators, against each other.
///
/// Both run in Double, so that what is left is no rounding of single precision: a bound forgotten by one of the two shows.
/// `caffold rules reference --layers` has no numbers; the table in Export.md holds what this test finds.
@Suite struct DefinitionAgreementTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized
  private static let outputsOfCaffe = root.appending(path: "../shared/caffe").standardized

  /// What was compared of a type.
  private struct Tally {
    var nets = 0
    var difference = 0.0

    mutating func add(_ difference: Double) {
      nets += 1
      self.difference = max(self.difference, difference)
    }
  }

  /// The layers of a net, each by its definition where there is one that is no constant and that takes it.
  private static func definedLayers(
    _ definition: NetDefinition, _ weights: WeightsFile?, _ set: DefinitionSet, _ layouts: [BlobLayout]
  ) throws -> [Name: DefinedLayer] {
    let graph = try NetGraph(definition, state: NetState(phase: .test))
    var layers: [Name: DefinedLayer] = [:]
    for id in graph.liveLayers where !graph[id].bottoms.isEmpty {
      guard let type = set.definition(ofType: graph[id].type), !type.isConstant else { continue }
      let net = WorkingNet(
        try NetGraph(definition, state: NetState(phase: .test)), weights: weights, layouts: layouts)
      guard net.misunderstanding(of: id, by: type) == nil else { continue }
      layers[graph[id].name] = DefinedLayers(net, weights: weights, id, type).byName.first?.value
    }
    return layers
  }

  /// The largest difference, relative to the largest number of each output.
  private static func difference(
    _ found: [Name: NetValue<Double>], _ expected: [Name: NetValue<Double>], _ subject: String
  ) throws -> Double {
    var worst = 0.0
    for (name, value) in expected {
      let other = try #require(found[name], "\(subject): \(name)")
      #expect(other.shape == value.shape, "\(subject)")
      let largest = value.values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
      for (a, b) in zip(other.values, value.values) where a != b && !(a.isNaN && b.isNaN) {
        let error = (a - b).magnitude / max(largest, .leastNormalMagnitude)
        worst = max(worst, error.isNaN ? .infinity : error)
      }
    }
    return worst
  }

  // MARK: - Caffe's outputs

  private static let types: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: outputsOfCaffe.path())) ?? []
    return names.filter { !$0.contains(".") }.sorted()
  }()

  /// Every net of ../shared/caffe, by the definition of its layer and by the layer in Swift; those that Swift lacks against Caffe.
  private static func caffeNets(_ type: String, _ set: DefinitionSet, _ layouts: [BlobLayout]) throws -> (
    tally: Tally, swiftAlone: Int
  ) {
    let folder = outputsOfCaffe.appending(path: type)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    var (tally, alone) = (Tally(), 0)
    for name in names where name.hasSuffix(".prototxt") {
      let stem = folder.appending(path: String(name.dropLast(".prototxt".count))).path()
      let source = SourceText(path: name, bytes: [UInt8](try Data(contentsOf: folder.appending(path: name))))
      let definition = try NetDefinition(TextDocument(source))
      let weights = try? WeightsFile(path: stem + ".caffemodel")
      let arrays = try NpzFile(InputFile(path: stem + ".npz"))
      func values(_ prefix: String) throws -> [Name: NetValue<Double>] {
        var found: [Name: NetValue<Double>] = [:]
        for name in arrays.names where name.hasPrefix(prefix) {
          let value = try #require(try arrays.values(name))
          found[Name(String(name.dropFirst(prefix.count)))] = NetValue(
            shape: value.shape, values: value.values)
        }
        return found
      }
      let (inputs, outputs) = (try values("in_"), try values("out_"))
      let parameters: any ParameterSource = weights.map { WeightsFileParameters($0) } ?? GivenParameters()
      let layers = try definedLayers(definition, weights, set, layouts)
      let plain = try NetRunner(definition, parameters: parameters)
      let isRun = plain.steps.allSatisfy { $0.layer != nil || $0.bottoms.isEmpty }
      let expected = isRun ? try plain.run(inputs) : outputs
      // Neither may be off from Caffe by more than its single precision.
      #expect(try difference(expected, outputs, name) <= 1e-5, "\(type)/\(name)")
      guard !layers.isEmpty else {
        alone += 1
        continue
      }
      let defined = try NetRunner(definition, parameters: parameters, substitutes: layers)
      let found = try defined.run(inputs)
      #expect(try difference(found, outputs, name) <= 1e-5, "\(type)/\(name)")
      tally.add(try difference(found, expected, name))
    }
    return (tally, alone)
  }

  // MARK: - Random nets

  private static let netsPerType = 40

  /// Nets around a layer of a type with random parameters, shapes and numbers, as `rules prove` draws them.
  private static func randomNets(
    _ type: String, _ set: DefinitionSet, _ layouts: [BlobLayout]
  ) throws -> Tally? {
    guard let definition = set.definition(ofType: type), !definition.isConstant,
      LayerRegistry.facts(ofType: type)?.sample != nil
    else { return nil }
    let text = """
      schema: 1
      rules:
        - id: any
          summary: Any layer of a type.
          match: {layer: {type: \(type)}}
          report: {severity: note, because: it is there}
      """
    let rule = try RuleFile(
      SourceText(path: "any.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes
    ).rules[0]
    let generator = InstanceGenerator(rule, layouts: layouts, defined: try DefinedTypes([]))
    var tally = Tally()
    for seed in 1..<UInt64(40 * netsPerType) where tally.nets < netsPerType {
      guard let (instance, _) = try? generator.instance(Choices(seed: seed &* 0xD134_2543_DE82_EF95)) else {
        continue
      }
      let weights = try instance.weights()
      let inputs = Dictionary(instance.inputs.map { ($0.name, $0.value) }) { $1 }
      let given = GivenParameters(Dictionary(instance.blobs.map { ($0.layer, $0.values) }) { $1 })
      let layers = try definedLayers(instance.definition, weights, set, layouts).filter {
        $0.value.subject.type == type
      }
      guard !layers.isEmpty,
        let expected = try? NetRunner(instance.definition, parameters: given).run(inputs),
        expected.values.allSatisfy({ $0.values.allSatisfy(\.isFinite) })
      else { continue }
      let found: [Name: NetValue<Double>]
      do {
        found = try NetRunner(instance.definition, parameters: given, substitutes: layers).run(inputs)
      } catch let error as LayerError {
        // What ONNX cannot say in a particular layer, the definition refuses.
        guard case .definition = error.reason else { throw error }
        continue
      }
      tally.add(try difference(found, expected, "\(type), seed \(seed)"))
    }
    return tally
  }

  @Test func theDefinitionsComputeWhatTheLayersDo() throws {
    let (set, layouts) = (DefinitionSet(), try BuiltinRules.load().layouts)
    var rows: [String: (caffe: Tally, random: Tally?)] = [:]
    var (run, alone) = (0, 0)
    for type in Self.types {
      let (tally, swiftAlone) = try Self.caffeNets(type, set, layouts)
      rows[type] = (tally, nil)
      run += tally.nets
      alone += swiftAlone
    }
    for type in set.types {
      guard let tally = try Self.randomNets(type, set, layouts) else { continue }
      rows[type] = (rows[type]?.caffe ?? Tally(), tally)
      #expect(tally.nets >= 10, "\(type): \(tally.nets) nets")
    }
    #expect(Self.types.isEmpty || run + alone == 708)
    var table = [
      "| layer type | nets of Caffe's | difference | random nets | difference |", "|---|---|---|---|---|",
    ]
    func figure(_ tally: Tally?) -> String {
      guard let tally, tally.nets > 0 else { return "| | " }
      return "| \(tally.nets) | \(tally.difference == 0 ? "0" : String(format: "%.0e", tally.difference)) "
    }
    for (type, row) in rows.sorted(by: { $0.key < $1.key }) where row.caffe.nets + (row.random?.nets ?? 0) > 0
    {
      table.append("| `\(type)` \(figure(row.caffe))\(figure(row.random))|")
      // LSTM and RNN have nothing but Caffe's single precision to be held against.
      let bound = LayerRegistry.facts(ofType: type) == nil ? 1e-5 : 1e-9
      #expect(max(row.caffe.difference, row.random?.difference ?? 0) <= bound, "\(type)")
    }
    let random = rows.values.compactMap(\.random).reduce(0) { $0 + $1.nets }
    print(table.joined(separator: "\n"))
    print("\(run) nets of Caffe's by definitions, \(alone) by the layer alone; \(random) random nets")
  }
}
