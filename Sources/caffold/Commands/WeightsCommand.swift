import ArgumentParser
import CaffoldKit

/// `caffold weights`: what is in the blobs?
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract:
      "Show the blobs of a weights file: shape, type, range, histogram; and write them as .npy files.",
    discussion: """
      Without a layer, a line per blob. With one, a histogram of each of its blobs: from the smallest number to the largest, in equal \
      intervals; the highest column stands for the most numbers.

        caffold weights net.caffemodel
        caffold weights net.caffemodel conv1
        caffold weights net.caffemodel 'conv*' --npy out/

      --npy writes LAYER.INDEX.npy for each blob, in the type that the file stores. Characters of a layer's name that a file name cannot \
      have are written as % and two digits: conv1/bn becomes conv1%2Fbn.0.npy.

      Exit status: 0 done, 2 bad input, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The weights file.", valueName: "weights"))
  var weights: String

  @Argument(help: ArgumentHelp("A layer's name, or a glob.", valueName: "layer"))
  var layer: String?

  @Option(help: ArgumentHelp("Write the blobs into this folder.", valueName: "folder"))
  var npy: String?

  @Flag(help: "Draw histograms with ASCII characters.")
  var ascii = false

  @Option(help: ArgumentHelp("text or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func validate() throws {
    if npy == "" { throw ValidationError("--npy has an empty value; give a folder") }
    if layer == "" { throw ValidationError("the layer's name is empty; '*' stands for all layers") }
  }

  func run() throws {
    try reporting {
      let result = try Caffold.weights(
        weights, layer: layer, histograms: layer != nil, npyFolder: npy, observer: Console.observer())
      let report = WeightsReport(result, drawsHistograms: layer != nil, isASCII: ascii)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.table(report.text(width: Console.width))
      }
    }
  }
}
