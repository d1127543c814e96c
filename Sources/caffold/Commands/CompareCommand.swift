import ArgumentParser
import CaffoldKit

/// `caffold compare`: where does another runtime go wrong?
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare blobs that another runtime dumped with what the net computes.",
    discussion: """
      The dump is a .npz file or a folder of .npy files. An array stands for the blob of its name, as the blob is at the end of the run; '_' may \
      stand for characters that a file name cannot have, and --map names the rest. Inputs are taken from the dump where it holds them. Blobs \
      are compared in the order of the net, and the first that differs is named.

        caffold compare net.prototxt net.caffemodel --outputs board.npz
        caffold compare net.prototxt net.caffemodel --outputs dump/ --map names.txt
        caffold compare net.prototxt net.caffemodel --outputs a.npz --input in.ppm
        caffold compare net.prototxt net.caffemodel --outputs a.npz --each-layer

      A map has a line for each blob: its name in the net, '=' or a tab, and its name in the dump.

      Exit status: 0 all that was compared agrees, 1 something differs or nothing could be compared, 2 bad input, 64 wrong usage.
      """)

  @OptionGroup
  var net: RunningFlags

  @Option(help: ArgumentHelp("The dump: a .npz file, or a folder of .npy files.", valueName: "file|folder"))
  var outputs: String

  @Option(help: ArgumentHelp("How blobs are called in the dump.", valueName: "file"))
  var map: String?

  @Option(
    help: ArgumentHelp(
      "The largest difference allowed, relative to a blob's largest number: 0.001, or for arrays of one type float=0.0001, half=0.01, int8=0.05, the defaults; may be repeated.",
      valueName: "number"))
  var tolerance: [Tolerance] = []

  @Flag(
    name: .customLong("each-layer"),
    help:
      "Give each layer what the dump has for its bottoms, so that every layer that differs is named, not only the first."
  )
  var eachLayer = false

  @Option(help: ArgumentHelp("text or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "List every blob.")
  var verbose = false

  func validate() throws {
    if outputs.isEmpty { throw ValidationError("--outputs has an empty value; give the dump") }
    if map == "" { throw ValidationError("--map has an empty value; give a file") }
  }

  func run() throws {
    try reporting {
      var options = CompareOptions()
      options.map = map
      options.judgesEachLayer = eachLayer
      for tolerance in tolerance {
        for precision in tolerance.precision.map({ [$0] }) ?? CompareOptions.Precision.allCases {
          options.tolerances[precision] = tolerance.value
        }
      }
      let result = try Caffold.compare(
        net.files, dump: outputs, net.options, inputs: net.inputs, comparing: options,
        observer: Console.observer())
      let report = CompareReport(result, isVerbose: verbose)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.table(report.text(width: Console.width))
      }
      if !result.isEqual { throw ExitCode(1) }
    }
  }
}

/// `0.001`, or `half=0.01`.
struct Tolerance: ExpressibleByArgument {
  let precision: CompareOptions.Precision?
  let value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    guard let value = Double(parts[parts.count - 1]), ToleranceRange.contains(value) else { return nil }
    self.value = value
    guard parts.count == 2 else {
      precision = nil
      return
    }
    guard let precision = CompareOptions.Precision(rawValue: parts[0]) else { return nil }
    self.precision = precision
  }
}
