import CaffeIO
import Diagnostics
import RuleModel

/// Holds reporting rules against a net. Each layer that a pattern can begin at gives one finding at most.
package enum RuleReporter {
  /// What the reporting rules among `rules` say, rule by rule, each in the order of the net.
  ///
  /// Nothing is said where it depends on weights and there are none, or where an expression has no value at a layer.
  package static func findings(
    _ graph: NetGraph, weights: WeightsFile?, rules: RuleSet, options: PlanOptions = PlanOptions()
  ) -> [RuleFinding] {
    let reporting = rules.rules.filter { $0.kind == .reporting }
    guard !reporting.isEmpty else { return [] }
    let net = WorkingNet(
      graph, weights: weights, layouts: rules.layouts, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics)
    var types = net.graph.types
    let planned = reporting.enumerated().map {
      PlannedRule($1, at: $0, kernels: options.kernels, types: &types)
    }
    net.graph.types = types
    let matcher = Matcher(net: net, protected: ProtectedLayers(options))
    let layers = Array(net.graph.writtenLayers)
    return planned.flatMap { rule in
      layers.compactMap { layer in
        guard rule.canBegin(at: layer, in: net.graph), case .match(let match) = matcher.match(rule, at: layer)
        else { return nil }
        return finding(rule, match, at: layer, in: net)
      }
    }
  }

  private static func finding(
    _ rule: PlannedRule, _ match: Binding, at anchor: LayerID, in net: WorkingNet
  ) -> RuleFinding? {
    guard let report = rule.rule.report else { return nil }
    let environment = MatchEnvironment(net, rule, match)
    for item in rule.rule.lets { environment.define(item.name, item.expression) }
    let layer = match.layers(of: report.capture).first ?? anchor
    guard let definition = net.graph.definition(of: layer) else { return nil }
    return RuleFinding(
      rule: rule.rule.id, severity: report.severity, layer: definition.name,
      because: environment.text(of: report.because), remedy: report.remedy.map(environment.text),
      help: report.help, evidence: report.evidence,
      place: definition.field.source.place(at: definition.offset(ofField: report.path)))
  }
}

extension MatchEnvironment {
  /// A text with the values of its expressions; `?` for one that has none here.
  fileprivate func text(of template: MessageTemplate) -> String {
    template.parts.map { part in
      switch part {
      case .text(let plain): plain
      case .computed(let expression):
        // What has no value is no reason to keep the rest from the reader.
        ((try? value(of: expression)) ?? nil).flatMap(Self.words) ?? "?"
      }
    }.joined()
  }

  /// A value as people read it; nil for one that has no short form.
  private static func words(_ value: ExpressionValue) -> String? {
    switch value {
    case .number(let number):
      return number.shownNumber
    case .boolean(let truth): return String(truth)
    case .string(let string): return string.description
    case .list(let items):
      let shown = items.prefix(16).compactMap(words)
      guard shown.count == min(items.count, 16) else { return nil }
      return shown.joined(separator: ", ") + (items.count > 16 ? ", …" : "")
    case .tensor(let tensor) where tensor.shape.count <= 1:
      return words(.list(tensor.values.prefix(17).map(ExpressionValue.number)))
    default: return nil
    }
  }
}
