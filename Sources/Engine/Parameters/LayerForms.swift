import CaffeIO
import Diagnostics
import RuleModel
import Rules

/// Numbers for types and parameters: layers of one form have the same, so what follows from them is found out once.
///
/// The form of a layer as it is written is the position of the first layer written alike; every parameter that a
/// rewrite sets leads to a form of its own.
struct LayerForms {
  /// A parameter that gets a value, and the form that comes of it.
  private struct Step {
    var path: [String]
    var value: String
    var result: Int
  }

  private struct Question: Hashable {
    var form: Int
    var expression: Int
  }

  private var next: Int
  /// By form; few lead on from one.
  private var steps: [Int: [Step]] = [:]
  private var values: [Question: ExpressionValue] = [:]
  /// By form.
  var linearParameters: [Int: LinearParameters] = [:]
  /// By form, of runs without weights.
  var affines: [Int: Affine] = [:]
  /// By form.
  var blobParameters: [Int: BlobParameters] = [:]

  /// No steps yet.
  init(layerCount: Int) { next = layerCount }

  /// The form of layers of form `form` once the parameter at `path` has this value; nil for a value without one.
  mutating func form(_ form: Int, setting path: [String], to value: NewTextField.Value) -> Int? {
    let text: String
    switch value {
    case .string: text = value.text
    case .literal(let literal), .verbatim(let literal): text = literal
    case .message: return nil
    }
    let known = steps[form] ?? []
    if let step = known.first(where: { $0.value == text && $0.path == path }) { return step.result }
    // A rule that gives every layer another value: no two come to the same form.
    guard known.count < 16 else { return nil }
    steps[form, default: []].append(Step(path: path, value: text, result: next))
    // What does not depend on the parameter is the same for both forms.
    if var linear = linearParameters[form], path == linear.biasPath, text == "true" || text == "false" {
      linear.hasBias = text == "true"
      linearParameters[next] = linear
    }
    next += 1
    return next - 1
  }

  /// The value of an expression for layers of a form, where it has been evaluated before.
  func value(of expression: CheckedExpression, form: Int) -> ExpressionValue? {
    values[Question(form: form, expression: expression.serial)]
  }

  /// Remembers the value of an expression that depends on nothing but the form.
  mutating func remember(_ value: ExpressionValue, of expression: CheckedExpression, form: Int) {
    values[Question(form: form, expression: expression.serial)] = value
  }
}

extension WorkingNet {
  /// The form of a layer; nil when a rewrite has made it a layer of another kind.
  func form(of layer: LayerID) -> Int? {
    if let change = graph.changes[layer], !change.attributes.isEmpty || change.replacement != nil {
      return change.form
    }
    return graph.definition.layers[layer.index].twin
  }
}
