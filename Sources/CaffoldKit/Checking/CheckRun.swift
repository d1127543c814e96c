import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// One check of a net: the standing checks, the reporting rules that are selected, and the targets that are named.
struct CheckRun {
  private let files: ModelFiles
  private let options: RunOptions
  private let checking: FindingOptions
  private let observer: RunObserver

  init(_ files: ModelFiles, _ options: RunOptions, _ checking: FindingOptions, _ observer: RunObserver) {
    self.files = files
    self.options = options
    self.checking = checking
    self.observer = observer
  }

  func run() throws -> CheckResult {
    try Files.restore([files.model, files.weights].compactMap(\.self), observer)
    let schemas = try ForkSchemas(options.protos, observer)
    let ruleFiles = try RuleLoader.files(options.rules, fields: schemas.fields)
    // What is left out may be a standing check or a statement about a target as well.
    var selecting = options.rules
    selecting.ignore = []
    let selected = try RuleLoader.load(selecting, files: ruleFiles, kind: .reporting)
    let targets = try checking.targets.map { try TargetLoader.load($0, fields: schemas.fields).target }
    let ignored = try IgnoredFindings(options.rules, selected, targets)
    let rules = ignored.left(of: selected)
    let schema = schemas.schema(with: ruleFiles)
    let source = SourceText(path: files.model, bytes: try Files.read(files.model))
    let weights = try files.weights.map { try WeightsFile(path: $0) }
    var result = CheckResult(
      files: files, findings: [], suppressed: [], knownCount: 0,
      rules: Self.descriptions(rules, targets).filter { !ignored.covers($0.id) })
    let definition: NetDefinition
    do {
      definition = try NetDefinition(TextDocument(source))
    } catch let error as any DiagnosticError {
      result.findings = [Self.finding(of: error)]
      return keepingNew(result)
    }
    let net: CheckedNet
    do {
      net = try CheckedNet(
        definition, weights: weights, state: options.net.state, schema: schema, layouts: rules.layouts,
        inputShapes: checking.inputShapes)
    } catch let error as NetError {
      result.findings = [Self.finding(of: error)]
      return keepingNew(result)
    } catch let error as CheckedNet.ImpossibleInput {
      result.findings = [error.finding]
      return keepingNew(result)
    }
    var findings = try net.standingFindings() + net.findings(of: rules)
    for target in targets { findings += try net.findings(of: target) }
    findings.removeAll { ignored.covers($0.rule) }
    let silent = weights == nil ? StandingCheck.all.filter(\.needsWeights).map(\.id) : []
    let names = FindingNames(looked: result.rules.map(\.id).filter { !silent.contains($0) }) {
      try Self.allNames(ruleFiles, targets)
    }
    var judged = try Suppressions(definition).applied(to: findings, names)
    judged.notes.removeAll { ignored.covers($0.rule) }
    result.suppressed = judged.suppressed.map { .init(finding: $0.0, because: $0.1.because) }
    // The sort keeps what stands in one place as it was.
    result.findings = (judged.kept + judged.notes).sorted(by: Finding.isBefore)
    return keepingNew(result)
  }

  /// What `--ignore` leaves out.
  private struct IgnoredFindings {
    private let globs: [Glob]
    private let tags: Set<String>

    /// - Throws: `RuleError` for a word that nothing is called.
    init(_ options: RuleOptions, _ rules: RuleSet, _ targets: [Target]) throws(RuleError) {
      globs = options.ignore.map { Glob($0) }
      tags = Set(options.ignore)
      let known =
        StandingCheck.all.map(\.id) + rules.rules.map(\.id)
        + targets.flatMap { target in target.claims.map { $0.rule(of: target) } + target.rules.map(\.id) }
      let words = known + Set(rules.rules.flatMap(\.tags)).sorted()
      for (word, glob) in zip(options.ignore, globs)
      where glob.literal != nil && !words.contains(word) {
        throw RuleError(.unknownSelector(word, known: words), at: options.places[word])
      }
    }

    func covers(_ rule: String) -> Bool { globs.contains { $0.matches(rule) } }

    func left(of set: RuleSet) -> RuleSet {
      RuleSet(
        rules: set.rules.filter { !covers($0.id) && tags.isDisjoint(with: $0.tags) }, layouts: set.layouts)
    }
  }

  private func keepingNew(_ result: CheckResult) -> CheckResult {
    var result = result
    let new = checking.baseline.new(among: result.findings, of: files.model)
    result.knownCount = result.findings.count - new.count
    result.findings = new
    return result
  }

  /// The names of all findings, also of those that this run does not look for: the checks, the reporting rules of all files that are
  /// loaded, and the statements about all targets.
  private static func allNames(_ files: RuleFiles, _ targets: [Target]) throws -> [String] {
    let builtin = try TargetLoader.builtin().map(\.target)
    return StandingCheck.all.map(\.id) + files.rules.filter { $0.report != nil }.map(\.id)
      + (targets + builtin).flatMap { target in
        target.claims.map { $0.rule(of: target) } + target.rules.map(\.id)
      }
  }

  /// A definition that cannot be read as a net.
  private static func finding(of error: any DiagnosticError) -> Finding {
    let diagnostic = error.diagnostic
    var check = StandingCheck.syntax
    if let error = error as? NetError {
      check = .malformedNet
      if case .solver = error.reason { check = .solver }
    }
    return Finding(check, at: diagnostic.location, diagnostic.sentence)
  }

  /// What can be found.
  private static func descriptions(_ rules: RuleSet, _ targets: [Target]) -> [CheckResult.Rule] {
    func description(_ rule: Rule) -> CheckResult.Rule? {
      rule.report.map {
        .init(id: rule.id, summary: rule.summary, severity: .init($0.severity), help: $0.help)
      }
    }
    var all = StandingCheck.all.map {
      CheckResult.Rule(id: $0.id, summary: $0.summary, severity: $0.severity, help: nil)
    }
    all += rules.rules.compactMap(description)
    for target in targets {
      for claim in target.claims where claim.subject.canFind {
        let id = claim.rule(of: target)
        guard !all.contains(where: { $0.id == id }) else { continue }
        all.append(
          .init(id: id, summary: claim.subject.summary, severity: .init(claim.severity), help: claim.help))
      }
      all += target.rules.compactMap(description)
    }
    return all
  }
}

/// A net as checks look at it.
struct CheckedNet {
  let definition: NetDefinition
  let weights: WeightsFile?
  let state: NetState
  let schema: Schema
  let layouts: [BlobLayout]
  private let net: NetRunner
  private let costs: NetCosts
  private let inputs: [(name: Name, shape: [Int]?)]

  /// The definition gives an input a shape that no value can have, so the shapes of the net cannot be computed.
  struct ImpossibleInput: Error {
    let finding: Finding
  }

  /// - Throws: `NetError` for malformed phase rules; `ImpossibleInput`; `InputValuesError` for shapes given that cannot be.
  init(
    _ definition: NetDefinition, weights: WeightsFile?, state: NetState, schema: Schema,
    layouts: [BlobLayout], inputShapes: [String] = []
  ) throws {
    self.definition = definition
    self.weights = weights
    self.state = state
    self.schema = schema
    self.layouts = layouts
    net = try NetRunner(
      definition, state: state, schema: schema, parameters: UnknownParameters(), keepsFaults: true)
    let path = definition.document.source.path
    let given = try InputArguments(net, net, model: path).shapes(inputShapes)
    do {
      costs = try net.costs(given)
    } catch {
      guard given.isEmpty, let name = error.layer?.name else {
        throw InputValuesError(path: path, problem: error.diagnostic.sentence)
      }
      let offset = InputPlaces(definition, net)[name] ?? 0
      throw ImpossibleInput(
        finding: Finding(
          .fault, at: .text(definition.document.source.place(at: offset)), error.diagnostic.sentence))
    }
    inputs = net.inputs.map { ($0.name, given[$0.name] ?? $0.shape) }
  }

  /// What the checks find that are always made.
  func standingFindings() throws -> [Finding] {
    let problems =
      try definition.problems(schema: schema, state: state) + definition.connectionProblems(state: state)
    var findings = problems.map(Finding.init)
    let faultyLayers = Set(problems.filter(\.kind.isAboutText).compactMap(\.layer))
    findings += ForkFindings(definition: definition, misspelt: faultyLayers).all()
    findings += NetFindings(
      definition: definition, net: net, costs: costs, inputs: inputs,
      faultyLayers: faultyLayers
    ).all()
    if let weights {
      let runner = try NetRunner(
        definition, state: state, schema: schema, weights: weights, layouts: layouts,
        definitions: [], keepsFaults: true)
      findings += try WeightsMatch(weights, runner, costs).findings()
    }
    return findings
  }

  /// What reporting rules say.
  func findings(of rules: RuleSet) throws -> [Finding] {
    var planning = PlanOptions()
    planning.schema = schema
    return RuleReporter.findings(
      try NetGraph(definition, state: state), weights: weights, rules: rules, options: planning
    ).map(Finding.init)
  }

  /// What a target refuses or misreads.
  func findings(of target: Target) throws -> [Finding] {
    let check = TargetCheck(
      target: target, definition: definition, net: net, costs: costs, inputs: inputs, weights: weights,
      schema: schema)
    return check.findings() + (try findings(of: RuleSet(rules: target.rules, layouts: layouts)))
  }
}

extension Finding {
  init(_ found: RuleFinding) {
    self.init(
      rule: found.rule, severity: .init(found.severity), location: .text(found.place), layer: found.layer,
      reason: found.because, remedy: found.remedy, help: found.help, evidence: found.evidence?.text)
  }
}

extension TargetClaim.Subject {
  /// Whether a net can contradict the statement.
  var canFind: Bool { if case .nativeOperators = self { false } else { true } }

  /// What findings of it say, in one sentence.
  var summary: String {
    switch self {
    case .acceptedTypes: "The target takes no layer of this type."
    case .refusedTypes: "The target does not take the layer type."
    case .acceptedOperators: "The target runs no operator of this type."
    case .refusedOperators: "The target does not run the operator."
    case .nativeOperators: "The target runs a layer of Caffe's as a node of its name."
    case .refusedFields: "The target does not read a net with the field."
    case .ignoredFields: "The target ignores the field."
    case .unknownFields: "The target does not know the field."
    case .newSyntax: "The target does not read the old syntax 'layers'."
    case .inputLayers: "The target wants inputs as Input layers."
    case .noByteOrderMark: "The target does not read a file with a byte-order mark."
    case .axes: "A blob has more axes than the target takes."
    case .batch: "The batch is larger than the target takes."
    case .size: "A blob is larger than the target takes."
    case .outputs: "The net has more outputs than the target takes."
    case .ownTops: "The target wants a top to have its layer's name."
    case .sameNames: "The target wants the same names and types in both files."
    case .singlePrecision: "The target wants numbers in single precision."
    }
  }
}
