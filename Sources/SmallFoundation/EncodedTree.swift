internal import JSON

/// A value on the way to JSON: what `encode(to:)` of a value, or of a part of it, has said so far.
final class EncodedTree: Encoder {
  private enum Content {
    case plain(JSONValue)
    case items([EncodedTree])
    case members([(key: String, tree: EncodedTree)])
  }

  private var content = Content.plain(.null)

  // Nobody asks where in the whole a value is.
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The JSON, its keys sorted.
  var value: JSONValue {
    switch content {
    case .plain(let value): value
    case .items(let items): .array(items.map(\.value))
    case .members(let members): .object(members.map { ($0.key, $0.tree.value) }.sorted { $0.0 < $1.0 })
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .members = content {} else { content = .members([]) }
    return KeyedEncodingContainer(Members(tree: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .items = content {} else { content = .items([]) }
    return Items(tree: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Plain(tree: self) }

  private var count: Int { if case .items(let items) = content { items.count } else { 0 } }

  private func member(_ key: any CodingKey) -> EncodedTree {
    let tree = EncodedTree()
    if case .members(let members) = content {
      content = .members(members.filter { $0.key != key.stringValue } + [(key.stringValue, tree)])
    }
    return tree
  }

  private func item() -> EncodedTree {
    let tree = EncodedTree()
    if case .items(let items) = content { content = .items(items + [tree]) }
    return tree
  }

  private func encode(_ value: some Encodable) throws {
    switch value {
    case let text as String: content = .plain(.string(text))
    case let truth as Bool: content = .plain(.boolean(truth))
    case let number as Double: content = .plain(.number(number))
    case let number as Float: content = .plain(.number(Double(number)))
    case let number as any BinaryInteger: content = .plain(.integer(Int(clamping: number)))
    default: try value.encode(to: self)
    }
  }

  // MARK: Containers

  private struct Plain: SingleValueEncodingContainer {
    let tree: EncodedTree
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { tree.content = .plain(.null) }
    func encode(_ value: some Encodable) throws { try tree.encode(value) }
  }

  private struct Items: UnkeyedEncodingContainer {
    let tree: EncodedTree
    var codingPath: [any CodingKey] { [] }
    var count: Int { tree.count }

    func encodeNil() { _ = tree.item() }
    func encode(_ value: some Encodable) throws { try tree.item().encode(value) }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { tree.item().unkeyedContainer() }
    func superEncoder() -> any Encoder { tree.item() }
    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      tree.item().container(keyedBy: type)
    }
  }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let tree: EncodedTree
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { _ = tree.member(key) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try tree.member(key).encode(value) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      tree.member(key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { tree.member(SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { tree.member(key) }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { tree.member(key).container(keyedBy: type) }
  }

  private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }
    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
  }
}
