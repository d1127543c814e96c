// pair-probe
//
// Reads folders from standard input, a line each, and runs on the files of each what the commands would: fold b.prototxt with
// b.caffemodel, look at both, and compare them with a.prototxt and a.caffemodel; where there is an r.yaml, fold by its rules and
// prove them. Prints a line when a folder is done, whatever came of it: what ends the process is the folder after the last line.

import CaffoldKit
import Glibc

@main
enum Probe {
  static func main() {
    while let folder = readLine() {
      let (first, second) = (files("a", in: folder), files("b", in: folder))
      attempt { _ = try Caffold.fold(second, to: outputs("out", in: folder)) }
      attempt { _ = try Caffold.inspect(second) }
      attempt { _ = try Caffold.verify(first, second) }
      if access("\(folder)/r.yaml", F_OK) == 0 { run(rules: "\(folder)/r.yaml", first, folder) }
      // At once: `print` would keep lines back, and lose them with the process.
      let line = Array("\(folder)\n".utf8)
      _ = write(STDOUT_FILENO, line, line.count)
    }
  }

  private static func run(rules: String, _ net: ModelFiles, _ folder: String) {
    var options = RunOptions()
    options.rules.files = [rules]
    attempt { _ = try Caffold.fold(net, options, to: outputs("ruled", in: folder)) }
    var proof = ProveOptions()
    proof.instances = 3
    proof.seconds = 1
    attempt { _ = try Caffold.prove([rules], proof: proof) }
  }

  private static func files(_ name: String, in folder: String) -> ModelFiles {
    ModelFiles(model: "\(folder)/\(name).prototxt", weights: "\(folder)/\(name).caffemodel")
  }

  private static func outputs(_ name: String, in folder: String) -> OutputOptions {
    var options = OutputOptions()
    options.folder = "\(folder)/\(name)"
    return options
  }

  /// An error is an answer.
  private static func attempt(_ run: () throws -> Void) { try? run() }
}
