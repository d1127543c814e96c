import Diagnostics

/// TRAIN or TEST.
public enum Phase: String, Sendable, CaseIterable {
  /// Training.
  case train = "TRAIN"
  /// Inference.
  case test = "TEST"
}

/// What `include` and `exclude` rules are held against (Caffe's NetState).
package struct NetState: Sendable, Equatable {
  /// The phase.
  package var phase: Phase
  /// The level; 0 when nobody sets it.
  package var level: Int
  /// The stages that are on.
  package var stages: [Name]

  /// Makes a state.
  package init(phase: Phase, level: Int = 0, stages: [Name] = []) {
    self.phase = phase
    self.level = level
    self.stages = stages
  }

  /// The state with what a definition says of its own: its stages, and its level where this one has none.
  package func merged(with own: NetState) -> NetState {
    NetState(
      phase: phase, level: level == 0 ? own.level : level,
      stages: stages + own.stages.filter { !stages.contains($0) })
  }

  init(_ message: TextMessage, in document: TextDocument) throws(NetError) {
    var stages: [Name] = []
    for stage in message.all("stage") { stages.append(try stage.requireName("stage", in: document)) }
    self.init(phase: .test, level: message.last("level")?.integer ?? 0, stages: stages)
  }
}

/// One `include` or `exclude` entry (Caffe's NetStateRule): every condition it names must hold.
struct NetStateRule {
  var phase: Phase?
  var minLevel: Int?
  var maxLevel: Int?
  var stages: [Name] = []
  var notStages: [Name] = []

  init(_ message: TextMessage, in document: TextDocument) throws(NetError) {
    for field in message.fields {
      switch field.name {
      case "phase":
        // Enumerations may be written by number: TRAIN is 0, TEST is 1.
        let word = field.identifier ?? field.integer.map { $0 == 0 ? "TRAIN" : $0 == 1 ? "TEST" : "" }
        guard let phase = word.flatMap(Phase.init(rawValue:)) else {
          throw NetError(.unknownPhase(found: field.literal), in: document, at: field.valueOffset)
        }
        self.phase = phase
      case "min_level": minLevel = try NetStateRule.level(field, in: document)
      case "max_level": maxLevel = try NetStateRule.level(field, in: document)
      case "stage": stages.append(try field.requireName("stage", in: document))
      case "not_stage": notStages.append(try field.requireName("not_stage", in: document))
      default: break  // a fork's own condition; Caffe proper would not parse it
      }
    }
  }

  private static func level(_ field: TextField, in document: TextDocument) throws(NetError) -> Int {
    guard let level = field.integer else {
      throw NetError(
        .expectedInteger(field: field.name, found: field.kindPhrase), in: document, at: field.valueOffset)
    }
    return level
  }

  /// Net::StateMeetsRule.
  func isMet(by state: NetState) -> Bool {
    if let phase, phase != state.phase { return false }
    if let minLevel, state.level < minLevel { return false }
    if let maxLevel, state.level > maxLevel { return false }
    return stages.allSatisfy(state.stages.contains) && !notStages.contains(where: state.stages.contains)
  }
}

extension LayerDefinition {
  /// The stages that the `include` rules ask for, in order.
  package var requiredStages: [String] {
    guard hasStateRules, let message = field.message else { return [] }
    return message.all("include").compactMap(\.message).flatMap { $0.all("stage").compactMap(\.string) }
  }

  /// Whether the net of `state` has this layer (Net::FilterNet).
  ///
  /// Without rules a layer is always in; with `include` rules when one of them is met; with `exclude`
  /// rules when none is.
  /// - Throws: `NetError` when both kinds are present, as Caffe does, or a rule is malformed.
  package func isIncluded(in state: NetState, of document: TextDocument) throws(NetError) -> Bool {
    guard hasStateRules, let message = field.message else { return true }
    var included: Bool?
    var excluded: Bool?
    for part in message.fields {
      let isInclude = part.isNamed("include")
      guard isInclude || part.isNamed("exclude") else { continue }
      guard let body = part.message else {
        throw NetError(
          .expectedMessage(field: part.name, found: part.kindPhrase), in: document, at: part.valueOffset)
      }
      let met = try NetStateRule(body, in: document).isMet(by: state)
      if isInclude { included = (included ?? false) || met } else { excluded = (excluded ?? false) || met }
      if included != nil, excluded != nil {
        throw NetError(.includeAndExclude(layer: name), in: document, at: part.nameOffset)
      }
    }
    return included ?? !(excluded ?? false)
  }
}
