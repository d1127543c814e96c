import CaffeIO
import Diagnostics
import Layers
import RuleModel

/// Why a shape is not known, as a sentence part.
package struct UnknownShape: Error, Sendable {
  /// Lower case, without a full stop.
  package var sentence: String
  /// Makes a reason.
  package init(_ sentence: String) { self.sentence = sentence }
}

/// The shapes of a net's values, each found when a rule first asks for it: a plan whose rules never ask pays nothing.
///
/// A rewrite changes at most the shapes of the tops of its own layers: these are forgotten, all others stay valid.
///
/// It is a class, since a defined layer asks for the shapes of its bottoms while the shapes of its tops are found.
final class ShapeInference {
  private var known: [ValueID: Result<[Int], UnknownShape>] = [:]

  /// Lets the shape of a value be found again.
  func forget(_ value: ValueID) { known[value] = nil }

  /// Lets a value have a shape; what stands behind it must not have been asked for yet.
  func give(_ shape: [Int], to value: ValueID) { known[value] = .success(shape) }

  /// The shape of a value. Nets are deep, hence a list of what is to be found and no recursion.
  func shape(of value: ValueID, in net: WorkingNet) throws(UnknownShape) -> [Int] {
    var pending = [value]
    while let next = pending.last {
      if known[next] != nil {
        pending.removeLast()
        continue
      }
      guard let producer = net.graph[next].producer else {
        known[next] = net.inputShape(of: next)
        continue
      }
      let layer = net.graph[producer]
      let open = layer.bottoms.filter { known[$0] == nil }
      guard open.isEmpty else {
        pending += open
        continue
      }
      var bottoms: [[Int]] = []
      var unknown: UnknownShape?
      for bottom in layer.bottoms {
        switch known[bottom] {
        case .success(let shape): bottoms.append(shape)
        case .failure(let reason): unknown = unknown ?? reason
        case nil: break
        }
      }
      var tops: Result<[[Int]], UnknownShape>
      if let unknown {
        tops = .failure(unknown)
      } else {
        do {
          tops = .success(try net.topShapes(of: producer, bottoms: bottoms))
        } catch {
          tops = .failure(error)
        }
      }
      for (position, top) in layer.tops.enumerated() {
        known[top] = tops.flatMap { shapes in
          shapes.indices.contains(position)
            ? .success(shapes[position])
            : .failure(UnknownShape("top \(position) of '\(layer.name)' has none"))
        }
      }
    }
    return try known[value]!.get()
  }
}

extension WorkingNet {
  /// The shape of a value; nil where it cannot be told.
  package func knownShape(of value: ValueID) -> [Int]? { try? shapes.shape(of: value, in: self) }

  private func unknownShape(of value: ValueID, at layer: LayerID, _ cause: UnknownShape) -> Refusal.Reason {
    Refusal.Reason(
      UnknownBlobShape(layer: graph.named(layer), blob: graph.blobName(of: value), cause: cause))
  }

  /// The shape of a value that `layer` reads or makes.
  ///
  /// - Throws: a refusal where it cannot be told.
  func shape(of value: ValueID, at layer: LayerID) throws(Refusal.Reason) -> [Int] {
    do {
      return try shapes.shape(of: value, in: self)
    } catch {
      throw unknownShape(of: value, at: layer, error)
    }
  }

  /// How many channels, axis 1, a value has that `layer` reads or makes; the definition often tells without shapes.
  func channels(of value: ValueID, at layer: LayerID) throws(Refusal.Reason) -> Int {
    if channels.counts.indices.contains(value.index), let count = channels.counts[value.index] {
      return count
    }
    let shape = try shape(of: value, at: layer)
    guard shape.count > 1 else {
      throw unknownShape(of: value, at: layer, UnknownShape("it has no axis 1"))
    }
    return shape[1]
  }

  /// The place of bottom `index` among those of `layer`: along the axis of a Concat each has channels of its own,
  /// otherwise all have the same ones.
  func place(_ index: Int, amongBottomsOf layer: LayerID) throws(Refusal.Reason) -> ElementPlace {
    let bottoms = graph[layer].bottoms
    guard let axis = described(layer).layer?.joinedAxis else {
      let count = try channels(of: bottoms[index], at: layer)
      return ElementPlace(index: index, offset: 0, count: count, total: count)
    }
    var counts: [Int] = []
    for bottom in bottoms {
      guard axis != 1 else {
        counts.append(try channels(of: bottom, at: layer))
        continue
      }
      let shape = try shape(of: bottom, at: layer)
      let position = axis < 0 ? axis + shape.count : axis
      guard shape.indices.contains(position) else {
        throw unknownShape(of: bottom, at: layer, UnknownShape("it has no axis \(axis)"))
      }
      counts.append(shape[position])
    }
    return ElementPlace(
      index: index, offset: counts[..<index].reduce(0, +), count: counts[index], total: counts.reduce(0, +))
  }

  fileprivate func inputShape(of value: ValueID) -> Result<[Int], UnknownShape> {
    let name = graph.blobName(of: value)
    guard let index = graph.definition.inputs.firstIndex(of: name) else {
      return .failure(UnknownShape("no layer makes '\(name)'"))
    }
    guard let shape = graph.definition.inputShapes[index] else {
      return .failure(UnknownShape("the definition gives no shape for the input '\(name)'"))
    }
    // Caffe's own limit: a blob has at most as many numbers as an int counts.
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow, product <= Int(Int32.max) else {
        return .failure(UnknownShape("no blob can have the shape \(shape) of the input '\(name)'"))
      }
      count = product
    }
    return .success(shape)
  }

  /// The shapes of a layer's tops, by its parameters.
  fileprivate func topShapes(of layer: LayerID, bottoms: [[Int]]) throws(UnknownShape) -> [[Int]] {
    let described = described(layer)
    if !described.isUnderstood, isDefinedInLayers(layer) {
      do throws(Refusal.Reason) {
        return try expandedNet(of: layer).topShapes()
      } catch {
        throw UnknownShape(error.sentence())
      }
    }
    if let obstacle = described.obstacle { throw UnknownShape(obstacle.diagnostic.sentence) }
    guard let description = described.layer, described.isUnderstood else {
      throw UnknownShape("'\(described.unexplained[0].path)' may change what '\(graph[layer].name)' makes")
    }
    do {
      let shapes = try description.outputShapes(bottoms)
      let subject = LayerSubject(name: graph[layer].name, type: graph[layer].type)
      for shape in shapes { try LayerLimits().check(shape, of: subject) }
      return shapes
    } catch {
      throw UnknownShape(error.diagnostic.sentence)
    }
  }
}
