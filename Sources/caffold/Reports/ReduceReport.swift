import CaffoldKit
import Diagnostics
import JSON

/// What a search for a small net found, for people and for machines.
struct ReduceReport {
  private let result: ReduceResult
  private let shell: ShellCommand
  private let model: String

  init(_ result: ReduceResult, _ shell: ShellCommand, model: String) {
    self.result = result
    self.shell = shell
    self.model = model
  }

  // MARK: While it runs

  /// A line for each smaller net; on a terminal, one that is redrawn for all others.
  static func tell(_ step: ReduceStep) {
    let count =
      "run \(Format.grouped(step.runCount)): \(Format.grouped(step.layerCount)) of \(Format.counted(step.wholeCount, "layer"))"
      + (step.change == .shapes && step.isSmaller ? ", smaller inputs" : "")
    if step.isSmaller {
      Console.clearLine()
      Console.log(count + "\n")
    } else if Console.isTerminal {
      Console.redraw(count)
    }
  }

  // MARK: Text

  var text: String {
    guard result.end != .noFailure else { return noFailure }
    var lines = [summary]
    let layers = result.layers.prefix(Self.shownLayers)
    lines += layers.map { "  \($0.type) '\(Format.name($0.name))'" }
    if result.layers.count > layers.count {
      lines.append("  and \(Format.counted(result.layers.count - layers.count, "more layer"))")
    }
    let old = Dictionary(result.smallerInputs.map { ($0.name, $0.old) }) { first, _ in first }
    lines += result.inputs.map { input in
      let shape = (old[input.name].map { Format.shape($0) + " → " } ?? "") + Format.shape(input.shape)
      return "input: '\(Format.name(input.name))' \(shape)"
    }
    lines += ValueLines.lines("output", result.outputs)
    lines += result.shapeless.map {
      let name = Format.name($0)
      return
        "note: the net was not cut at '\(name)', because its shape is not known; give it with --input-shape \(name)=…"
    }
    let files = [result.outputFiles?.model, result.outputFiles?.weights].compactMap(\.self)
    lines += files.isEmpty ? [nothingWritten] : files.map { "wrote \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private var summary: String {
    let count =
      "\(Format.grouped(result.layers.count)) of \(Format.counted(result.layerCount, "layer"))"
    let runs = "after \(Format.counted(result.runCount, "run")) of the command"
    switch result.end {
    case .limit: return "stopped \(runs), the limit of --runs; the smallest net so far has \(count)"
    // No layer is known to be needed before the run for the whole net has ended.
    case .interrupted where result.layers.isEmpty: return "interrupted in the run for the whole net"
    case .interrupted: return "interrupted \(runs); the smallest net so far has \(count)"
    case .smallest, .noFailure: return "smallest net \(runs): \(count)"
    }
  }

  private var nothingWritten: String {
    result.end == .limit && result.layers.count == result.layerCount
      ? "nothing written: no smaller net was found in these runs; allow more with --runs" : "nothing written"
  }

  private static let shownLayers = 20

  private var noFailure: String {
    let reason: String
    switch shell.ending {
    case .timeout: reason = "does not end in time for the whole net; give it more time with --timeout"
    case .status(0):
      reason =
        "succeeds for the whole net, so there is no failure to look for; to look for a success, write '! command'"
    default: reason = "fails for the whole net, but does not print the text of --says"
    }
    let said = shell.output.split(separator: "\n").suffix(5).map { "  \($0)\n" }.joined()
    return Diagnostic(.error, at: .file(model), "the command \(reason)").text + "\n"
      + (said.isEmpty ? "" : "its last output was:\n" + said)
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("reduce")),
      ("end", .string(Self.word(result.end))),
      ("status", shell.status.map { .integer(Int($0)) } ?? .null),
      ("runs", .integer(result.runCount)), ("layers", .integer(result.layerCount)),
      (
        "kept",
        .array(result.layers.map { .object([("name", .name($0.name)), ("type", .string($0.type))]) })
      ),
      ("inputs", .array(result.inputs.map(ValueLines.json))),
      ("outputs", .array(result.outputs.map(ValueLines.json))),
      ("shapeless", .array(result.shapeless.map(JSONValue.name))),
      (
        "written",
        result.outputFiles.map {
          .object([("model", .string($0.model)), ("weights", $0.weights.map(JSONValue.string) ?? .null)])
        } ?? .null
      ),
    ])
  }

  private static func word(_ end: ReduceResult.End) -> String {
    end == .noFailure ? "no-failure" : end.rawValue
  }
}
