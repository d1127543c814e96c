import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel

/// Runs the examples inside a layer definition: each on a net of one layer of the type.
package enum DefinitionTestRunner {
  /// Runs all examples of a definition.
  ///
  /// - Parameter layouts: what other types mean, of which a definition in Caffe layers may make use.
  package static func run(
    _ definition: TypeDefinition, among layouts: [BlobLayout] = [], schema: Schema = .caffe
  ) -> [TestOutcome] {
    // The type itself means what this definition says, whatever others say of it.
    let meanings =
      definition.isInLayers
      ? layouts.filter { layout in !definition.types.contains(where: layout.types.accepts) }
        + [BlobLayout(definition)] : []
    return definition.tests.map { test in
      var failure: String?
      do {
        failure = try Self.failure(of: test, definition, meanings, schema)
      } catch let error as any DiagnosticError {
        failure = error.diagnostic.text
      } catch {
        failure = "\(error)"
      }
      return TestOutcome(name: test.name, place: test.place, failure: failure)
    }
  }

  private static func failure(
    of test: DefinitionTest, _ definition: TypeDefinition, _ layouts: [BlobLayout], _ schema: Schema
  ) throws -> String? {
    let bottoms = try values(test.bottoms)
    let blobs = try values(test.blobs)
    var topCount = 1
    if case .tops(let tops) = test.expectation { topCount = max(tops.count, 1) }
    let weights = try WeightsFile(layers: [(Self.layer, blobs)], path: test.layer.path)
    let net = WorkingNet(
      try NetGraph(
        try net(of: test, type: definition.types[0], bottoms.map(\.shape), topCount),
        state: NetState(phase: .test)),
      weights: weights, layouts: layouts, schema: schema)
    guard let id = net.graph.liveLayers.first(where: { net.graph[$0].name == Self.layer }) else {
      return
        "the example cannot be run: its 'layer' leaves the layer out of the net, by its phase, its stage or another name"
    }
    if let why = net.misunderstanding(of: id, by: definition) {
      guard case .refused(let expected) = test.expectation else { return why }
      return "expected that \(expected), found that \(why)"
    }
    let subject = LayerSubject(name: Self.layer, type: definition.types[0])
    let found: [NetValue<Float>]
    do {
      found = try run(
        id, of: net, weights, definition,
        bottoms.map { NetValue(shape: $0.shape, values: $0.values.map { Float($0) }) }, subject)
    } catch {
      let why: String
      if error.isInside(subject) {
        // Of a layer inside of the definition the type is told too.
        why = error.diagnostic.sentence
      } else if case .definition(let reason) = error.reason {
        why = reason
      } else {
        throw error
      }
      guard case .refused(let expected) = test.expectation else { return why }
      return why == expected ? nil : "expected that \(expected), found that \(why)"
    }
    switch test.expectation {
    case .refused(let sentence): return "expected that \(sentence), but every condition holds"
    case .tops(let tops): return difference(found, try values(tops), test.tolerance)
    }
  }

  private static func run(
    _ id: LayerID, of net: sending WorkingNet, _ weights: WeightsFile, _ definition: TypeDefinition,
    _ bottoms: [NetValue<Float>], _ subject: LayerSubject
  ) throws(LayerError) -> [NetValue<Float>] {
    guard definition.isInLayers else {
      return try DefinedLayers(net, weights: weights, id, definition).run(id, bottoms, subject)
    }
    do {
      if let why = try net.unmetCondition(of: definition, for: id) {
        throw LayerError(subject, .definition(why))
      }
      guard let layer = ExpandedLayer(id, of: net) else { throw LayerError(subject, .unknownType) }
      return try Float.run(layer, bottoms, blobs: [])
    } catch let error as LayerError {
      throw error
    } catch let reason as Refusal.Reason {
      throw LayerError(subject, .definition(reason.sentence()))
    } catch {
      throw LayerError(subject, .definition("\(error)"))
    }
  }

  private static let layer: Name = "layer"

  private static func net(
    of test: DefinitionTest, type: String, _ shapes: [[Int]], _ topCount: Int
  ) throws -> NetDefinition {
    var text = ""
    for (place, shape) in shapes.enumerated() {
      text +=
        "input: \"bottom\(place)\" input_shape { \(shape.map { "dim: \($0)" }.joined(separator: " ")) }\n"
    }
    text += "layer { name: \"\(Self.layer)\" type: \"\(type)\""
    for place in shapes.indices { text += " bottom: \"bottom\(place)\"" }
    for place in 0..<topCount { text += " top: \"top\(place)\"" }
    let bytes = Array(text.utf8) + [UInt8(ascii: "\n")] + test.layer.bytes + Array("\n}\n".utf8)
    return try NetDefinition(TextDocument(SourceText(path: test.layer.path, bytes: bytes)))
  }

  /// The numbers of expressions that speak of no layer.
  static func values(_ expressions: [CheckedExpression]) throws -> [NetValue<Double>] {
    let none = try NetDefinition(
      TextDocument(SourceText(path: "", bytes: Array("layer { name: \"none\" type: \"none\" }".utf8))))
    let net = WorkingNet(
      try NetGraph(none, state: NetState(phase: .test)), weights: nil, layouts: [])
    let evaluated = LayerExpressions(net, layer: LayerID(index: 0), lets: [])
    return try expressions.map { expression in
      let value: ExpressionValue?
      do throws(Refusal.Reason) {
        value = try evaluated.value(of: expression)
      } catch {
        throw TestValueError(expression.text, error.sentence())
      }
      guard let tensor = try value?.lazyTensor?.held() else {
        throw TestValueError(expression.text, "it is no number and no list of numbers")
      }
      return NetValue(shape: tensor.shape, values: tensor.values)
    }
  }

  private static func difference(
    _ found: [NetValue<Float>], _ expected: [NetValue<Double>], _ tolerance: Double
  ) -> String? {
    guard found.count == expected.count else {
      return "the layer has \(found.count) tops, expected \(expected.count)"
    }
    for (top, (found, expected)) in zip(found, expected).enumerated() {
      guard found.shape == expected.shape else {
        return "top \(top) has the shape \(found.shape), expected \(expected.shape)"
      }
      let largest = expected.values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
      for (place, (a, b)) in zip(found.values, expected.values).enumerated() {
        let isEqual = Double(a) == b || a.isNaN && b.isNaN || (Double(a) - b).magnitude <= tolerance * largest
        if !isEqual { return "top \(top) holds \(a) at place \(place), expected \(b)" }
      }
    }
    return nil
  }
}

/// A value of an example that cannot be computed.
private struct TestValueError: DiagnosticError {
  let diagnostic: Diagnostic

  init(_ text: String, _ why: String) {
    diagnostic = Diagnostic(.error, at: .none, "'\(text)' has no value: \(why)")
  }
}
