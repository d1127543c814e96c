import CaffeIO
import Diagnostics
import Engine
import Layers
import Verification

/// The shapes of a net's values, by its layers' parameters.
struct ValueShapes {
  private var tops: [Int: [[Int]?]] = [:]
  private var inputs: [Name: [Int]] = [:]

  /// - Parameter arguments: shapes of inputs, or of the tops of layers that cannot be run, as flags give them; any other blob may be
  ///   named as well.
  /// - Throws: `InputValuesError` for an argument that is wrong, and for an input of a shape that nothing can have.
  init(
    _ definition: NetDefinition, _ state: NetState, _ schema: Schema, _ arguments: [String], model: String
  ) throws {
    let net = try NetRunner(
      definition, state: state, schema: schema, parameters: UnknownParameters(), keepsFaults: true)
    let given = try InputArguments(net, net, model: model).shapes(arguments)
    do {
      for (step, cost) in zip(net.steps, try net.costs(given).steps) { tops[step.index] = cost.tops }
    } catch {
      throw InputValuesError(path: model, problem: error.diagnostic.sentence)
    }
    for input in net.inputs { inputs[input.name] = given[input.name] ?? input.shape }
  }

  /// The shape of a value; nil where it is not known.
  func shape(of value: ValueID, in graph: NetGraph) -> [Int]? {
    guard let producer = graph[value].producer else { return inputs[graph.blobName(of: value)] }
    guard let place = graph[producer].tops.firstIndex(of: value) else { return nil }
    return tops[producer.index].flatMap { $0.indices.contains(place) ? $0[place] : nil }
  }
}
