import CaffeIO
import Diagnostics
import Layers
import Verification

/// A net with its weights, and what its inputs are given.
struct NetToRun {
  let runner: NetRunner
  /// Values and shapes for its inputs.
  private(set) var inputs: SampledInputs
  /// The inputs whose values no argument gave, but `lasting`.
  private(set) var lastingInputs: Set<Name> = []
  private let model: String

  /// - Parameter lasting: values for inputs that no argument gives, by the name of a blob; nil for none.
  init(
    _ files: ModelFiles, _ options: RunOptions, _ arguments: InputOptions, _ observer: RunObserver,
    lasting: (Name) throws -> InputValues? = { _ in nil }
  ) throws {
    try Files.restore([files.model, files.weights].compactMap(\.self), observer)
    let knowledge = try LayerKnowledge(options, observer)
    model = files.model
    let net = try FileNet(files, options, knowledge)
    (runner, inputs) = try NetsForInputs.makeOne(arguments, model: model, net.runner)
    for input in runner.inputs where inputs.given[input.name] == nil && isLast(input.name) {
      guard let values = try lasting(input.name) else { continue }
      inputs.given[input.name] = values
      lastingInputs.insert(input.name)
    }
  }

  /// Whether an input is at the end what it was at the beginning: no layer writes over it.
  private func isLast(_ input: Name) -> Bool {
    runner.isLegacyInput(input)
      || runner.steps.contains { step in
        step.bottoms.isEmpty
          && zip(step.tops, step.writes).contains { $0 == input && runner.lastVersions[input] == $1 }
      }
  }

  /// The last layer that writes over an input.
  func overwriter(of input: Name) -> (name: Name, type: String)? {
    let subject = runner.steps.last { !$0.bottoms.isEmpty && $0.tops.contains(input) }?.subject
    return subject.map { ($0.name, $0.type) }
  }

  /// Names of needed inputs that nobody gives values for.
  var unfilledInputs: [Name] {
    runner.inputs.map(\.name).filter { runner.neededInputs.contains($0) && inputs.given[$0] == nil }
  }

  /// The blobs of the net, in the order in which they are last written.
  var blobs: [Name] {
    var result = runner.inputs.map(\.name).filter(runner.isLegacyInput)
    for step in runner.steps {
      for (name, version) in zip(step.tops, step.writes) where runner.lastVersions[name] == version {
        result.append(name)
      }
    }
    return result
  }

  /// Runs the net; inputs without values get random numbers.
  ///
  /// - Parameter made: is shown each blob as it is last written, and the layer that writes it, nil for an input of the old form; what it
  ///   returns takes the blob's place.
  /// - Returns: the blobs that could not be computed, since a layer before them cannot be run.
  func run<S: NetScalar>(
    in scalar: S.Type, _ observer: RunObserver,
    made: (Name, NetRunner.Step?, NetValue<S>) throws -> NetValue<S>?
  ) throws -> [Name] {
    let sample = SampledInputs.Sample(0)
    var values = try inputs.values(of: inputs.inputs(runner, runner, model: model), sample, in: scalar)
    for name in runner.inputs.map(\.name).filter(runner.isLegacyInput) {
      guard let value = values[name] else { continue }
      if let other = try made(name, nil, value) { values[name] = other }
    }
    let known = Set(runner.inputs.map(\.name))
    var execution = try NetExecution(runner, inputs: values.filter { known.contains($0.key) })
    execution.limit = NetComparer.memoryLimit / MemoryLayout<S>.size
    var missing: [Name] = []
    while let step = execution.next {
      observer.progress(.init(task: .runningNet, done: execution.place, total: runner.steps.count))
      let tops = try execution.run { step, _ in
        let given = step.tops.compactMap { top in
          inputs.given[top] == nil ? nil : inputs.values(behindCutAt: top, shape: nil, sample, in: scalar)
        }
        return given.count == step.tops.count ? given : nil
      }
      for (place, (name, value)) in zip(step.tops, tops).enumerated()
      where runner.lastVersions[name] == step.writes[place] {
        guard let value else {
          missing.append(name)
          continue
        }
        if let other = try made(name, step, value) { execution.replaceTop(place, with: other) }
      }
    }
    observer.progress(.init(task: .runningNet, done: runner.steps.count, total: runner.steps.count))
    return missing
  }
}

/// Values of inputs from files: an array or a picture for an input, or an archive with arrays for several.
enum InputFiles {
  /// - Parameter arguments: `FILE` or `NAME=FILE`.
  /// - Throws: `InputValuesError` for what cannot be read, and for an archive without any of the inputs.
  static func values(
    _ arguments: [String], _ names: InputArguments, model: String
  ) throws -> [Name: InputValues] {
    var result: [Name: InputValues] = [:]
    for argument in arguments {
      if Files.exists(argument), try NpzFile.isOne(argument) {
        let archive = try NpzFile(path: argument)
        let found = archive.names.compactMap { array in names.known(array).map { (array, $0) } }
        guard !found.isEmpty else {
          throw InputValuesError(
            path: argument, problem: "has no array of the name of an input of '\(model)'")
        }
        for (array, name) in found { result[name] = try archive.values(array) }
        continue
      }
      for (name, path) in try names.named([argument]) {
        guard try NpzFile.isOne(path) else {
          result[name] = try InputValues(try Files.read(path), path: path)
          continue
        }
        let archive = try NpzFile(path: path)
        let array = archive.names.count == 1 ? archive.names[0] : DumpFile.name(of: name)
        guard let values = try archive.values(array) else {
          throw InputValuesError(path: path, problem: "has no array '\(array)'")
        }
        result[name] = values
      }
    }
    return result
  }
}
