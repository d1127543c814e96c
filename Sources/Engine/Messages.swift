import CaffeIO
import Diagnostics
import RuleModel

// All wording of this target.

extension Refusal.Reason {
  /// The reason as a sentence part, lower case, remedy last.
  package func sentence(in graph: NetGraph) -> String {
    // A refused rewrite takes the layers back that it made.
    func isThere(_ layer: LayerID) -> Bool { layer.index < graph.layers.count }
    func name(_ layer: LayerID) -> String { isThere(layer) ? "'\(graph[layer].name)'" : "the new layer" }
    func described(_ layer: LayerID) -> String {
      isThere(layer) ? "\(graph[layer].type) \(name(layer))" : "the new layer"
    }
    func list(_ layers: [LayerID], of count: Int) -> String {
      let shown = layers.prefix(3).map(name).joined(separator: ", ")
      return "\(count == 1 ? "layer" : "layers") \(shown)\(count > 3 ? " and \(count - 3) more" : "")"
    }
    switch self {
    case .producerType(let blob, let found, let foundType, let expected):
      return "its bottom '\(blob)' is made by \(foundType) \(name(found)), not by \(alternatives(expected))"
    case .noProducer(let blob): return "its bottom '\(blob)' is an input of the net"
    case .bottomCount(let layer, let found, let expected):
      return "\(described(layer)) has \(count(found, "bottom")), the rule asks for \(expected)"
    case .connection(let layer): return "\(described(layer)) is not connected as the rule asks"
    case .chainLength(let blob, let found, let least):
      return
        "the chain that ends with blob '\(blob)' repeats \(count(found, "time")), the rule asks for \(least)"
    case .tooManyBottoms(let layer, let found, let limit):
      return "\(described(layer)) has \(count(found, "bottom")), a rule looks at \(limit) at most"
    case .searchLimit(_, let limit):
      return "the search for the rule's pattern was given up after \(limit) steps"
    case .otherConsumer(_, let blob, let consumers, let number):
      return "blob '\(blob)' is also read by \(list(consumers, of: number))"
    case .netOutput(let layer, let blob):
      return "blob '\(blob)' of \(described(layer)) is an output of the net"
    case .notBypassable: return "the layer has no bottom that could take its place"
    case .lastLayer: return "it is the only layer left, and a net has at least one"
    case .worksInPlace(let layer, let type, let blob):
      return
        "the new \(type) '\(layer)' would write over '\(blob)' while it reads it; give it a top of its own, 'top: {name: …}'"
    case .overwrittenInPlace(let blob, let layer):
      return "\(described(layer)) overwrites blob '\(blob)' in place, so nobody else can read it"
    case .outputName(let blob, let source):
      return "the net output '\(blob)' would lose its name: '\(source)' is needed under its own"
    case .outputRead(let blob, let source, let layer):
      return
        "the net output '\(blob)' would be one with '\(source)', which layer \(name(layer)) reads, and no output any more"
    case .lostOutput(let blob): return "the net output '\(blob)' would be gone"
    case .newOutput(let blob):
      return "nobody would read '\(blob)' any more, so the net would give it as an output"
    case .topCount(let layer, let found, let expected):
      return "\(described(layer)) has \(count(found, "top")), the rule asks for \(expected)"
    case .layerOrder(let reader, let maker):
      return
        "\(reader) stands before \(maker), whose result it would read; move it in the net definition"
    case .blobName(let blob): return "there is a blob '\(blob)' already"
    case .overlap(let rule, let layers):
      let names = layers.map { "'\($0)'" }
      let list =
        names.count == 1
        ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
      return "rule '\(rule)' goes first and rewrote \(list), which this rule matched too"
    case .condition(let text, let place): return "the rule's condition '\(text)' does not hold (\(place))"
    case .phase(let expected, let found):
      return "the rule is for phase \(expected), this is the net of phase \(found)"
    case .repeatedName(let layer, let count):
      return "\(count) layers are named \(name(layer)), and weights bind by name; rename them in both files"
    case .sharedParameter(let layer, let parameter, let others):
      return "\(name(layer)) shares its parameter '\(parameter)' with \(list(others, of: others.count))"
    case .layerSkipped(let layer): return "\(name(layer)) is left alone as --only-layer or --skip-layer asks"
    case .generation(let layer):
      return "\(name(layer)) is written in the old 'layers' syntax, which has no such layer type"
    case .layerName(let name): return "there is a layer '\(name)' already"
    case .unknownWithoutWeights(let path):
      return
        "without weights the new layer's '\(path)' is not known; give the weights, or the rule's parameters"
    case .noWeights(let layer): return "the weights file has no blobs for \(described(layer))"
    case .ambiguousWeights(let layer, let number):
      return "the weights file has blobs for \(name(layer)) \(number) times"
    case .blobCount(let layer, let found, let expected):
      return "\(described(layer)) has \(count(found, "blob")), expected \(expected)"
    case .noLayout(let layer, let blobs):
      if graph[layer].type == "Scale", blobs == 2 {
        return
          "\(described(layer)) has 2 blobs and does not say 'bias_term: true', without which Caffe does not load the second"
      }
      return
        "no blob layout is known for \(described(layer)) with \(count(blobs, "blob")); describe it under 'layouts:' in a rule file"
    case .ambiguousLayout(let layer, let layouts):
      return "several blob layouts fit \(described(layer)): \(layouts.joined(separator: ", "))"
    case .batchStatistics(let layer):
      let phase = graph.definition(of: layer).flatMap { try? $0.writtenAttribute(["phase"], schema: .caffe) }
      let says =
        phase == .string("TRAIN")
        ? "has 'phase: TRAIN' of its own, so it"
        : graph[layer].type == "BatchNorm"
          ? "says 'use_global_stats: false', so it" : "is not in inference mode: it"
      return
        "\(name(layer)) \(says) uses the statistics of the batch; --assume-stored-statistics folds the stored ones"
    case .channelCount(let layer, let what, let found, let into, let expected):
      if layer == into {
        return "the \(what) of \(name(layer)) has \(found) numbers, its other blobs \(expected)"
      }
      return
        "the weights of \(name(into)) have \(count(expected, "output channel")), the \(what) of \(name(layer)) has \(found)"
    case .inputChannels(let layer, let found, let expected):
      return "\(described(layer)) has numbers for \(count(found, "channel")), its bottom has \(expected)"
    case .blobShape(let layer, let blob, let shape, let expected):
      return "blob \(blob) of \(described(layer)) has the shape \(shape), expected \(expected)"
    case .variance(let layer, let channel, let variance, let epsilon):
      return
        "channel \(channel) of \(name(layer)) has the variance \(variance), which with eps \(epsilon) is nothing to divide by"
    case .notFinite(let layer, let what, let channel):
      return "the \(what) of \(name(layer)) is not finite at channel \(channel)"
    case .axis(let layer, let axis, let number):
      return
        "\(described(layer)) works \(number == 1 ? "along axis \(axis)" : "on \(number) axes from axis \(axis) on"), not on channels"
    case .twoBottoms(let layer):
      return "\(described(layer)) takes its factors from a second bottom: they are data, not parameters"
    case .unexplainedField(let layer, let path, let place):
      return path.hasSuffix(".relu")
        ? "\(described(layer)) ends in a ReLU: '\(path)' is true (\(place)), and a fold does not reach past a ReLU"
        : "'\(path)' (\(place)) is no field of Caffe's, so \(described(layer)) may compute something else; correct the name, or give the fork's definition with --proto"
    case .overflow(let layer, let largest, let limit, let storage):
      return "the folded blobs of \(name(layer)) would reach \(largest), beyond the \(limit) of \(storage)"
    case .unreadable(let layer, let message): return "the blobs of \(name(layer)) cannot be read: \(message)"
    case .inexactPadding(let layer):
      return "\(described(layer)) pads its input with zeros, which the shift would not reach"
    case .evaluation(let message): return message
    case .unknownShape(let layer, let blob, let cause):
      return "the shape of blob '\(blob)' at \(described(layer)) is not known"
        + (cause.map { ": \($0)" } ?? "")
    case .unsupported(_, let what): return "\(what) is not supported"
    }
  }

  private func alternatives(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "the layer asked for" }
    return words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension Warning {
  /// The warning as a sentence.
  package var sentence: String {
    switch reason {
    case .untrained:
      return
        "'\(layer)' was never trained: its factor is 0, so Caffe normalises by the square root of eps alone, and so does the fold"
    case .assumedStatistics:
      return "'\(layer)' says 'use_global_stats: false'; its stored statistics were used"
    case .deadChannels(let count, let total):
      return "\(count) of \(total) channels of '\(layer)' have the factor 0"
    case .negativeVariance(let count, let smallest):
      let number = NumberText.scientific(smallest)
      return count == 1
        ? "a channel of '\(layer)' has a variance just below 0 (\(number)), taken as it is"
        : "\(count) channels of '\(layer)' have a variance just below 0 (down to \(number)), taken as it is"
    case .noWeights(let type):
      return "the weights file has no blobs for \(type) '\(layer)'; Caffe fills them at random"
    case .otherNet(let layerCount, let stored):
      let names = stored.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      let more = stored.count > 3 ? " and \(stored.count - 3) more" : ""
      return
        "the weights file has blobs for none of the \(layerCount) layers that need them, but for \(stored.isEmpty ? "no layer" : names + more); does it belong to another net?"
    case .idleParameter(let name, let rules, let reason):
      let takers = rules.map { "'\($0)'" }.joined(separator: ", ")
      return
        "parameter '\(name)' had no effect: \(rules.count == 1 ? "rule \(takers) rewrote nothing" : "the rules \(takers) rewrote nothing")"
        + (reason.map { "; \($0)" } ?? "")
    case .undefinedBottom(let blob): return "layer '\(layer)' reads blob '\(blob)', which nothing writes"
    case .assumedBlobs:
      return
        "no weights were given: blobs are assumed to be there, and to fit; nothing about them was checked"
    }
  }
}

extension PlanError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch self {
    case .cycle(let steps):
      let first = steps.first ?? CycleStep(rule: "", layer: "")
      let rules = steps.map(\.rule).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      guard rules.count > 1 else {
        return Diagnostic(
          .error, at: .none,
          "rule '\(first.rule)' matches its own result at layer '\(first.layer)' and would never end; narrow its 'match'"
        )
      }
      let names = rules.map { "'\($0)'" }
      let listed = names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
      // A long cycle is told by its beginning.
      let told = steps.prefix(8).map { "'\($0.rule)' at '\($0.layer)'" }.joined(separator: ", ")
      let rest = steps.count > 8 ? " and \(steps.count - 8) more" : ""
      return Diagnostic(
        .error, at: .none,
        "rules \(listed) undo one another and would never end: \(told)\(rest), then '\(first.rule)' matches '\(first.layer)' again; narrow their 'match', or select one of them"
      )
    case .growth(let rules, let layer, let limit):
      let names = rules.map { "'\($0)'" }
      let listed =
        names.count == 1
        ? "rule \(names[0]) makes new layers of its own layers"
        : "rules \(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1]) make new layers of each other's layers"
      return Diagnostic(
        .error, at: .none,
        "\(listed), more than \(limit) one after the other, the last one '\(layer)', and would never end; narrow their 'match'"
      )
    case .malformed(let error): return error.diagnostic
    case .wrongConnection(let layer, let blob):
      return Diagnostic(
        .error, at: .none,
        "layer '\(layer)' would read another value as '\(blob)' than before; nothing was written; please report this net"
      )
    }
  }
}
