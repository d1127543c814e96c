import CaffoldKit
import Diagnostics
import JSON

/// What an inspection found, for people and for machines.
struct InspectReport {
  private let result: InspectResult
  private let layers: [InspectResult.Layer]
  private let types: [(type: String, totals: InspectResult.Totals)]
  private let grouping: InspectGrouping?
  private let isVerbose: Bool

  init(_ result: InspectResult, order: InspectOrder, grouping: InspectGrouping?, isVerbose: Bool) {
    self.result = result
    self.grouping = grouping
    self.isVerbose = isVerbose
    /// Largest first; equal ones as they were, which `sorted` of the standard library keeps.
    func sorted<Item>(_ items: [Item], by number: (Item) -> Int?) -> [Item] {
      items.sorted { (number($0) ?? -1) > (number($1) ?? -1) }
    }
    switch order {
    case .net:
      layers = result.layers
      types = result.totalsByType
    case .name:
      layers = result.layers.sorted { $0.name < $1.name }
      types = result.totalsByType
    case .params:
      layers = sorted(result.layers, by: \.parameters)
      types = sorted(result.totalsByType) { $0.totals.parameters.known }
    case .macs:
      layers = sorted(result.layers, by: \.multiplyAdds)
      types = sorted(result.totalsByType) { $0.totals.multiplyAdds.known }
    case .memory:
      layers = sorted(result.layers, by: \.activationBytes)
      types = sorted(result.totalsByType) { $0.totals.activationBytes.known }
    }
  }

  /// What a line stands for.
  private var noun: String { result.graph == nil ? "layer" : "node" }

  /// Whether there is a definition, which alone tells of shapes and cost.
  private var hasNet: Bool { result.model != nil }

  // MARK: Text

  /// A table and notes; lines of the table take `width` columns at most, nil for as many as they take.
  func text(width: Int?) -> String {
    let table = grouping == nil ? layerLines(width) : typeLines(width)
    return (table + [""] + summary + notes).joined(separator: "\n") + "\n"
  }

  private func layerLines(_ width: Int?) -> [String] {
    func lines(showsBlobs: Bool) -> [String] {
      let head =
        [noun, result.graph == nil ? "type" : "operator"] + (hasNet ? ["output"] : []) + ["parameters"]
      var table = Table(left: hasNet ? [0, 1, 2, 6] : [0, 1, 3])
      table.add(head + (hasNet ? ["mult-adds", "memory"] : []) + (showsBlobs ? ["blobs"] : []))
      for layer in layers {
        var cells = [Format.name(layer.name), layer.type]
        if hasNet { cells.append(layer.tops.map { Format.shape($0.shape) }.joined(separator: ", ")) }
        cells.append(Self.short(layer.parameters))
        if hasNet {
          cells += [Self.short(layer.multiplyAdds), layer.activationBytes.map(Format.memory) ?? "?"]
        }
        if showsBlobs { cells.append(Self.blobs(layer.blobs)) }
        table.add(cells)
      }
      let name = [Format.counted(layers.count, noun), ""] + (hasNet ? [""] : [])
      table.add(name + cells(result.totals) + (showsBlobs ? [""] : []))
      return table.lines(width: width, shortening: hasNet ? [0, 1, 2] : [3, 0, 1])
    }
    // Blobs are what a narrow terminal does without: 'caffold weights' lists them.
    let all = lines(showsBlobs: true)
    guard hasNet, let width, all.contains(where: { TextWidth.of($0) > width || $0.contains("…") }) else {
      return all
    }
    return lines(showsBlobs: false)
  }

  private func typeLines(_ width: Int?) -> [String] {
    var table = Table()
    table.add(
      [result.graph == nil ? "type" : "operator", noun + "s", "parameters"]
        + (hasNet ? ["mult-adds", "memory"] : []))
    for (type, totals) in types { table.add([type, Format.grouped(totals.layers)] + cells(totals)) }
    table.add(["all", Format.grouped(layers.count)] + cells(result.totals))
    return table.lines(width: width, shortening: [0])
  }

  /// Sums as cells.
  private func cells(_ totals: InspectResult.Totals) -> [String] {
    func cell(_ sum: InspectResult.Sum, _ format: (Int) -> String) -> String {
      sum.isComplete ? format(sum.known) : sum.known == 0 ? "?" : "≥ " + format(sum.known)
    }
    return [cell(totals.parameters, Format.short)]
      + (hasNet
        ? [cell(totals.multiplyAdds, Format.short), cell(totals.activationBytes, Format.memory)] : [])
  }

  private static func short(_ number: Int?) -> String { number.map(Format.short) ?? "?" }

  /// `64×3×7×7 float32, 64 float32`.
  private static func blobs(_ blobs: [InspectResult.Blob]) -> String {
    let types = Set(blobs.map(\.storage))
    let shapes = blobs.map { blob in
      let shape = Format.shape(blob.shape)
      return types.count > 1 ? shape + (blob.storage.map { " " + $0 } ?? "") : shape
    }
    let type = types.count == 1 ? types.first!.map { " " + $0 } ?? "" : ""
    return shapes.joined(separator: ", ") + type
  }

  private var summary: [String] {
    var lines: [String] = []
    if let graph = result.graph { lines.append(graph.line) }
    if hasNet {
      lines += ValueLines.lines("input", result.inputs) + ValueLines.lines("output", result.outputs)
      if let peak = result.peakBytes, let layer = result.peakLayer, peak > 0 {
        let bound = result.isComplete ? "" : "≥ "
        lines.append("peak memory: \(bound)\(Format.memory(peak)), at \(noun) '\(Format.name(layer))'")
      }
    }
    if result.weights != nil || result.graph != nil {
      let blobs = result.layers.flatMap(\.blobs)
      let counts = Dictionary(grouping: blobs, by: { $0.storage ?? "" }).sorted { $0.key < $1.key }
      lines.append(
        "blobs: "
          + (blobs.isEmpty
            ? "none" : counts.map { "\(Format.grouped($1.count)) \($0)" }.joined(separator: ", ")))
    }
    return lines
  }

  /// What a user of the net has to know, each on one line that begins with `note:`.
  private var notes: [String] { graphNotes + forkNotes + obstacleNotes + findingNotes }

  private var graphNotes: [String] {
    guard let graph = result.graph else { return [] }
    return graph.openBatches.map {
      let name = Format.name($0)
      return
        "note: the file leaves the batch of '\(name)' open; shown for 1, --input-shape \(name)=… gives another"
    } + graph.unread.map { "note: not looked at: \($0)" }
  }

  private var forkNotes: [String] {
    var lines: [String] = []
    let types = Dictionary(grouping: result.layers.filter(\.isForkType), by: \.type).sorted {
      $0.key < $1.key
    }
    for (type, layers) in types {
      let word = result.graph == nil ? "fork: type" : "not an operator of ONNX:"
      lines.append("note: \(word) \(type) of \(names(layers))")
    }
    var fields: [String: [InspectResult.Layer]] = [:]
    for layer in result.layers { for field in layer.forkFields { fields[field, default: []].append(layer) } }
    // The parameters of a fork's type go without saying.
    for (field, layers) in fields.sorted(by: { $0.key < $1.key }) where !layers.allSatisfy(\.isForkType) {
      lines.append("note: fork: field '\(field)' of \(names(layers.filter { !$0.isForkType }))")
    }
    return lines
  }

  private func names(_ layers: [InspectResult.Layer]) -> String {
    layers.count == 1
      ? "\(noun) '\(Format.name(layers[0].name))'"
      : "\(Format.grouped(layers.count)) \(noun)s: "
        + Format.names(layers.map { Format.name($0.name) })
  }

  private var obstacleNotes: [String] {
    var lines: [String] = []
    var told: [Name: Set<String>] = [:]
    for finding in result.findings {
      if let layer = finding.layer { told[layer, default: []].insert(finding.reason) }
    }
    let counts = result.layers.reduce(into: [:]) { $0[$1.type, default: 0] += $1.obstacle == nil ? 0 : 1 }
    var types: Set<String> = []
    for layer in result.layers {
      guard let obstacle = layer.obstacle, told[layer.name]?.contains(obstacle) != true else { continue }
      if !isVerbose, types.contains(layer.type) { continue }
      types.insert(layer.type)
      let others = counts[layer.type, default: 0] - 1
      let more =
        isVerbose || others == 0
        ? "" : ", nor can \(Wording.counted(others, "more \(noun)", plural: "more \(noun)s")) of this type"
      lines.append("note: cannot be run: \(obstacle)\(more)")
    }
    return lines
  }

  private static let shownFindings = 3

  private var findingNotes: [String] {
    StandingCheck.all.flatMap { check -> [String] in
      let findings = result.findings.filter { $0.rule == check.id }
      let shown = isVerbose ? findings[...] : findings.prefix(Self.shownFindings)
      let rest = findings.count - shown.count
      return shown.map { "note: \($0.line)" }
        + (rest > 0
          ? [
            "note: \(Wording.counted(rest, "more note", plural: "more notes")) of this kind (\(check.id)); -v lists all"
          ] : [])
    }
  }

  // MARK: CSV

  /// A line per layer; lists within a cell are separated by semicolons.
  var csv: String {
    var lines = [
      "name,type,bottoms,tops,shapes,parameters,multiply_adds,activation_bytes,blob_shapes,blob_types,fork,obstacle"
    ]
    for layer in layers {
      func shape(_ shape: [Int]?) -> String { shape.map { $0.map(String.init).joined(separator: "x") } ?? "" }
      func number(_ number: Int?) -> String { number.map(String.init) ?? "" }
      let fork = (layer.isForkType ? ["type"] : []) + layer.forkFields
      let cells = [
        layer.name.escaped, layer.type, layer.bottoms.map(\.escaped).joined(separator: ";"),
        layer.tops.map(\.name.escaped).joined(separator: ";"),
        layer.tops.map { shape($0.shape) }.joined(separator: ";"), number(layer.parameters),
        number(layer.multiplyAdds), number(layer.activationBytes),
        layer.blobs.map { shape($0.shape) }.joined(separator: ";"),
        layer.blobs.map { $0.storage ?? "" }.joined(separator: ";"), fork.joined(separator: ";"),
        layer.obstacle ?? "",
      ]
      lines.append(cells.map(Self.cell).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A cell by RFC 4180.
  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

// MARK: - JSON

extension InspectReport {
  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("inspect")),
      ("model", result.model.map(JSONValue.string) ?? .null),
      ("weights", result.weights.map(JSONValue.string) ?? .null),
      ("layers", .array(layers.map(layer))),
      (
        "types",
        .array(
          types.map {
            .object([("type", .string($0.type))] + Self.members($0.totals))
          })
      ),
      ("totals", .object(Self.members(result.totals))),
      ("complete", .boolean(result.isComplete)),
      (
        "peak",
        result.peakBytes.map {
          .object([("bytes", .integer($0)), ("layer", result.peakLayer.map(JSONValue.name) ?? .null)])
        } ?? .null
      ),
      ("inputs", .array(result.inputs.map(ValueLines.json))),
      ("outputs", .array(result.outputs.map(ValueLines.json))),
      ("onnx", result.graph?.json ?? .null),
      (
        "findings",
        .array(
          result.findings.map {
            .object([
              ("kind", .string($0.rule)), ("layer", $0.layer.map(JSONValue.name) ?? .null),
              ("message", .string($0.message)),
            ])
          })
      ),
    ])
  }

  /// Sums of what is known.
  private static func members(_ totals: InspectResult.Totals) -> [(String, JSONValue)] {
    [
      ("layers", .integer(totals.layers)), ("parameters", .integer(totals.parameters.known)),
      ("multiplyAdds", .integer(totals.multiplyAdds.known)),
      ("activationBytes", .integer(totals.activationBytes.known)),
    ]
  }

  private func layer(_ layer: InspectResult.Layer) -> JSONValue {
    func number(_ number: Int?) -> JSONValue { number.map(JSONValue.integer) ?? .null }
    return .object([
      ("name", .name(layer.name)), ("type", .string(layer.type)),
      ("bottoms", .array(layer.bottoms.map(JSONValue.name))),
      ("tops", .array(layer.tops.map(ValueLines.json))),
      ("parameters", number(layer.parameters)), ("multiplyAdds", number(layer.multiplyAdds)),
      ("activationBytes", number(layer.activationBytes)),
      (
        "blobs",
        .array(
          layer.blobs.map {
            .object([
              ("shape", .array($0.shape.map(JSONValue.integer))), ("count", .integer($0.count)),
              ("type", $0.storage.map(JSONValue.string) ?? .null),
            ])
          })
      ),
      (
        "fork",
        .object([
          ("type", .boolean(layer.isForkType)), ("fields", .array(layer.forkFields.map(JSONValue.string))),
        ])
      ),
      ("obstacle", layer.obstacle.map(JSONValue.string) ?? .null),
    ])
  }
}

extension InspectResult.Graph {
  /// `ONNX: format version 8, operator set 17, written by caffold 0.1.0`.
  fileprivate var line: String {
    let sets = opsets.map { $0.domain.isEmpty ? "\($0.version)" : "\($0.domain) \($0.version)" }
    return "ONNX: format version \(irVersion), operator set\(sets.count == 1 ? "" : "s") "
      + sets.joined(separator: ", ")
      + (producer.isEmpty ? "" : ", written by \(producer.visible())")
  }

  fileprivate var json: JSONValue {
    .object([
      ("irVersion", .integer(irVersion)),
      (
        "opsets",
        .array(
          opsets.map { .object([("domain", .string($0.domain)), ("version", .integer($0.version))]) })
      ),
      ("producer", .string(producer)), ("openBatches", .array(openBatches.map(JSONValue.name))),
      ("unread", .array(unread.map(JSONValue.string))),
    ])
  }
}

extension Finding {
  /// The message on one line, with its place where it is about what is written.
  fileprivate var line: String {
    guard let place, StandingCheck.all.contains(where: { $0.id == rule && $0.isAboutText }) else {
      return message
    }
    return "\(place.description): \(message)"
  }
}
