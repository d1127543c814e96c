import CaffeIO
import RuleModel

/// A near miss: a rule that almost rewrote something, and why it did not.
package struct Refusal: Sendable {
  /// The rule.
  package var rule: String
  /// The layer the rule's search began at.
  package var layer: LayerID
  /// Why.
  package var reason: Reason
  /// The layers that had been found, by capture.
  package var bindings: [(capture: String, layer: LayerID)]
  /// Whether all layers of the pattern were there: the nearest kind of miss.
  package var isComplete: Bool

  /// The facts of a refusal. `code` is stable; the wording is in `RefusalMessages.swift`.
  package enum Reason: Error, Sendable, Equatable {
    // How the layers are connected.
    case producerType(blob: String, found: LayerID, foundType: String, expected: [String])
    case noProducer(blob: String)
    case bottomCount(layer: LayerID, found: Int, expected: Int)
    case connection(layer: LayerID)
    /// A chain that repeats too few times; the blob is what it would end with.
    case chainLength(blob: String, found: Int, least: Int)
    case tooManyBottoms(layer: LayerID, found: Int, limit: Int)
    case searchLimit(layer: LayerID, limit: Int)
    /// The first few of `count` consumers.
    case otherConsumer(layer: LayerID, blob: String, consumers: [LayerID], count: Int)
    case netOutput(layer: LayerID, blob: String)
    case notBypassable
    case lastLayer
    case overwrittenInPlace(blob: String, by: LayerID)
    /// A new layer, as messages call it, of a type that cannot write over what it reads.
    case worksInPlace(layer: String, type: String, blob: String)
    case outputName(blob: String, source: String)
    case outputRead(blob: String, source: String, by: LayerID)
    case lostOutput(blob: String)
    case newOutput(blob: String)
    case topCount(layer: LayerID, found: Int, expected: Int)
    /// Both as messages call them: a new layer is not there any more when the message is made.
    case layerOrder(reader: String, maker: String)
    case blobName(blob: String)

    /// A rule that goes first rewrote some of the layers.
    case overlap(rule: String, layers: [String])

    // What must hold of them.
    case condition(text: String, place: String)
    case phase(expected: String, found: String)
    case repeatedName(layer: LayerID, count: Int)
    case sharedParameter(layer: LayerID, name: String, others: [LayerID])
    case layerSkipped(layer: LayerID)
    case generation(layer: LayerID)
    /// A parameter of a new layer follows from blobs, and there are none in this run.
    case unknownWithoutWeights(path: String)
    case layerName(name: String)

    // What is in the weights.
    case noWeights(layer: LayerID)
    case ambiguousWeights(layer: LayerID, count: Int)
    case blobCount(layer: LayerID, found: Int, expected: String)
    case noLayout(layer: LayerID, blobs: Int)
    case ambiguousLayout(layer: LayerID, layouts: [String])
    case batchStatistics(layer: LayerID)
    case channelCount(layer: LayerID, what: String, found: Int, into: LayerID, expected: Int)
    case inputChannels(layer: LayerID, found: Int, expected: Int)
    case blobShape(layer: LayerID, blob: Int, shape: [Int], expected: String)
    case variance(layer: LayerID, channel: Int, variance: Double, epsilon: Double)
    case notFinite(layer: LayerID, what: String, channel: Int)
    case axis(layer: LayerID, axis: Int, count: Int)
    case twoBottoms(layer: LayerID)
    /// A parameter that may make the layer compute something other than its type says; where it is written.
    case unexplainedField(layer: LayerID, path: String, place: String)
    case overflow(layer: LayerID, largest: Double, limit: Double, storage: String)
    case unreadable(layer: LayerID, message: String)
    case inexactPadding(layer: LayerID)
    case evaluation(message: String)
    /// A shape or number of channels that a rule asks for; why it is not known, where that can be told.
    case unknownShape(layer: LayerID, blob: String, cause: String?)
    case unsupported(layer: LayerID, what: String)

    /// A stable word for machines and rule tests.
    package var code: String {
      switch self {
      case .producerType: return "producer-type"
      case .noProducer: return "no-producer"
      case .bottomCount: return "bottom-count"
      case .connection: return "connection"
      case .chainLength: return "chain-length"
      case .tooManyBottoms, .searchLimit: return "search-limit"
      case .otherConsumer: return "other-consumer"
      case .netOutput, .lostOutput: return "net-output"
      case .newOutput: return "new-output"
      case .topCount: return "top-count"
      case .layerOrder: return "layer-order"
      case .blobName: return "blob-name"
      case .notBypassable: return "not-bypassable"
      case .lastLayer: return "last-layer"
      case .overwrittenInPlace: return "overwritten-in-place"
      case .worksInPlace: return "works-in-place"
      case .outputName: return "output-name"
      case .outputRead: return "output-read"
      case .overlap: return "overlap"
      case .condition: return "condition"
      case .phase: return "phase"
      case .repeatedName: return "repeated-name"
      case .sharedParameter: return "shared-parameter"
      case .layerSkipped: return "layer-skipped"
      case .generation: return "generation"
      case .layerName: return "layer-name"
      case .noWeights, .unknownWithoutWeights: return "no-weights"
      case .ambiguousWeights: return "ambiguous-weights"
      case .blobCount: return "blob-count"
      case .noLayout: return "no-layout"
      case .ambiguousLayout: return "ambiguous-layout"
      case .batchStatistics: return "batch-statistics"
      case .channelCount, .inputChannels: return "channel-count"
      case .blobShape: return "blob-shape"
      case .variance: return "variance"
      case .notFinite: return "not-finite"
      case .axis: return "axis"
      case .twoBottoms: return "two-bottoms"
      case .unexplainedField: return "unexplained-field"
      case .overflow: return "overflow"
      case .unreadable: return "unreadable"
      case .inexactPadding: return "inexact-padding"
      case .evaluation: return "evaluation"
      case .unknownShape: return "unknown-shape"
      case .unsupported: return "unsupported"
      }
    }

    /// All codes, for checking rule tests and for the reference.
    package static let codes: [String] = [
      "producer-type", "no-producer", "bottom-count", "connection", "chain-length", "search-limit",
      "other-consumer", "net-output", "new-output", "top-count", "layer-order", "blob-name",
      "not-bypassable", "last-layer", "overwritten-in-place", "works-in-place", "output-name", "output-read",
      "overlap",
      "condition",
      "phase",
      "repeated-name",
      "shared-parameter", "layer-skipped", "generation", "layer-name", "no-weights", "ambiguous-weights",
      "blob-count", "no-layout", "ambiguous-layout", "batch-statistics", "channel-count", "blob-shape",
      "variance", "not-finite", "axis", "two-bottoms", "unexplained-field", "overflow", "unreadable",
      "inexact-padding",
      "evaluation", "unknown-shape", "unsupported",
    ]
  }
}
