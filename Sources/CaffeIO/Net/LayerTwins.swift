import Glibc

/// Finds layers that are written alike: the same type and parameters, letter for letter, whatever their names and
/// connections.
///
/// What a parameter's value is, or which layout a layer's blobs have, need be found out only once for all of them:
/// large nets repeat a few dozen layers.
struct LayerTwins {
  /// The bytes of a layer apart from its name and connections: runs of neighbouring fields.
  private struct Body {
    var layer: Int
    var runs: Range<Int>
  }

  private let storage: TextStorage
  private let seed = NameHash.seed
  /// By a hash of the bytes. Layers whose hashes only happen to be the same are not taken for twins.
  private var bodies: [UInt64: Body] = [:]
  private var runs: [Range<UInt32>] = []
  private var pending: [Range<UInt32>] = []
  private var lastIndex = TextNode.none

  /// No layers of `document` yet.
  init(_ document: TextDocument) { storage = document.storage }

  /// Begins a layer.
  mutating func begin() {
    pending.removeAll(keepingCapacity: true)
    lastIndex = TextNode.none
  }

  /// Adds a field of the layer that is neither its name nor a connection.
  mutating func add(_ node: TextNode, index: UInt32) {
    if lastIndex == index, let last = pending.last {
      pending[pending.count - 1] = last.lowerBound..<max(last.upperBound, node.valueEnd)
    } else {
      pending.append(node.nameStart..<node.valueEnd)
    }
    lastIndex = node.next
  }

  /// Ends the layer: the position of the first one that is written alike, which may be `layer` itself.
  mutating func end(_ layer: Int) -> Int {
    let hash = storage.bytes.withUnsafeBufferPointer { bytes in
      var hash = NameHash(seed: seed)
      for run in pending {
        hash.add(
          UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(bytes)[Int(run.lowerBound)..<Int(run.upperBound)]))
      }
      return hash.value
    }
    if let known = bodies[hash] { return isPending(known) ? known.layer : layer }
    bodies[hash] = Body(layer: layer, runs: runs.count..<runs.count + pending.count)
    runs += pending
    return layer
  }

  private func isPending(_ body: Body) -> Bool {
    guard body.runs.count == pending.count else { return false }
    return storage.bytes.withUnsafeBufferPointer { bytes in
      zip(runs[body.runs], pending).allSatisfy { known, mine in
        known.count == mine.count
          && memcmp(
            bytes.baseAddress! + Int(known.lowerBound), bytes.baseAddress! + Int(mine.lowerBound), mine.count)
            == 0
      }
    }
  }
}
