import Diagnostics
import Tensors

/// Paths: `conv.blobs[0].shape`, `gain.gain_param.alpha`.
extension ExpressionEvaluator {
  /// What a path means so far; numbers are read only when the whole path asks for them.
  enum Reference {
    case value(ExpressionValue)
    case blobs(LayerReference)
    case blob(LayerReference, Int)
    case values(LayerReference, ValueSide)
    case oneValue(LayerReference, ValueSide, Int)
    case attribute(LayerReference, [String])
  }

  /// The answer of the environment.
  func asking<Result>(
    at range: Range<Int>, _ question: (any ExpressionEnvironment) throws(ExpressionFault) -> Result
  ) throws(ExpressionError) -> Result {
    do { return try question(environment) } catch { throw ExpressionError(.environment(error), at: range) }
  }

  mutating func reference(_ expression: Expression) throws(ExpressionError) -> Reference {
    switch expression.form {
    case .name(let name):
      if let value = bound[name] { return .value(value) }
      let value = try asking(at: expression.range) { (environment) throws(ExpressionFault) in
        try environment.value(of: name)
      }
      guard let value else { throw ExpressionError(.unknownName(name, known: []), at: expression.range) }
      return .value(value)
    case .member(let base, let member): return try self.member(member, of: reference(base), base: base)
    case .index(let base, let index): return try item(index, of: reference(base), base: base)
    case .slice(let base, let from, let to):
      return .value(try slice(resolve(reference(base), at: base.range), base: base, from: from, to: to))
    default: return .value(try evaluate(expression))
    }
  }

  mutating func resolve(
    _ reference: Reference, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    switch reference {
    case .value(let value): return value
    case .blobs: throw ExpressionError(.needsIndex(ofLayer: "blobs"), at: range)
    case .values(_, let side): throw ExpressionError(.needsIndex(ofLayer: side.rawValue), at: range)
    case .oneValue:
      throw ExpressionError(
        .noMember("", of: .record([:]), candidates: ExpressionChecker.valueMembers),
        at: range)
    case .blob(let layer, let index):
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobShape(of: layer, at: index)
      }
      budget.credit(layer, index, Tensor.elementCount(of: shape) ?? 0, limits)
      try admit(shape, at: range)
      let tensor = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blob(of: layer, at: index)
      }
      // One without axes is no number here: it has a shape.
      return shape.isEmpty ? .tensor(try computed(at: range, tensor.held)) : try made(tensor, at: range)
    case .attribute(let layer, let path):
      let value = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.attribute(path, of: layer)
      }
      guard let value else {
        throw ExpressionError(
          .absentAttribute(
            capture: layer.capture, layer: environment.name(of: layer), path: path.joined(separator: ".")),
          at: range)
      }
      return value
    }
  }

  private mutating func member(
    _ member: Expression.Identifier, of reference: Reference, base: Expression
  ) throws(ExpressionError) -> Reference {
    func missing(_ type: ExpressionType, _ candidates: [String]) -> ExpressionError {
      ExpressionError(.noMember(member.text, of: type, candidates: candidates), at: member.range)
    }
    let range = member.range
    switch reference {
    case .value(.layer(let layer)):
      switch member.text {
      case "name": return .value(.string(environment.name(of: layer)))
      case "type": return .value(.string(Name(environment.type(of: layer))))
      case "phase": return .value(.string(Name(environment.phase(of: layer))))
      case "blobs": return .blobs(layer)
      case "bottoms": return .values(layer, .bottoms)
      case "tops": return .values(layer, .tops)
      default: return .attribute(layer, [member.text])
      }
    case .attribute(let layer, let path):
      if member.text == "count",
        case .list(let items)? = try asking(
          at: range,
          { (environment) throws(ExpressionFault) in
            try environment.attribute(path, of: layer)
          })
      {
        return .value(.number(Double(items.count)))
      }
      return .attribute(layer, path + [member.text])
    case .value(.record(let parts)):
      guard let value = parts[member.text] else { throw missing(.record([:]), parts.keys.sorted()) }
      return .value(value)
    case .blobs(let layer):
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      let count = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobCount(of: layer)
      }
      return .value(.number(Double(count)))
    case .values(let layer, let side):
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      return .value(.number(Double(environment.values(of: layer, side: side).count)))
    case .blob(let layer, let index):
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobShape(of: layer, at: index)
      }
      return .value(try sizeMember(member, of: shape))
    case .oneValue(let layer, let side, let index):
      if member.text == "name" { return .value(.string(environment.values(of: layer, side: side)[index])) }
      if member.text == "channels" {
        let count = try asking(at: range) { (environment) throws(ExpressionFault) in
          try environment.channels(of: layer, side: side, at: index)
        }
        return .value(.number(Double(count)))
      }
      if member.text == "is_output" {
        return .value(.boolean(environment.isOutput(of: layer, side: side, at: index)))
      }
      if member.text == "is_input" || member.text == "is_only_input" {
        let isInput = environment.isInput(of: layer, side: side, at: index)
        return .value(.boolean(isInput && (member.text == "is_input" || environment.inputCount == 1)))
      }
      guard member.text == "shape" || member.text == "rank" else {
        throw missing(.record([:]), ExpressionChecker.valueMembers)
      }
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.valueShape(of: layer, side: side, at: index)
      }
      guard let shape else {
        let name = environment.name(of: layer)
        throw ExpressionError(.unknownValueShape(layer: name, side: side, index: index), at: range)
      }
      return .value(member.text == "rank" ? .number(Double(shape.count)) : .sizes(shape))
    case .value(.tensor(let tensor)): return .value(try sizeMember(member, of: tensor.shape))
    case .value(.lazy(let tensor)): return .value(try sizeMember(member, of: tensor.shape))
    case .value(.list(let items)) where member.text == "count": return .value(.number(Double(items.count)))
    case .value(.list(let items)): throw missing(ExpressionValue.list(items).type, ["count"])
    case .value(let value): throw missing(value.type, [])
    }
  }

  private func sizeMember(_ member: Expression.Identifier, of shape: [Int]) throws(ExpressionError)
    -> ExpressionValue
  {
    switch member.text {
    case "shape": return .sizes(shape)
    // A blob of the net has a count that fits; one that does not is refused when it is read.
    case "count": return .number(shape.reduce(1.0) { $0 * Double($1) })
    default:
      let type = ExpressionType.tensor(SymbolicShape(shape))
      throw ExpressionError(
        .noMember(member.text, of: type, candidates: ["shape", "count"]), at: member.range)
    }
  }
}
