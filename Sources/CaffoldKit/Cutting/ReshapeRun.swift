import CaffeIO
import Diagnostics
import Layers
import Verification

/// One change of the shapes of a net's inputs, in the text of its definition.
struct ReshapeRun {
  let model: String
  let shapes: ReshapeOptions
  let options: RunOptions
  let outputs: OutputOptions?
  let observer: RunObserver

  func run() throws -> ReshapeResult {
    try Files.restore([model], observer)
    let file = try InputFile(path: model)
    let schema = try LayerKnowledge(options, observer).schema
    let before = try net(try Files.read(file), schema)
    let given = try InputArguments(before.net, before.net, model: model).shapes(shapes.shapes)
      .merging(shapes.named) { $1 }
    var wanted: [Name: [Int]] = [:]
    var isImage = false
    for input in before.net.inputs {
      var shape = given[input.name] ?? input.shape
      if given[input.name] == nil, shape != nil {
        if let batch = shapes.batch, shape!.count > 0 { shape![0] = batch }
        if let size = shapes.size, shape!.count == 4 { (shape![2], shape![3]) = size }
      }
      isImage = isImage || shape?.count == 4
      wanted[input.name] = shape
    }
    if shapes.size != nil, !isImage { throw ReshapeError(model: model, problem: .noImage) }
    if shapes.batch != nil || shapes.size != nil,
      let name = before.net.neededInputs.sorted().first(where: { wanted[$0] == nil })
    {
      throw ReshapeError(model: model, problem: .noShape(name))
    }
    let text = try text(before, wanted)
    let after = try net(text, schema)
    let costs = try (self.costs(before.net), self.costs(after.net))
    var result = ReshapeResult(
      definition: text,
      inputs: zip(before.net.inputs, after.net.inputs).map {
        .init(name: $0.name, old: $0.shape, new: $1.shape)
      },
      outputs: [], misfits: misfits(before.net, costs.0, costs.1))
    var last: [Name: [Int]] = [:]
    for (step, cost) in zip(after.net.steps, costs.1.steps) {
      for (name, shape) in zip(step.tops, cost.tops) { last[name] = shape }
    }
    result.outputs = after.net.outputs.map { .init(name: $0, shape: last[$0] ?? wanted[$0]) }
    guard let outputs, result.misfits.isEmpty else { return result }
    let path = outputs.paths(for: ModelFiles(model: model)).model
    try OutputPair.check(path, [model], force: outputs.mayReplaceInputs)
    let output = try AtomicFile(path: path, holding: text, from: model)
    try file.checkUnchanged()
    if !outputs.isDryRun {
      try output.publish()
      result.outputFile = path
    }
    return result
  }

  private func net(
    _ bytes: [UInt8], _ schema: Schema
  ) throws -> (net: NetRunner, definition: NetDefinition) {
    let definition = try NetDefinition(TextDocument(SourceText(path: model, bytes: bytes)))
    let net = try NetRunner(
      definition, state: options.net.state, schema: schema, parameters: UnknownParameters(), keepsFaults: true
    )
    return (net, definition)
  }

  private func costs(_ net: NetRunner) throws -> NetCosts {
    do {
      return try net.costs()
    } catch {
      throw InputValuesError(path: model, problem: error.diagnostic.sentence)
    }
  }

  /// The text with the new shapes: first those of layers, then those at the top of the file.
  private func text(
    _ before: (net: NetRunner, definition: NetDefinition), _ wanted: [Name: [Int]]
  ) throws -> [UInt8] {
    let document = before.definition.document
    var editor = TextEditor(document)
    for step in before.net.steps where step.bottoms.isEmpty && !step.tops.isEmpty {
      let old = step.tops.map { top in before.net.inputs.first { $0.name == top }?.shape }
      let new = step.tops.map { wanted[$0] }
      guard new != old else { continue }
      let shapes = new.compactMap(\.self)
      guard shapes.count == new.count else {
        throw ReshapeError(model: model, problem: .noShape(step.tops[new.firstIndex(of: nil)!]))
      }
      guard LayerRegistry.knows(step.subject.type) else {
        throw ReshapeError(
          model: model, problem: .source(layer: step.subject.name, type: step.subject.type))
      }
      guard editor.setShapes(shapes, of: step.definition) else {
        throw ReshapeError(model: model, problem: .shape(step.tops[0], shapes[0]))
      }
    }
    let edited = editor.edited()
    guard !before.definition.inputs.isEmpty else { return edited }
    var top: [Name: [Int]?] = [:]
    for name in before.definition.inputs { top[name] = .some(wanted[name]) }
    return InputFields(try TextDocument(SourceText(path: model, bytes: edited))).text(keeping: top)
  }

  /// Layers that do not suit the new shapes, and did suit the old ones.
  private func misfits(_ net: NetRunner, _ before: NetCosts, _ after: NetCosts) -> [ReshapeResult.Misfit] {
    zip(net.steps, zip(before.steps, after.steps)).compactMap { step, costs in
      let (old, new) = costs
      let name = step.subject.name
      if let failure = new.failure, old.failure == nil {
        return .init(layer: name, message: failure.diagnostic.sentence)
      }
      if let a = old.blobs, let b = new.blobs,
        let place = a.indices.first(where: { b.indices.contains($0) && a[$0].shape != b[$0].shape })
      {
        return .init(
          layer: name,
          message:
            "layer '\(name)' (\(step.subject.type)): its blob \(place) has \(Self.text(a[place].shape)) numbers and would need \(Self.text(b[place].shape))"
        )
      }
      return lostBatch(step, old, new)
    }
  }

  /// A layer that writes the shape of its top as fixed numbers moves the images of a batch into other axes.
  private func lostBatch(
    _ step: NetRunner.Step, _ old: NetCosts.Step, _ new: NetCosts.Step
  ) -> ReshapeResult.Misfit? {
    guard let was = old.bottoms?.first?.first, let batch = new.bottoms?.first?.first, was != batch,
      let oldTop = old.tops.first ?? nil, let newTop = new.tops.first ?? nil, oldTop.first == was,
      newTop.first != batch, newTop.saturatingProduct == new.bottoms?[0].saturatingProduct
    else { return nil }
    return .init(
      layer: step.subject.name,
      message:
        "layer '\(step.subject.name)' (\(step.subject.type)): it would make \(Self.text(newTop)) of \(Self.text(new.bottoms![0])); its fixed first size does not suit a batch of \(batch)"
    )
  }

  private static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "()" : shape.map(String.init).joined(separator: "×")
  }
}
