import CaffeIO
import Diagnostics
import Layers
import RuleModel

/// Holds a net against the statements about a target.
struct TargetCheck {
  let target: Target
  let definition: NetDefinition
  /// The layers of the phase.
  let net: NetRunner
  /// The shapes of their tops.
  let costs: NetCosts
  /// The shapes of the net's inputs, as far as they are known.
  let inputs: [(name: Name, shape: [Int]?)]
  let weights: WeightsFile?
  let schema: Schema

  /// What the target refuses or misreads.
  func findings() -> [Finding] {
    let accepted = target.claims.compactMap { claim -> (TypePattern, TargetClaim)? in
      if case .acceptedTypes(let types) = claim.subject { (types, claim) } else { nil }
    }
    return otherTypes(than: accepted) + target.claims.flatMap(findings)
  }

  private var layers: [LayerDefinition] { net.steps.map(\.definition) }

  private func findings(of claim: TargetClaim) -> [Finding] {
    switch claim.subject {
    case .acceptedTypes, .acceptedOperators, .refusedOperators: []
    case .refusedTypes(let types):
      layers.filter { types.accepts($0.type) }.map {
        finding(claim, $0, at: ["type"], "\(target.id) does not take the type \($0.type)")
      }
    case .refusedFields(let paths):
      definition.layers.flatMap { layer in
        paths.filter { isWritten($0, in: layer) }.map {
          finding(
            claim, layer, at: $0, "\(target.id) does not read a net with '\($0.joined(separator: "."))'")
        }
      }
    case .ignoredFields(let paths):
      layers.flatMap { layer in
        paths.filter { isWritten($0, in: layer) && !hasDefault($0, in: layer) }.map {
          finding(claim, layer, at: $0, "\(target.id) ignores '\($0.joined(separator: "."))'")
        }
      }
    case .unknownFields(let known):
      definition.layers.flatMap { layer in
        layer.forkUse.fields.map { $0.split(separator: ".").map(String.init) }.filter { path in
          !known.contains { path.starts(with: $0) }
        }.map {
          finding(
            claim, layer, at: $0, "\(target.id) does not know the field '\($0.joined(separator: "."))'")
        }
      }
    case .newSyntax, .inputLayers, .noByteOrderMark, .outputs: wholeNet(claim)
    case .axes, .batch, .size: shapes(claim)
    case .ownTops:
      net.steps.filter { step in
        step.tops.count == 1 && step.tops[0] != step.subject.name && !step.bottoms.contains(step.tops[0])
      }.map { step in
        make(
          claim, at: step.definition.offset(ofTop: 0), layer: step.subject.name,
          "\(target.id) wants the top of layer '\(step.subject.name)' to have the layer's name, found '\(step.tops[0])'"
        )
      }
    case .sameNames: otherNames(claim)
    case .singlePrecision: otherNumbers(claim)
    case .nativeOperators: []
    }
  }

  // MARK: - Types and fields

  /// Layers whose type no statement accepts, where some accept types.
  private func otherTypes(than accepted: [(types: TypePattern, claim: TargetClaim)]) -> [Finding] {
    guard let claim = accepted.first?.claim else { return [] }
    return layers.filter { layer in !accepted.contains { $0.types.accepts(layer.type) } }.map {
      finding(claim, $0, at: ["type"], "\(target.id) takes no layer of type \($0.type)")
    }
  }

  private func isWritten(_ path: [String], in layer: LayerDefinition) -> Bool {
    guard let name = path.first else { return false }
    guard path.count > 1 else { return layer.parameters.contains(name) }
    return (try? layer.writtenAttribute(path, schema: schema)) != .some(nil)
  }

  private func hasDefault(_ path: [String], in layer: LayerDefinition) -> Bool {
    guard let written = try? layer.writtenAttribute(path, schema: schema) else { return false }
    return written == schema.layerDefault(at: path)
  }

  // MARK: - The whole net

  private func wholeNet(_ claim: TargetClaim) -> [Finding] {
    let root = definition.document.root
    switch claim.subject {
    case .newSyntax:
      guard definition.generation != .v2 else { return [] }
      return [
        make(
          claim, at: definition.layers[0].field.nameOffset, layer: nil,
          "\(target.id) does not read the old syntax 'layers'")
      ]
    case .inputLayers:
      guard let input = root.first("input") else { return [] }
      return [
        make(
          claim, at: input.nameOffset, layer: nil,
          "\(target.id) wants inputs as Input layers, found 'input'")
      ]
    case .noByteOrderMark:
      guard definition.document.bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return [] }
      return [make(claim, at: 0, layer: nil, "\(target.id) does not read a file with a byte-order mark")]
    case .outputs(let most):
      guard net.outputs.count > most else { return [] }
      return [
        make(
          claim, at: definition.layers[0].field.nameOffset, layer: nil,
          "\(target.id) takes \(most) outputs at most, found \(net.outputs.count)")
      ]
    default: return []
    }
  }

  private func otherNames(_ claim: TargetClaim) -> [Finding] {
    let stored = (weights?.layers ?? []).filter { !$0.blobs.isEmpty }
    let byName = Dictionary(stored.map { ($0.name, $0) }) { _, last in last }
    let byPlainName = Dictionary(stored.map { ($0.name.description.lowercased(), $0) }) { _, last in last }
    return layers.compactMap { layer in
      if let own = byName[layer.name] {
        guard own.type != layer.type else { return nil }
        return finding(
          claim, layer, at: ["type"],
          "\(target.id) wants one type in both files; '\(layer.name)' is \(layer.type) in the definition and \(own.type) in the weights"
        )
      }
      guard let other = byPlainName[layer.name.description.lowercased()] else { return nil }
      return finding(
        claim, layer, at: [],
        "\(target.id) wants one name in both files; '\(layer.name)' is '\(other.name)' in the weights")
    }
  }

  /// The first blob of each storage that is no single precision: all of a file are mostly alike.
  private func otherNumbers(_ claim: TargetClaim) -> [Finding] {
    guard let weights else { return [] }
    var found: [String: (layer: Name, count: Int)] = [:]
    for layer in weights.layers {
      for blob in layer.blobs where blob.storage != .float {
        found[blob.storage.name, default: (layer.name, 0)].count += 1
      }
    }
    return found.sorted { $0.key < $1.key }.map { storage, blobs in
      let reason =
        "\(target.id) wants numbers in single precision, found \(Wording.counted(blobs.count, "blob")) of \(storage)"
      // The weights have no lines; the layer has, where the definition names it.
      let place = layers.first { $0.name == blobs.layer }.map {
        definition.document.source.place(at: $0.offset(ofField: []))
      }
      return Finding(
        rule: claim.rule(of: target), severity: .init(claim.severity),
        location: place.map { .text($0) } ?? .file(weights.path), layer: blobs.layer,
        reason: claim.because.map { "\(reason): \($0)" } ?? reason, remedy: claim.remedy,
        help: claim.help, evidence: claim.evidence.text)
    }
  }

  // MARK: - Shapes

  private func shapes(_ claim: TargetClaim) -> [Finding] {
    var findings: [Finding] = []
    lazy var places = InputPlaces(definition, net)
    for input in inputs {
      guard let shape = input.shape, let what = excess(of: shape, claim, isInput: true) else { continue }
      findings.append(
        make(
          claim, at: places[input.name] ?? 0, layer: nil,
          "\(target.id) takes \(what), found \(Self.text(shape)) at input '\(input.name)'"))
    }
    for (step, cost) in zip(net.steps, costs.steps) where !step.bottoms.isEmpty {
      lazy var offsets = step.definition.topOffsets
      for (position, shape) in cost.tops.enumerated() {
        guard let shape, let what = excess(of: shape, claim, isInput: false) else { continue }
        findings.append(
          make(
            claim, at: offsets.indices.contains(position) ? offsets[position] : 0, layer: step.subject.name,
            "\(target.id) takes \(what), found \(Self.text(shape)) at blob '\(step.tops[position])'"))
      }
    }
    return findings
  }

  /// What a shape has too much of, in words; nil for one that is fine.
  private func excess(of shape: [Int], _ claim: TargetClaim, isInput: Bool) -> String? {
    switch claim.subject {
    case .axes(let most): shape.count > most ? "at most \(most) axes" : nil
    case .batch(let most):
      isInput && (shape.first ?? 0) > most
        ? most == 1 ? "a batch of 1" : "a batch of \(most) at most" : nil
    case .size(let most):
      shape.count == 4 && shape[2...].contains { $0 > most } ? "a height and width of \(most) at most" : nil
    default: nil
    }
  }

  private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  // MARK: - Findings

  private func finding(
    _ claim: TargetClaim, _ layer: LayerDefinition, at path: [String], _ reason: String
  ) -> Finding {
    make(claim, at: layer.offset(ofField: path), layer: layer.name, reason)
  }

  private func make(_ claim: TargetClaim, at offset: Int, layer: Name?, _ reason: String) -> Finding {
    Finding(
      rule: claim.rule(of: target), severity: .init(claim.severity),
      location: .text(definition.document.source.place(at: offset)), layer: layer,
      reason: claim.because.map { "\(reason): \($0)" } ?? reason, remedy: claim.remedy, help: claim.help,
      evidence: claim.evidence.text)
  }
}

extension TargetClaim {
  /// The id of the findings.
  func rule(of target: Target) -> String { "\(target.id)-\(subject.code)" }
}

extension Evidence {
  /// `tested with MNN 3.6.1, 2026-11-29`.
  package var text: String {
    switch kind {
    case .tested: "tested with \(source), \(date)"
    case .documented: "documented in \(source), \(date)"
    }
  }
}

extension Finding.Severity {
  init(_ severity: RuleReport.Severity) {
    switch severity {
    case .error: self = .error
    case .warning: self = .warning
    case .note: self = .note
    }
  }
}
