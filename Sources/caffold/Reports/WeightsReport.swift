import CaffoldKit
import Diagnostics
import JSON

/// What blobs hold, for people and for machines.
struct WeightsReport {
  private let result: WeightsResult
  private let drawsHistograms: Bool
  private let columns: [Character]

  init(_ result: WeightsResult, drawsHistograms: Bool, isASCII: Bool) {
    self.result = result
    self.drawsHistograms = drawsHistograms
    columns = Array(isASCII ? " .:-=+*#@" : " ▁▂▃▄▅▆▇█")
  }

  // MARK: Text

  /// A table, or a few lines per blob where histograms are drawn; lines of a table take `width` columns at most.
  func text(width: Int?) -> String {
    var lines = drawsHistograms ? result.layers.flatMap(lines) : table(width)
    let files = result.layers.flatMap(\.blobs).compactMap(\.file)
    if let first = files.first {
      lines.append(
        "wrote \(first)" + (files.count > 1 ? " and \(Wording.counted(files.count - 1, "more file"))" : ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func table(_ width: Int?) -> [String] {
    let blobs = result.layers.flatMap(\.blobs)
    let types = Set(blobs.map(\.storage))
    // What holds for all blobs is said once, below: names need the room.
    let showsType = types.count > 1
    var table = Table(left: showsType ? [0, 2, 3] : [0, 2])
    table.add(
      ["layer", "blob", "shape"] + (showsType ? ["type"] : []) + ["min", "max", "mean", "std", "zeros"])
    for layer in result.layers {
      for blob in layer.blobs {
        let numbers = blob.statistics
        let range = [numbers?.smallest, numbers?.largest, numbers?.mean, numbers?.deviation]
        table.add(
          [Format.name(layer.name), String(blob.index), Format.shape(blob.shape)]
            + (showsType ? [blob.storage] : []) + range.map(Format.number)
            + [numbers.map(zeros) ?? "?"])
      }
    }
    let count = blobs.reduce(0) { $0 + $1.count }
    let type = types.count == 1 ? " of \(types.first!)" : ""
    let total = "\(Format.counted(blobs.count, "blob"))\(type), \(Format.counted(count, "number"))"
    return table.lines(hasTotal: false, width: width, shortening: [0, 2]) + ["", total]
      + result.layers.flatMap { layer in layer.blobs.compactMap { note(layer, $0) } }
  }

  private func lines(_ layer: WeightsResult.Layer) -> [String] {
    layer.blobs.flatMap { blob -> [String] in
      let head =
        "\(Format.name(layer.name)) (\(layer.type)) blob \(blob.index): \(Format.shape(blob.shape)) \(blob.storage), \(Format.counted(blob.count, "number"))"
      guard let numbers = blob.statistics else { return [head, "  the type cannot be read", ""] }
      var lines = [head]
      if let least = numbers.smallest, let most = numbers.largest {
        lines.append(
          "  min \(Format.number(least)), max \(Format.number(most)), mean \(Format.number(numbers.mean)), std \(Format.number(numbers.deviation)), zeros \(zeros(numbers))"
        )
        lines.append(
          blob.histogram.isEmpty
            ? "  all numbers are \(Format.number(least))"
            : "  \(Format.number(least)) \(drawing(blob.histogram)) \(Format.number(most))")
      }
      if let note = note(layer, blob) { lines.append("  " + note) }
      return lines + [""]
    }
  }

  /// Numbers that are none.
  private func note(_ layer: WeightsResult.Layer, _ blob: WeightsResult.Blob) -> String? {
    guard let numbers = blob.statistics, numbers.nans + numbers.infinities > 0 else { return nil }
    let parts = [(numbers.nans, "NaN"), (numbers.infinities, "infinite")].filter { $0.0 > 0 }
    return
      "note: \(parts.map { "\(Format.grouped($0)) \($1)" }.joined(separator: " and ")) in blob \(blob.index) of '\(Format.name(layer.name))'"
  }

  private func zeros(_ numbers: BlobStatistics) -> String {
    // A few zeros among very many are not none.
    numbers.zeros == 0
      ? "0 %"
      : numbers.zeroShare < 0.0005 ? "<0.1 %" : "\(Format.decimal(100 * numbers.zeroShare, digits: 1)) %"
  }

  /// One character per interval; one that holds any number shows.
  private func drawing(_ counts: [Int]) -> String {
    let most = counts.max() ?? 0
    return String(
      counts.map { count in
        guard count > 0 else { return columns[0] }
        let height = Double(count) / Double(most) * Double(columns.count - 1)
        return columns[max(1, Int(height.rounded()))]
      })
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("weights")), ("weights", .string(result.path)),
      (
        "layers",
        .array(
          result.layers.map {
            .object([
              ("name", .name($0.name)), ("type", .string($0.type)), ("blobs", .array($0.blobs.map(blob))),
            ])
          })
      ),
    ])
  }

  private func blob(_ blob: WeightsResult.Blob) -> JSONValue {
    func number(_ number: Double?) -> JSONValue { number.map(JSONValue.number) ?? .null }
    func count(_ count: Int?) -> JSONValue { count.map(JSONValue.integer) ?? .null }
    let numbers = blob.statistics
    return .object([
      ("index", .integer(blob.index)), ("shape", .array(blob.shape.map(JSONValue.integer))),
      ("count", .integer(blob.count)), ("type", .string(blob.storage)), ("min", number(numbers?.smallest)),
      ("max", number(numbers?.largest)), ("mean", number(numbers?.mean)), ("std", number(numbers?.deviation)),
      ("zeros", count(numbers?.zeros)), ("nan", count(numbers?.nans)),
      ("infinite", count(numbers?.infinities)),
      ("histogram", .array(blob.histogram.map(JSONValue.integer))),
      ("file", blob.file.map(JSONValue.string) ?? .null),
    ])
  }
}
