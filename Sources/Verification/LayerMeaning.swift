import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// The function of a layer whose type the executor does not know, by its blob layout or a definition in Caffe layers.
///
/// A layout says that a layer computes y = scale·x + shift per channel, and where its numbers are. That is all that is
/// needed to run it: as a Scale. The layers of a definition are run one after the other.
struct LayerMeaning: Sendable {
  /// The layer that computes it.
  let layer: any LayerDescription
  /// Scale and shift, for `layer`.
  let blobs: [NetValue<Double>]

  /// The meaning of a layer; nil where no layout and no definition fits it, or several layouts do.
  init?(of id: LayerID, in net: WorkingNet, limits: LayerLimits = LayerLimits()) {
    guard let affine = try? net.affine(of: id), let scale = affine.scale else {
      guard let expanded = ExpandedLayer(id, of: net) else { return nil }
      layer = expanded
      blobs = []
      return
    }
    let shape = affine.axisCount == 0 ? [] : [scale.count]
    let shift = affine.shift ?? Array(repeating: 0, count: scale.count)
    guard shape.product == scale.count, shift.count == scale.count else { return nil }
    let (axis, axisCount) = (affine.axis, affine.axisCount)
    let description = WrittenLayer(
      name: net.graph[id].name, type: "Scale", blobShapes: [shape, shape], limits: limits
    ) { path in
      switch path {
      case ["scale_param", "bias_term"]: .boolean(true)
      case ["scale_param", "axis"]: .number(Double(axis))
      case ["scale_param", "num_axes"]: .number(Double(axisCount))
      default: nil
      }
    }
    guard let layer = try? LayerRegistry.layer(description) else { return nil }
    self.layer = layer
    blobs = [NetValue(shape: shape, values: scale), NetValue(shape: shape, values: shift)]
  }
}

extension NetRunner {
  /// A net that can be run, layers of types that the executor does not know, or that a layout of the user describes, computed
  /// as their definitions or blob layouts say. So is a Scale whose numbers the BatchNorm before it holds.
  ///
  /// - Parameters:
  ///   - layouts: what blob layouts say of layers.
  ///   - definitions: what layer types compute that the executor does not know.
  ///   - shapes: those of inputs that are not the definition's; conditions of layer definitions can depend on them.
  ///   - borrowed: the places of layers that `state` leaves out and that the net has all the same.
  ///   - keepsFaults: as of the other initialiser.
  /// - Throws: as the other initialiser.
  package init(
    _ definition: NetDefinition, state: NetState, schema: Schema = .caffe, weights: WeightsFile?,
    layouts: [BlobLayout], definitions: [TypeDefinition], shapes: [Name: [Int]] = [:],
    borrowed: Set<Int> = [], keepsFaults: Bool = false
  ) throws {
    let parameters: any ParameterSource = weights.map { WeightsFileParameters($0) } ?? GivenParameters()
    let meanings = try LayerMeanings(
      definition, state: state, schema: schema, weights: weights, layouts: layouts, definitions: definitions,
      shapes: shapes)
    try self.init(
      definition, state: state, schema: schema,
      parameters: OverlaidParameters(GivenParameters(meanings.blobs), on: parameters),
      substitutes: meanings.layers, obstacles: meanings.obstacles, borrowed: borrowed,
      keepsFaults: keepsFaults)
  }
}

extension [BlobLayout] {
  /// Whether they say what layers of a type compute: where the executor does not know the type, and where a user says otherwise.
  func sayWhatComputes(_ type: String) -> Bool {
    contains { layout in
      guard layout.types.accepts(type) else { return false }
      let isUnknown = !LayerRegistry.knows(type)
      return layout.meaning.map { isUnknown && $0.isInLayers } ?? (isUnknown || !layout.isBuiltin)
    }
  }

  /// Whether a definition of the user's in Caffe layers may describe layers of a type that the executor knows.
  func mayRedefine(_ type: String) -> Bool {
    contains { layout in
      guard let meaning = layout.meaning, layout.types.accepts(type) else { return false }
      return !meaning.isBuiltin && meaning.isInLayers && LayerRegistry.knows(type)
    }
  }
}

/// Parameters of some layers in the place of those that another source has.
struct OverlaidParameters: ParameterSource {
  private let given: GivenParameters
  private let base: any ParameterSource

  init(_ given: GivenParameters, on base: any ParameterSource) {
    self.given = given
    self.base = base
  }

  func blobShapes(of layer: Name) -> [[Int]] {
    let shapes = given.blobShapes(of: layer)
    return shapes.isEmpty ? base.blobShapes(of: layer) : shapes
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>] {
    let blobs = given.blobs(of: layer, in: scalar)
    return blobs.isEmpty ? try base.blobs(of: layer, in: scalar) : blobs
  }
}
