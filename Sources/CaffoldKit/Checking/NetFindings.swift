import CaffeIO
import Diagnostics
import Layers

/// What is the matter with a net's layers by their own descriptions: nothing is run, and no weights are needed.
struct NetFindings {
  let definition: NetDefinition
  let net: NetRunner
  let costs: NetCosts
  /// The net's inputs with the shapes that count.
  let inputs: [(name: Name, shape: [Int]?)]
  /// Layers of which is told already what is wrong with their text.
  let faultyLayers: Set<Name>

  /// Inputs without readers, shapes that are not known, windows that do not fit and other faults; by kind, each in the order of the
  /// net.
  func all() -> [Finding] { shapelessInputs + unreadInputs + faults + unknownTops }

  private func location(_ offset: Int) -> Diagnostic.Location {
    .text(definition.document.source.place(at: offset))
  }

  private func location(ofInput name: Name, _ places: InputPlaces) -> Diagnostic.Location {
    places[name].map(location) ?? .file(definition.document.source.path)
  }

  private var shapelessInputs: [Finding] {
    let shapeless = inputs.filter { $0.shape == nil }.map(\.name)
    guard let first = shapeless.first else { return [] }
    let flags = shapeless.map { "--input-shape \($0)=1,3,224,224" }.joined(separator: " ")
    return [
      Finding(
        .unknownShape, at: location(ofInput: first, InputPlaces(definition, net)),
        "the definition gives no shape for \(shapeless.count == 1 ? "the input" : "the inputs") \(Wording.names(shapeless))",
        remedy: "give \(flags)")
    ]
  }

  private var unreadInputs: [Finding] {
    guard !net.unreadInputs.isEmpty else { return [] }
    let places = InputPlaces(definition, net)
    return net.unreadInputs.sorted().map {
      Finding(.unreadInput, at: location(ofInput: $0, places), "no layer reads the input '\($0)'")
    }
  }

  private var faults: [Finding] {
    zip(net.steps, costs.steps).compactMap { step, cost in
      guard let failure = cost.failure ?? (step.obstacle.flatMap { $0.isUnsupported ? nil : $0 }) else {
        return nil
      }
      // An input without a shape is told as such.
      if step.bottoms.isEmpty, case .missingParameter = failure.reason { return nil }
      // What a field cannot hold is told where it is written; a word that Caffe lacks may be a fork's.
      let field = failure.enumerationField
      if step.obstacle != nil, faultyLayers.contains(step.subject.name) { return nil }
      return Finding(
        field != nil ? .forkWord : failure.isWindow ? .impossibleWindow : .fault,
        at: location(step.definition.offset(ofField: field ?? [])), layer: step.subject.name,
        failure.diagnostic.sentence)
    }
  }

  /// What stands first in the dark; the rest is behind it.
  private var unknownTops: [Finding] {
    zip(net.steps, costs.steps).compactMap { step, cost in
      let unknown = cost.tops.indices.first { cost.tops[$0] == nil && net.isRead(step.writes[$0]) }
      guard step.isCut, !faultyLayers.contains(step.subject.name), let top = unknown.map({ step.tops[$0] })
      else { return nil }
      return Finding(
        .unknownShape, at: location(step.definition.offset(ofField: [])), layer: step.subject.name,
        "the shape of what layer '\(step.subject.name)' (\(step.subject.type)) makes is not known",
        remedy: "--input-shape \(top)=… gives it")
    }
  }
}

/// What a net has that BVLC's Caffe does not: a note for each type and each field, at the first layer that has it.
struct ForkFindings {
  let definition: NetDefinition
  /// Layers in which something is misspelt, and of which that is told.
  let misspelt: Set<Name>

  func all() -> [Finding] {
    var (types, fields) = (Users(), Users())
    for layer in definition.layers where !misspelt.contains(layer.name) {
      let use = layer.forkUse
      if use.isType { types.note(layer.type, layer) }
      // The parameters of a fork's type go without saying.
      if !use.isType { for field in use.fields { fields.note(field, layer) } }
    }
    return types.all.map { type in
      finding(
        .forkType, type.layers, at: ["type"], "BVLC's Caffe has no layer type '\(type.name)'")
    }
      + fields.all.map { field in
        finding(
          .forkField, field.layers, at: field.name.split(separator: ".").map(String.init),
          "BVLC's Caffe has no field '\(field.name)'")
      }
  }

  /// Names, each with the layers that have it, in the order of the net.
  private struct Users {
    private(set) var all: [(name: String, layers: [LayerDefinition])] = []
    private var places: [String: Int] = [:]

    mutating func note(_ name: String, _ layer: LayerDefinition) {
      if let place = places[name] {
        all[place].layers.append(layer)
      } else {
        places[name] = all.count
        all.append((name, [layer]))
      }
    }
  }

  private func finding(
    _ check: StandingCheck, _ layers: [LayerDefinition], at path: [String], _ reason: String
  ) -> Finding {
    let more = layers.count > 1 ? " (\(layers.count) layers)" : ""
    return Finding(
      check, at: .text(definition.document.source.place(at: layers[0].offset(ofField: path))),
      layer: layers[0].name, reason + more)
  }
}
