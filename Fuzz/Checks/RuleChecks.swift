import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// What must hold for any bytes given as a rule file.
enum RuleChecks {
  /// A net that rules find something in.
  private static let net = """
    input: "data"
    input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
    layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: 3 } }
    layer { name: "b" type: "BatchNorm" bottom: "c" top: "b" }
    layer { name: "s" type: "Scale" bottom: "b" top: "s" scale_param { bias_term: true } }
    layer { name: "r" type: "ReLU" bottom: "s" top: "s" }
    layer { name: "g" type: "VendorGain" bottom: "s" top: "g" vendor_gain_param { alpha: 2 } }
    layer { name: "e" type: "Eltwise" bottom: "s" bottom: "g" top: "e" }
    layer { name: "j" type: "Concat" bottom: "e" bottom: "g" top: "j" }
    """
  private static let weights: [UInt8] = {
    var values = DrawnNumbers(seed: 1)
    let shapes: [(name: String, shapes: [[Int]])] = [
      ("c", [[2, 2, 3, 3], [2]]), ("b", [[2], [2], [1]]), ("s", [[2], [2]]), ("g", [[2], [2]]),
    ]
    return DrawnNet.encoded(
      shapes.map { layer in
        (Name(layer.name), layer.shapes.map { shape in (shape, values.numbers(shape.reduce(1, *))) })
      })
  }()

  /// What does not hold: every mistake has a message; what is a rule file can be used on a net, which then ends.
  static func failure(of bytes: [UInt8]) -> String? {
    let (file, errors) = RuleFile.check(
      SourceText(path: "fuzz", bytes: bytes), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes,
      fields: SchemaFields(.caffe, isComplete: false))
    for error in errors {
      if let failure = FuzzChecks.failure(of: error) { return failure }
    }
    guard errors.isEmpty else { return nil }
    do {
      var selection = RuleSet.Selection()
      selection.select = ["ALL"]
      selection.allowsApproximate = true
      let rules = try RuleSet(file.rules, layouts: file.layouts, selection: selection)
      let definition = try NetDefinition(
        TextDocument(SourceText(path: "net.prototxt", bytes: Array(net.utf8))))
      let file = try WeightsFile(InputFile(bytes: weights, path: "net.caffemodel"))
      let plan = try Planner.plan(
        NetGraph(definition, state: NetState(phase: .test)), weights: file, rules: rules)
      for refusal in plan.refusals where refusal.sentence.isEmpty { return "a reason says nothing" }
      return FoldChecks.failure(ofOutputOf: plan, file, foldsToItself: false)
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }

  /// The same for an expression, as the value of a `let` that a condition needs.
  static func failureOfExpression(_ bytes: [UInt8]) -> String? {
    var quoted = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case ..<" ":
        quoted +=
          scalar == "\0" ? " " : "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return failure(
      of: Array(
        """
        schema: 1
        rules:
          - id: a
            summary: Try an expression.
            safety: approximate
            match:
              c: {type: Convolution}
              b: {type: BatchNorm, bottom: c}
              g: {type: VendorGain}
            let:
              x: "\(quoted)"
            where: "x == x"
            rewrite: {keep: c, remove: b}

        """.utf8))
  }
}
