// Names, members, items and slices: what `conv.blobs[0].shape[1]` is, step by step.

extension ExpressionChecker {
  /// What a path means so far: `conv`, `conv.blobs`, `conv.blobs[0]`, `conv.convolution_param`.
  enum Reference {
    case type(ExpressionType)
    case blobs(String?)
    case blob(String?, index: Int?)
    case values(String?, ValueSide)
    case value(String?, ValueSide, index: Int?)
    case attribute(String, [String], ExpressionType)
  }

  func reference(_ expression: Expression) throws(ExpressionError) -> Reference {
    switch expression.form {
    case .name(let name):
      guard let type = scope.type(of: name) else { throw unknown(name, expression, isCapture: false) }
      if case .layer(let capture?) = type, !facts.holds(capture, in: scope.presence) {
        throw ExpressionError(.mayBeAbsent(capture), at: expression.range)
      }
      return .type(type)
    case .member(let base, let member):
      if case .name(let name) = base.form, scope.type(of: name) == nil {
        throw unknown(name, base, isCapture: true)
      }
      return try self.member(member, of: reference(base))
    case .index(let base, let index): return try item(index, of: reference(base), base: base)
    case .slice(let base, let from, let to):
      return .type(try sliceType(settle(reference(base), at: base.range), base: base, from: from, to: to))
    default: return .type(try type(of: expression))
    }
  }

  func unknown(_ name: String, _ expression: Expression, isCapture: Bool) -> ExpressionError {
    let known = scope.names
    guard isCapture else { return ExpressionError(.unknownName(name, known: known), at: expression.range) }
    let captures = known.filter { if case .layer = scope.type(of: $0) { true } else { false } }
    return ExpressionError(
      .unknownCapture(name, known: captures.isEmpty ? known : captures), at: expression.range)
  }

  func settle(_ reference: Reference, at range: Range<Int>) throws(ExpressionError) -> ExpressionType {
    switch reference {
    case .type(let type): return type
    case .blob(let capture, let index):
      guard let capture, let index else { return .tensor(.unknown) }
      return .tensor(scope.blobShape(of: capture, at: index))
    case .attribute(_, _, let type): return type
    case .blobs: throw ExpressionError(.needsIndex(ofLayer: "blobs"), at: range)
    case .values(_, let side): throw ExpressionError(.needsIndex(ofLayer: side.rawValue), at: range)
    case .value:
      throw ExpressionError(.noMember("", of: .record([:]), candidates: Self.valueMembers), at: range)
    }
  }

  private func member(
    _ member: Expression.Identifier, of base: Reference
  ) throws(ExpressionError) -> Reference {
    func missing(_ type: ExpressionType, _ candidates: [String]) -> ExpressionError {
      ExpressionError(.noMember(member.text, of: type, candidates: candidates), at: member.range)
    }
    switch base {
    case .type(.layer(let capture)):
      switch member.text {
      case "name", "type", "phase": return .type(.string)
      case "blobs": return .blobs(capture)
      case "bottoms": return .values(capture, .bottoms)
      case "tops": return .values(capture, .tops)
      default:
        if let name = capture, let write = Self.layerMembers[member.text] {
          // A fork's field of this name is read like any other field.
          guard case .type = scope.attribute([member.text], of: name), !write.isCaffes else {
            throw ExpressionError(
              .layerMember(member.text, write: "\(name).\(write.path)"), at: member.range)
          }
        }
        return try attribute([member.text], of: capture, at: member.range)
      }
    case .attribute(_, _, .shape) where member.text == "count",
      .attribute(_, _, .list) where member.text == "count":
      return .type(.number())
    case .attribute(let capture, let path, _):
      return try attribute(path + [member.text], of: capture, at: member.range)
    case .type(.list(.layer(let capture?))) where member.text != "count":
      throw ExpressionError(.severalLayers(capture), at: member.range)
    case .type(.record(let parts)):
      guard let type = parts[member.text] else { throw missing(.record(parts), parts.keys.sorted()) }
      return .type(type)
    case .type(.dynamic): return .type(.dynamic)
    case .blobs, .values:
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      return .type(.number())
    case .blob(let capture, let index):
      return .type(
        try tensorMember(member, of: settle(base, at: member.range), symbol: symbol(capture, "blobs", index)))
    case .value(let capture, let side, let index):
      if member.text == "name" { return .type(.string) }
      if ["rank", "channels"].contains(member.text) { return .type(.number()) }
      if ["is_input", "is_only_input", "is_output"].contains(member.text) { return .type(.boolean) }
      guard member.text == "shape" else { throw missing(.record([:]), Self.valueMembers) }
      guard let capture, let index else { return .type(.shape(.unknown)) }
      let shape = scope.valueShape(of: capture, side: side, at: index)
      return .type(.shape(named(shape, symbol(capture, side.rawValue, index))))
    case .type(let type): return .type(try tensorMember(member, of: type, symbol: nil))
    }
  }

  /// Words that are easily taken for parts of a layer, and the path to write instead. Caffe's layers have fields of some of these
  /// names, which `isCaffes` marks; of the others a fork may have a field.
  private static let layerMembers: [String: (path: String, isCaffes: Bool)] = [
    "top": ("tops[0]", true), "bottom": ("bottoms[0]", true), "blob": ("blobs[0]", false),
    "input": ("bottoms[0]", false), "inputs": ("bottoms", false), "output": ("tops[0]", false),
    "outputs": ("tops", false), "weight": ("blobs[0]", false), "weights": ("blobs[0]", false),
    "bias": ("blobs[1]", false), "params": ("blobs", false), "shape": ("tops[0].shape", false),
  ]

  /// What can be asked of a value of the net.
  static var valueMembers: [String] {
    ["name", "shape", "rank", "channels", "is_input", "is_only_input", "is_output"]
  }

  private func symbol(_ capture: String?, _ part: String, _ index: Int?) -> String? {
    guard let capture, let index else { return nil }
    return "\(capture).\(part)[\(index)].shape"
  }

  /// The shape with its unknown sizes named after where they come from.
  private func named(_ shape: SymbolicShape, _ symbol: String?) -> SymbolicShape {
    guard let symbol, let dimensions = shape.dimensions else { return shape }
    return SymbolicShape(dimensions.enumerated().map { $1 == .unknown ? .symbol("\(symbol)[\($0)]") : $1 })
  }

  private func tensorMember(
    _ member: Expression.Identifier, of type: ExpressionType, symbol: String?
  ) throws(ExpressionError) -> ExpressionType {
    switch (type, member.text) {
    case (.tensor(let shape), "shape"): return .shape(named(shape, symbol))
    case (.tensor, "count"), (.shape, "count"), (.list, "count"): return .number()
    case (.tensor, _):
      throw ExpressionError(
        .noMember(member.text, of: type, candidates: ["shape", "count"]), at: member.range)
    case (.shape, _), (.list, _):
      throw ExpressionError(.noMember(member.text, of: type, candidates: ["count"]), at: member.range)
    default: throw ExpressionError(.noMember(member.text, of: type, candidates: []), at: member.range)
    }
  }

  private func attribute(
    _ path: [String], of capture: String?, at range: Range<Int>
  ) throws(ExpressionError) -> Reference {
    guard let capture else { return .type(.dynamic) }
    switch scope.attribute(path, of: capture) {
    case .type(let type): return .attribute(capture, path, type)
    case .dynamic: return .attribute(capture, path, .dynamic)
    case .missing(let candidates):
      throw ExpressionError(.noField(path.joined(separator: "."), candidates: candidates), at: range)
    case .foreign(let candidates):
      // Once for a path, at its first step.
      if path.count == 1 {
        scope.note(ExpressionError(.foreignField(path[0], candidates: candidates), at: range))
      }
      return .attribute(capture, path, .dynamic)
    }
  }

  // MARK: Items

  private func item(
    _ index: Expression, of base: Reference, base expression: Expression
  ) throws(ExpressionError) -> Reference {
    let found = try type(of: index)
    guard ExpressionType.number().accepts(found) else {
      throw ExpressionError(.notAnIndex(found), at: index.range)
    }
    if case .number(let value) = index.form, Int(exactly: value) == nil {
      throw ExpressionError(.notWhole(value), at: index.range)
    }
    let literal = index.literalInteger
    switch base {
    case .blobs(let capture): return .blob(capture, index: literal.flatMap { $0 < 0 ? nil : $0 })
    case .values(let capture, let side):
      return .value(capture, side, index: literal.flatMap { $0 < 0 ? nil : $0 })
    default: break
    }
    switch try settle(base, at: expression.range) {
    case .shape(let shape):
      if let literal, let dimensions = shape.dimensions {
        let position = literal < 0 ? dimensions.count + literal : literal
        guard dimensions.indices.contains(position) else {
          throw ExpressionError(.outOfRange(index: literal, count: dimensions.count), at: index.range)
        }
        return .type(.number(dimensions[position]))
      }
      return .type(.number(dimensionSymbol(base, expression, literal)))
    case .list(let item): return .type(item)
    case .dynamic: return .type(.dynamic)
    case .tensor(let shape):
      guard let dimensions = shape.dimensions else { return .type(.tensor(.unknown)) }
      guard let first = dimensions.first else {
        throw ExpressionError(.cannotIndex(.number()), at: expression.range)
      }
      if let literal, case .known(let count) = first, !(-count..<count).contains(literal) {
        throw ExpressionError(.outOfRange(index: literal, count: count), at: index.range)
      }
      return .type(dimensions.count == 1 ? .number() : .tensor(SymbolicShape(Array(dimensions.dropFirst()))))
    case let other: throw ExpressionError(.cannotIndex(other), at: expression.range)
    }
  }

  /// The symbol for `conv.blobs[0].shape[1]` where the rank is unknown.
  private func dimensionSymbol(_ base: Reference, _ expression: Expression, _ index: Int?) -> Dimension {
    guard let index, index >= 0, case .member(let owner, let member) = expression.form,
      member.text == "shape",
      case .index(let list, let position) = owner.form, let number = position.literalInteger,
      case .member(let layer, let part) = list.form, case .name(let name) = layer.form,
      case .layer(let capture?) = scope.type(of: name)
    else { return .unknown }
    return .symbol("\(capture).\(part.text)[\(number)].shape[\(index)]")
  }

  private func sliceType(
    _ type: ExpressionType, base: Expression, from: Expression?, to: Expression?
  ) throws(ExpressionError) -> ExpressionType {
    for bound in [from, to] {
      guard let bound else { continue }
      let found = try self.type(of: bound)
      guard ExpressionType.number().accepts(found) else {
        throw ExpressionError(.notAnIndex(found), at: bound.range)
      }
    }
    let start = from == nil ? 0 : from?.literalInteger
    switch type {
    case .shape(let shape):
      guard let dimensions = shape.dimensions, let start,
        let end = to == nil ? dimensions.count : to?.literalInteger
      else { return .shape(.unknown) }
      let range = try sliceRange(start, end, count: dimensions.count, at: base.range)
      return .shape(SymbolicShape(Array(dimensions[range])))
    case .tensor(let shape):
      guard shape.dimensions != nil else { return type }
      guard shape.rank != 0 else { throw ExpressionError(.cannotIndex(.number()), at: base.range) }
      return .tensor(
        try shape.sliced(
          axis: 0, from: start.map { .known($0) } ?? .unknown,
          to: to.map { $0.literalInteger.map { .known($0) } ?? .unknown }, at: base.range))
    case .list, .dynamic: return type
    default: throw ExpressionError(.cannotIndex(type), at: base.range)
    }
  }

  private func sliceRange(
    _ start: Int, _ end: Int, count: Int, at range: Range<Int>
  ) throws(ExpressionError) -> Range<Int> {
    guard let bounds = Range<Int>.slice(from: start, to: end, count: count) else {
      throw ExpressionError(.sliceOutOfRange(from: start, to: end, count: count), at: range)
    }
    return bounds
  }
}
