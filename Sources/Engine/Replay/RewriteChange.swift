import CaffeIO
import Diagnostics

/// One thing that a rewrite changes on a layer, as a plan file states it.
package enum RewriteChange: Sendable, Equatable {
  /// How the numbers of a blob come about.
  package enum BlobOrigin: String, Sendable, CaseIterable {
    /// Those of the file, each times factors.
    case scaled
    /// New ones.
    case computed
    /// Those of the file, at another place.
    case moved
  }

  /// A parameter, or `name` and `type` of a layer that becomes another one. Values are as prototxt writes them; nil where
  /// nothing is written, so that Caffe's default counts.
  case attribute(layer: Name, path: String, old: String?, new: String?)
  /// A blob, by position, with its shapes; nil where the layer has none.
  case blob(layer: Name, index: Int, old: [Int]?, new: [Int]?, origin: BlobOrigin?)
}

/// The state of the layers of a match before they are rewritten, to find what was changed.
struct ChangeRecorder {
  private struct Before {
    var layer: LayerID
    var name: Name
    var type: String
    var change: LayerChange?
    var blobs: [BlobContent]?
  }

  private let before: [Before]

  init(_ net: WorkingNet, layers: [LayerID]) {
    before = layers.map { layer in
      Before(
        layer: layer, name: net.graph[layer].name, type: net.graph[layer].type,
        change: net.graph.changes[layer],
        // A layer whose blobs cannot be had is one that no rewrite gives others.
        blobs: try? net.blobs(of: layer))
    }
  }

  /// What is different in `net`, in the order of the layers, for those that are still there.
  func changes(in net: WorkingNet) -> [RewriteChange] {
    before.filter { net.graph[$0.layer].isAlive }.flatMap {
      attributes(of: $0, in: net) + blobs(of: $0, in: net)
    }
  }

  private func attributes(of before: Before, in net: WorkingNet) -> [RewriteChange] {
    let now = net.graph.changes[before.layer]
    let definition = net.graph.definition(of: before.layer)
    var changes: [RewriteChange] = []
    func note(_ path: String, _ old: String?, _ new: String?) {
      guard old != new else { return }
      changes.append(.attribute(layer: before.name, path: path, old: old, new: new))
    }
    let name = net.graph[before.layer].name
    if name != before.name { note("name", before.name.escaped, name.escaped) }
    note("type", before.type, net.graph[before.layer].type)
    if let fields = now?.replacement, fields != before.change?.replacement {
      // All that the layer had is gone with it; what it has now is listed.
      for field in fields { note(field.name, nil, field.value.text) }
    }
    for attribute in now?.attributes ?? [] {
      let known = before.change?.attributes.first { $0.path == attribute.path }
      let replaced = before.change?.replacement.map { Self.text(attribute.path[...], in: $0) }
      let old = known.map(\.text) ?? replaced ?? definition?.writtenLiteral(attribute.path)
      note(attribute.path.joined(separator: "."), old, attribute.text)
    }
    return changes
  }

  private static func text(_ path: ArraySlice<String>, in fields: [NewTextField]) -> String? {
    guard let field = fields.last(where: { $0.name == path.first }) else { return nil }
    if path.count == 1 { return field.value.text }
    guard case .message(let inner) = field.value else { return nil }
    return text(path.dropFirst(), in: inner)
  }

  private func blobs(of before: Before, in net: WorkingNet) -> [RewriteChange] {
    guard let now = net.graph.changes[before.layer]?.blobs else { return [] }
    let old = before.blobs ?? []
    return (0..<max(old.count, now.count)).compactMap { index in
      let was = index < old.count ? old[index] : nil
      let new = index < now.count ? now[index] : nil
      if let was, let new, was.isSame(as: new) { return nil }
      return .blob(layer: before.name, index: index, old: was?.shape, new: new?.shape, origin: new?.origin)
    }
  }
}

extension LayerChange.Attribute {
  /// The values as they are written, `[a, b]` for several; nil for a parameter that goes.
  fileprivate var text: String? {
    let texts = values.map(\.text)
    return texts.count > 1 ? "[\(texts.joined(separator: ", "))]" : texts.first
  }
}

extension BlobContent {
  /// How its numbers come about.
  fileprivate var origin: RewriteChange.BlobOrigin {
    switch self {
    case .stored: .moved
    case .scaled: .scaled
    case .values, .computed: .computed
    }
  }

  /// Whether both are written with the same bytes.
  fileprivate func isSame(as other: BlobContent) -> Bool {
    switch (self, other) {
    case (.stored(let a), .stored(let b)): return a.fieldRange == b.fieldRange
    case (.scaled(let a, let first), .scaled(let b, let second)):
      return a.fieldRange == b.fieldRange && first == second
    case (.values(let a, let shape, let storage), .values(let b, let otherShape, let otherStorage)):
      return shape == otherShape && storage == otherStorage && a == b
    case (.computed(let a), .computed(let b)):
      return a.numbers === b.numbers && a.shape == b.shape && a.storage == b.storage && a.scales == b.scales
    default: return false
    }
  }
}
