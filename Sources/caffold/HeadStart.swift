import CaffeIO
import Engine
import Threads
import Verification

/// Reads on a second thread, while the first parses the command line, what every fold needs: Caffe's schema and the
/// built-in rules. The two together take about as long as the command line.
///
/// Both are values made once, on first use; whoever comes while the other makes one waits for it.
enum HeadStart {
  /// With one of these a run needs all built-in rules, else those that run by themselves; a wrong guess costs time only.
  private static let rulesFlags = ["--rules", "--select", "--extend-select", "--ignore", "--param"]

  /// Begins, if the command is one that reads both. Where there is no thread to be had, nothing is lost.
  static func begin(_ arguments: some Collection<String>) {
    guard let command = arguments.first, ["fold", "apply"].contains(command),
      !arguments.contains(where: { ["-h", "--help"].contains($0) })
    else { return }
    let namesRules = arguments.contains { argument in rulesFlags.contains { argument.hasPrefix($0) } }
    WorkerThread {
      _ = Schema.caffe
      _ = try? BuiltinRules.load(namesRules ? .toRun : .toRunByDefault)
    }?.detach()
  }
}
