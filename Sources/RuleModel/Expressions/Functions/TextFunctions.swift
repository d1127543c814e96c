import Diagnostics

extension ExpressionFunction {
  /// Functions of texts, such as names.
  static let texts: [ExpressionFunction] = [
    text(
      "replace", ["text", "old", "new"], "the text with `new` in the place of every `old`"
    ) { (texts, spend) throws(ExpressionError) in
      let (text, old, new) = (texts[0].bytes, texts[1].bytes, texts[2].bytes)
      let places = text.places(of: old)
      try spend(text.count + places.count * new.count)
      return .string(Name(bytes: text.replacing(old.count, at: places, with: new)))
    },
    text(
      "matches", ["text", "pattern"],
      "whether the whole text fits a pattern with `*` for any text and `?` for any character", .boolean
    ) { texts, _ in .boolean(Glob(texts[1].description).matches(texts[0])) },
    text(
      "prefix", ["text", "end"], "the text before the first `end`; all of it where there is none"
    ) { texts, _ in
      .string(
        texts[0].bytes.first(of: texts[1].bytes).map { Name(bytes: Array(texts[0].bytes[..<$0])) } ?? texts[0]
      )
    },
    text(
      "suffix", ["text", "start"], "the text behind the last `start`; all of it where there is none"
    ) { texts, _ in
      .string(
        texts[0].bytes.last(of: texts[1].bytes).map {
          Name(bytes: Array(texts[0].bytes[($0 + texts[1].bytes.count)...]))
        } ?? texts[0])
    },
    ExpressionFunction(
      "lookup", .texts, [.required("map"), .required("name"), .required("default")],
      "the value of a [map](#parameters) for a name: under the name itself, else under the longest pattern that it fits, else `default`",
      .operands(
        type: { (types) throws(ExpressionError) in
          switch types[0] {
          case .record, .dynamic: break
          case let found: throw types.call.refusal(0, .map, found)
          }
          guard ExpressionType.string.accepts(types[1]) else {
            throw types.call.refusal(1, .string, types[1])
          }
          return types[2].withoutSize
        },
        value: { (_, values, _) throws(ExpressionError) in
          guard case .record(let map) = values[0], case .string(let name) = values[1] else {
            throw values.call.refusal(0, .map, values[0].type)
          }
          if let value = map[name.description] { return value }
          let key = map.keys.filter { Glob($0).matches(name) }.max { ($0.count, $1) < ($1.count, $0) }
          let found = key.flatMap { map[$0] } ?? values[2]
          guard values[2].type.withoutSize.accepts(found.type) else {
            throw values.call.refusal(2, .sameKind, values[2].type)
          }
          return found
        })),
  ]

  /// Reports how many bytes a result that is longer than the arguments will have, before it is made.
  private typealias Spending = (Int) throws(ExpressionError) -> Void

  private static func text(
    _ name: String, _ parameters: [String], _ summary: String, _ result: ExpressionType = .string,
    _ value: @escaping @Sendable ([Name], Spending) throws(ExpressionError) -> ExpressionValue
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .texts, parameters.map { .required($0) }, summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          for index in parameters.indices where !ExpressionType.string.accepts(types[index]) {
            throw types.call.refusal(index, .string, types[index])
          }
          return result
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          var texts: [Name] = []
          for index in parameters.indices {
            guard case .string(let text) = values[index] else {
              throw values.call.refusal(index, .string, values[index].type)
            }
            texts.append(text)
          }
          return try value(texts) { (count) throws(ExpressionError) in
            try evaluator.spend([count], at: values.call.range)
          }
        }))
  }
}

extension ExpressionType {
  /// The type without what is known of a number.
  fileprivate var withoutSize: ExpressionType {
    if case .number = self { .number() } else { withoutWords }
  }
}

extension [UInt8] {
  /// Where `other` first begins; an empty one is nowhere.
  fileprivate func first(of other: [UInt8]) -> Int? {
    guard !other.isEmpty, count >= other.count else { return nil }
    return (0...count - other.count).first { self[$0...].starts(with: other) }
  }

  /// Where `other` begins, from the first on, without those that overlap one before; an empty one is nowhere.
  fileprivate func places(of other: [UInt8]) -> [Int] {
    guard !other.isEmpty else { return [] }
    var places: [Int] = []
    var position = 0
    while position + other.count <= count {
      if self[position...].starts(with: other) {
        places.append(position)
        position += other.count
      } else {
        position += 1
      }
    }
    return places
  }

  /// The bytes with `new` in the place of `count` bytes at each of the places, which are in order.
  fileprivate func replacing(_ count: Int, at places: [Int], with new: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for place in places {
      result += self[position..<place] + new
      position = place + count
    }
    return result + self[position...]
  }

  /// Where `other` last begins; an empty one is nowhere.
  fileprivate func last(of other: [UInt8]) -> Int? {
    guard !other.isEmpty, count >= other.count else { return nil }
    return (0...count - other.count).last { self[$0...].starts(with: other) }
  }
}
