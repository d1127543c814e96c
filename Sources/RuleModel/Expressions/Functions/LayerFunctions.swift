import Tensors

extension ExpressionFunction {
  /// The function that asks whether a layer of a match is there.
  static let presence = "present"

  /// Functions of layers.
  static let layers: [ExpressionFunction] = [
    ExpressionFunction(
      "attr", .layers, [.required("layer"), .required("path"), .optional("default")],
      "the field of the layer at the path, Caffe's default or `default` where it is not written",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          try checker.field(of: call, fallback: call.optional(2))
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let (layer, path) = try evaluator.field(of: call)
          if let found = try evaluator.asking(
            at: call.range,
            { (environment) throws(ExpressionFault) in try environment.attribute(path, of: layer) })
          {
            return found
          }
          if let fallback = call.optional(2) {
            // As if it were written: without this, a field that repeats its default would compute something else.
            let value = try evaluator.evaluate(fallback)
            if case .number(let number) = value { return .number(number.asFieldHolds) }
            return value
          }
          throw ExpressionError(
            .absentAttribute(
              capture: layer.capture, layer: evaluator.environment.name(of: layer),
              path: path.joined(separator: ".")), at: call.range)
        })),
    ExpressionFunction(
      "has", .layers, [.required("layer"), .required("path")],
      "whether the field at the path is written in the layer's definition",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          _ = try checker.field(of: call, mayBeMissing: true)
          return .boolean
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let (layer, path) = try evaluator.field(of: call)
          return .boolean(
            try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
              try environment.hasAttribute(path, of: layer)
            })
        })),
    ExpressionFunction(
      "affine", .layers, [.required("layer")],
      "`.scale` and `.shift` of an affine layer: y = scale·x + shift per channel, by the [layout](#layouts) that fits",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          let capture = try checker.layer(call, 0)
          let shape = capture.map { checker.scope.affineShape(of: $0) } ?? .rank(1)
          return .record(["scale": .tensor(shape), "shift": .tensor(shape)])
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let layer = try evaluator.layer(call, 0)
          let (scale, shift) = try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
            try environment.affine(of: layer)
          }
          return .record(["scale": .tensor(scale), "shift": .tensor(shift)])
        })),
    ExpressionFunction(
      "statistics", .layers, [.required("layer")],
      "`.mean`, `.variance`, `.gamma`, `.beta` and `.epsilon` of a normalisation by stored statistics, sums divided by their factor, by the [layout](#layouts) that fits",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          let capture = try checker.layer(call, 0)
          let shape = capture.map { checker.scope.affineShape(of: $0) } ?? .rank(1)
          var parts = ["epsilon": ExpressionType.number()]
          for name in StoredStatistics.vectors { parts[name] = .tensor(shape) }
          return .record(parts)
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let layer = try evaluator.layer(call, 0)
          return .record(
            try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
              try environment.statistics(of: layer)
            }.parts)
        })),
    ExpressionFunction(
      "foreign", .layers, [.required("layer")],
      "how many fields of the layer BVLC's Caffe does not have and change nothing: those that `clear_foreign` takes out",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          _ = try checker.layer(call, 0)
          return .number()
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let layer = try evaluator.layer(call, 0)
          return .number(
            Double(
              try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
                try environment.foreignFieldCount(of: layer)
              }))
        })),
    ExpressionFunction(
      "window", .layers, [.required("layer")],
      "`.kernel`, `.stride`, `.pad` and `.dilation` of a convolution or pooling: a number for each spatial axis or one for all, however they are written",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          _ = try checker.layer(call, 0)
          return .record(
            Dictionary(uniqueKeysWithValues: WindowSizes.names.map { ($0, .tensor(.rank(1))) }))
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let layer = try evaluator.layer(call, 0)
          return .record(
            try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
              try environment.window(of: layer)
            }.parts)
        })),
    ExpressionFunction(
      presence, .layers, [.required("layer")],
      "whether an [optional layer](#optional-layers) or one of [several](#alternatives) is there",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          try checker.requireUncertain(call)
          return .boolean
        },
        value: { (evaluator, call) throws(ExpressionError) in
          guard case .name(let capture) = call[0].form else {
            throw call.refusal(0, .capture, try evaluator.evaluate(call[0]).type)
          }
          return .boolean(
            try evaluator.asking(at: call.range) { (environment) throws(ExpressionFault) in
              try environment.isPresent(capture)
            })
        })),
    ExpressionFunction(
      "place", .layers, [.required("layer")],
      "`.index`, `.offset` and `.count` of an element under [`every`](#every-bottom): its number, its first channel and its channels among those of all bottoms",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          try checker.requirePlace(call, 0)
          return .record(["index": .number(), "offset": .number(), "count": .number()])
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let place = try evaluator.place(of: evaluator.layer(call, 0), at: call.range)
          return .record([
            "index": .number(Double(place.index)), "offset": .number(Double(place.offset)),
            "count": .number(Double(place.count)),
          ])
        })),
    ExpressionFunction(
      "part", .layers, [.required("x"), .required("layer")],
      "the numbers of a vector over the channels of all bottoms that belong to one element under [`every`](#every-bottom)",
      .call(
        type: { (checker, call) throws(ExpressionError) in
          let type = try partType(OperandTypes(call, [checker.type(of: call[0]), nil], items: nil))
          try checker.requirePlace(call, 1)
          return type
        },
        value: { (evaluator, call) throws(ExpressionError) in
          let value = try evaluator.evaluate(call[0])
          _ = try partType(OperandTypes(call, [value.type, nil], items: nil))
          guard let tensor = value.lazyTensor else { throw call.refusal(0, .numeric, value.type) }
          let vector = try evaluator.held(tensor, at: call[0].range)
          if vector.values.count == 1 { return ExpressionValue(vector) }
          let place = try evaluator.place(of: evaluator.layer(call, 1), at: call.range)
          guard place.total == vector.values.count else {
            throw ExpressionError(
              .partCount(found: vector.values.count, expected: place.total), at: call[0].range)
          }
          try evaluator.spend([place.count], at: call.range)
          return .tensor(Tensor(Array(vector.values[place.offset..<place.offset + place.count])))
        })),
  ]

  private static func partType(_ types: OperandTypes) throws(ExpressionError) -> ExpressionType {
    let rank = try types.shape(of: 0).rank
    if let rank, rank > 1 {
      throw ExpressionError(
        .wrongRank(types.call.function, expected: 1, found: rank), at: types.call[0].range)
    }
    return rank == 0 ? .number() : .tensor(.rank(1))
  }
}

extension ExpressionEvaluator {
  fileprivate mutating func layer(
    _ call: ExpressionCall, _ index: Int
  ) throws(ExpressionError) -> LayerReference {
    let value = try evaluate(call[index])
    guard case .layer(let layer) = value else { throw call.refusal(index, .layer, value.type) }
    return layer
  }

  /// The layer and the fields that the first two operands name.
  fileprivate mutating func field(
    of call: ExpressionCall
  ) throws(ExpressionError) -> (LayerReference, [String]) {
    let layer = try layer(call, 0)
    let text = try evaluate(call[1])
    guard case .string(let text) = text else { throw call.refusal(1, .string, text.type) }
    return (layer, try Expression.path(text.description, at: call[1].range))
  }

  fileprivate func place(of layer: LayerReference, at range: Range<Int>) throws(ExpressionError)
    -> ElementPlace
  {
    try asking(at: range) { (environment) throws(ExpressionFault) in try environment.place(of: layer) }
  }
}

extension ExpressionChecker {
  /// The capture that an operand names; nil where that is only known at plan time.
  fileprivate func layer(_ call: ExpressionCall, _ index: Int) throws(ExpressionError) -> String? {
    if case .name(let name) = call[index].form, scope.type(of: name) == nil {
      throw unknown(name, call[index], isCapture: true)
    }
    switch try type(of: call[index]) {
    case .layer(let capture): return capture
    case .list(.layer(let capture?)):
      throw ExpressionError(.severalLayers(capture), at: call[index].range)
    case .dynamic: return nil
    case let found: throw call.refusal(index, .layer, found)
    }
  }

  /// The type of the field that the first two operands name; `mayBeMissing` where a call reckons with forks that have none.
  fileprivate func field(
    of call: ExpressionCall, fallback: Expression? = nil, mayBeMissing: Bool = false
  ) throws(ExpressionError) -> ExpressionType {
    let capture = try layer(call, 0)
    let path = try type(of: call[1])
    guard ExpressionType.string.accepts(path) else { throw call.refusal(1, .string, path) }
    let fallback: ExpressionType? = if let fallback { try type(of: fallback) } else { nil }
    guard case .string(let text) = call[1].form else { return .dynamic }
    let steps = try Expression.path(text, at: call[1].range)
    guard let capture else { return .dynamic }
    switch scope.attribute(steps, of: capture) {
    case .type(let type): return fallback.map { type.joined(with: $0) } ?? type
    case .dynamic: return .dynamic
    case .missing(let candidates):
      let error = ExpressionError(.noField(text, candidates: candidates), at: call[1].range)
      guard mayBeMissing || fallback != nil else { throw error }
      scope.note(error)
      return .dynamic
    case .foreign(let candidates):
      scope.note(ExpressionError(.foreignField(steps[0], candidates: candidates), at: call[1].range))
      return .dynamic
    }
  }

  /// The operand of `present`: a capture, by its name, that may be absent.
  fileprivate func requireUncertain(_ call: ExpressionCall) throws(ExpressionError) {
    guard case .name(let name) = call[0].form else {
      throw call.refusal(0, .capture, try type(of: call[0]))
    }
    switch scope.type(of: name) {
    case nil: throw unknown(name, call[0], isCapture: true)
    case .layer(let capture?):
      guard scope.presence.uncertain.contains(capture) else {
        throw ExpressionError(.neverAbsent(capture), at: call[0].range)
      }
    case .list(.layer(let capture?)): throw ExpressionError(.severalLayers(capture), at: call[0].range)
    case let found?: throw call.refusal(0, .capture, found)
    }
  }

  /// An operand that is a layer with a place among the bottoms of another.
  fileprivate func requirePlace(_ call: ExpressionCall, _ index: Int) throws(ExpressionError) {
    guard let capture = try layer(call, index) else { return }
    guard scope.hasPlace(capture) else {
      throw ExpressionError(.noPlace(capture), at: call[index].range)
    }
  }
}

extension Expression {
  /// The fields that a path names: `'conv_param.alpha'` gives `conv_param`, `alpha`.
  static func path(_ text: String, at range: Range<Int>) throws(ExpressionError) -> [String] {
    // By bytes: this is done for every layer that a condition is held against.
    let steps = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    // Keywords may be fields.
    guard steps.allSatisfy({ isName($0) || ExpressionKeyword(rawValue: $0) != nil }) else {
      throw ExpressionError(.badPath(text), at: range)
    }
    return steps
  }
}
