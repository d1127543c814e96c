import Diagnostics

/// A net definition of Caffe's older syntaxes, written in the current one.
///
/// The rules are those of BVLC's `upgrade_proto.cpp`, which Caffe applies to every file that it reads: layers of V0 and V1
/// become `layer { … }`, inputs declared beside the layers become an Input layer, the learning rates of a BatchNorm that
/// has three become 0. Other than Caffe's, the upgrade edits the text: comments stay, and so do fields that only a fork
/// knows. A byte-order mark goes too, since some parsers of the text format refuse it.
package struct SyntaxUpgrade: Sendable {
  /// What was changed.
  package struct Changes: Sendable, Equatable {
    /// Layers that were written in the syntax of V0.
    package var v0Layers = 0
    /// Layers that were written in the syntax of V1.
    package var v1Layers = 0
    /// Inputs that were declared beside the layers.
    package var inputs = 0
    /// Padding layers of V0, which are the pads of the layers behind them now.
    package var paddings = 0
    /// BatchNorm layers whose learning rates are 0 now.
    package var batchNorms = 0
    /// Whether the text began with a byte-order mark.
    package var hadMark = false
    /// Fields that Caffe leaves out, since the layer's type does not have them, with the layer.
    package var leftOut: [(layer: Name, field: String)] = []
    /// Types that BVLC's V1 does not have, with the layer and the type that was written.
    package var forkTypes: [(layer: Name, word: String, type: String)] = []

    package static func == (first: Changes, second: Changes) -> Bool {
      first.v0Layers == second.v0Layers && first.v1Layers == second.v1Layers && first.inputs == second.inputs
        && first.paddings == second.paddings && first.batchNorms == second.batchNorms
        && first.hadMark == second.hadMark
        && first.leftOut.elementsEqual(second.leftOut, by: ==)
        && first.forkTypes.elementsEqual(second.forkTypes, by: ==)
    }

    /// Whether the text is what it was.
    package var isEmpty: Bool { self == Changes() }
  }

  /// The net in the current syntax; the one that was given, where nothing needs to change.
  package private(set) var definition: NetDefinition
  /// What was changed.
  package private(set) var changes = Changes()

  /// By layer of the upgraded definition, the place of the layer in the one that was given; nil for the Input layer.
  package var origins: [Int?] { added + kept.map { $0 } }
  private var added: [Int?] = []
  private let kept: [Int]

  /// Upgrades a definition.
  ///
  /// Places of messages about the result are those in the upgraded text, whose name says so.
  /// - Throws: `NetError` for what Caffe refuses to upgrade, such as a padding layer before an inner product.
  package init(_ definition: NetDefinition) throws {
    self.definition = definition
    kept = definition.layers.indices.filter {
      definition.layers[$0].generation != .v0 || definition.layers[$0].type != V0Fields.padding
    }
    try edit { definition, changes throws(NetError) in
      try V0LayerText.edited(definition, &changes)
    }
    try edit { definition, _ in NestedLayerText.edited(definition) }
    try edit { definition, changes in V1LayerText.edited(definition, &changes) }
    try edit { definition, changes throws(NetError) in
      try InputLayerText.edited(definition, &changes)
    }
    try edit { definition, changes in BatchNormText.edited(definition, &changes) }
    try edit { definition, changes in
      let bytes = definition.document.bytes
      guard bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return nil }
      changes.hadMark = true
      return Array(bytes.dropFirst(3))
    }
    if changes.inputs > 0 { added = [nil] }
  }

  /// Makes one change and reads the text again; `nil` leaves it as it is.
  private mutating func edit(
    _ body: (NetDefinition, inout Changes) throws -> [UInt8]?
  ) throws {
    guard let bytes = try body(definition, &changes) else { return }
    let path = definition.document.source.path
    let source = SourceText(
      path: path.hasSuffix(Self.mark) ? path : path + Self.mark, bytes: bytes)
    definition = try NetDefinition(TextDocument(source))
  }

  /// What the name of an upgraded text ends with.
  private static let mark = " (upgraded)"
}
