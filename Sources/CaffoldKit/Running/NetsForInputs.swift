import Diagnostics
import Layers
import Verification

/// Nets that are to run on the inputs that flags give.
///
/// Conditions of layer definitions can depend on the shapes of inputs. Which layers cannot be run depends on the conditions, and flags may
/// name the tops of such layers. So nets are made for the shapes that their definitions give, and once more where they run on others.
enum NetsForInputs {
  /// Makes the nets, and finds values and shapes for their inputs.
  ///
  /// - Parameters:
  ///   - model: the path that messages name.
  ///   - pair: the two nets that run side by side; twice the same one where it runs alone.
  ///   - make: makes the nets for inputs of these shapes, none where they are those of the definitions.
  static func make<Nets>(
    _ options: InputOptions, model: String, pair: (Nets) -> (NetRunner, NetRunner),
    _ make: (_ shapes: [Name: [Int]]) throws -> Nets
  ) throws -> (nets: Nets, inputs: SampledInputs) {
    let written = try make([:])
    let (first, second) = pair(written)
    let names = InputArguments(first, second, model: model)
    let known = options.known(by: names)
    let inputs = try SampledInputs(known, names, model: model)
    let shapes = inputs.shapes(otherThanIn: first, second)
    guard !shapes.isEmpty else {
      return (written, known == options ? inputs : try SampledInputs(options, names, model: model))
    }
    let nets = try make(shapes)
    let (one, other) = pair(nets)
    return (nets, try SampledInputs(options, InputArguments(one, other, model: model), model: model))
  }

  /// The same of a net that runs alone.
  static func makeOne(
    _ options: InputOptions, model: String, _ make: (_ shapes: [Name: [Int]]) throws -> NetRunner
  ) throws -> (net: NetRunner, inputs: SampledInputs) {
    let made = try Self.make(options, model: model, pair: { ($0, $0) }, make)
    return (made.nets, made.inputs)
  }
}

extension InputOptions {
  /// These options without the arguments whose names are not known.
  fileprivate func known(by names: InputArguments) -> InputOptions {
    var known = self
    known.shapes = shapes.filter(names.knows)
    known.values = values.filter { names.knows($0) || Files.exists($0) }
    return known
  }
}
