import ArgumentParser
import CaffoldKit
import Diagnostics
import JSON

/// `caffold run`: what does a net compute?
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a net and write its outputs, or all of its blobs, as NumPy files.",
    discussion: """
      Inputs are arrays or pictures; those that are not given get random numbers. A blob that layers write in place is written as it stands \
      at the end, as Caffe would give it. What stands behind a layer that cannot be run is left out and named.

        caffold run net.prototxt net.caffemodel --input in.ppm --outputs out/
        caffold run net.prototxt net.caffemodel --outputs all.npz --all

      Exit status: 0 done, 1 an output could not be computed, 2 bad input, 64 wrong usage.
      """)

  @OptionGroup
  var net: RunningFlags

  @Option(
    help: ArgumentHelp("Where blobs are written: a folder, or a file FILE.npz.", valueName: "folder|file"))
  var outputs: String

  @Flag(help: "Write all blobs; by default the net's outputs.")
  var all = false

  @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "number"))
  var seed: UInt64 = InputOptions().seed

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func validate() throws {
    if outputs.isEmpty { throw ValidationError("--outputs has an empty value; give a folder or FILE.npz") }
  }

  func run() throws {
    try reporting {
      var inputs = net.inputs
      inputs.seed = seed
      let result = try Caffold.run(
        net.files, net.options, inputs: inputs, writing: outputs, all: all, observer: Console.observer())
      switch format {
      case .json: Console.output(Self.json(result).text)
      case .text: Console.log(Self.text(result))
      }
      if !result.missing.isEmpty { throw ExitCode(1) }
    }
  }

  private static func text(_ result: DumpResult) -> String {
    var lines: [String] = []
    if !result.randomInputs.isEmpty {
      lines.append("note: random numbers for \(Wording.names(result.randomInputs))")
    }
    lines += result.overwrittenInputs.map {
      "note: the random numbers for '\($0.name)' are not written, because \($0.type) '\($0.layer)' writes over them; give your own with --input \($0.name)=FILE"
    }
    lines += result.obstacles.map { "note: cannot be run: \($0)" }
    if !result.missing.isEmpty { lines.append("not computed: \(Wording.names(result.missing))") }
    lines.append("wrote \(Format.counted(result.blobs.count, "blob")) to \(result.path)")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func json(_ result: DumpResult) -> JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("run")),
      ("outputs", .string(result.path)),
      (
        "blobs",
        .array(
          result.blobs.map {
            .object([
              ("name", .name($0.name)), ("shape", .array($0.shape.map(JSONValue.integer))),
              ("file", .string($0.file)),
            ])
          })
      ),
      ("missing", .array(result.missing.map(JSONValue.name))),
      ("obstacles", .array(result.obstacles.map(JSONValue.string))),
      ("randomInputs", .array(result.randomInputs.map(JSONValue.name))),
      (
        "overwrittenInputs",
        .array(
          result.overwrittenInputs.map {
            .object([("name", .name($0.name)), ("layer", .name($0.layer)), ("type", .string($0.type))])
          })
      ),
    ])
  }
}
