import ArgumentParser
import CaffeIO
import Engine
import Glibc
import JSON
import RuleModel
import Rules
import Threads

/// One run of `caffold fold --batch`: every model in a process of its own, so many at a time.
///
/// Outputs that were made from the same inputs, rules, options and version are left as they are.
struct BatchRun {
  /// What became of a model.
  enum Outcome: String {
    case folded
    case unchanged
    case failed
  }

  private struct Result {
    var outcome: Outcome
    var message = ""
  }

  private struct Job {
    var index: Int
    var process: ChildProcess
    var digest: UInt64
  }

  private let command: FoldCommand
  private let project: ProjectFile?
  private let models: [BatchModel]
  private var results: [Result?]
  private var running: [pid_t: Job] = [:]

  /// - Parameter project: the project file that completed the command; each model's process reads it again.
  init(_ command: FoldCommand, _ project: ProjectFile?, batch: String, output: String) throws {
    self.command = command
    self.project = project
    models = try BatchList.read(batch, output: output, definitionOnly: command.net.definitionOnly)
    results = Array(repeating: nil, count: models.count)
  }

  /// Folds all models and reports; false when one of them failed.
  mutating func run() throws -> Bool {
    // A broken rule file is said once, not for every model.
    let fields = command.fork.fields(try command.fork.schema())
    let files = try RuleLoader.files(command.rules, fields: fields)
    _ = try RuleLoader.load(command.rules, project, files: files, fields: fields)
    let settings = try settingsDigest(files)
    let limit = max(1, command.batch.jobs ?? Parallel.threadCount)
    for index in models.indices {
      while running.count >= limit { waitForOne() }
      start(index, settings)
    }
    while !running.isEmpty { waitForOne() }
    report()
    return !results.contains { $0?.outcome == .failed }
  }

  private mutating func start(_ index: Int, _ settings: ContentDigest) {
    let model = models[index]
    var digest = settings
    do throws(FileError) {
      try digest.add(file: model.definition)
      digest.add(model.weights ?? "")
      if let weights = model.weights { try digest.add(file: weights) }
    } catch {
      return finish(index, Result(outcome: .failed, message: error.diagnostic.text))
    }
    if Stamp(readFrom: model.stamp) == Stamp(digest: digest.value, outputs: model.outputs) {
      return finish(index, Result(outcome: .unchanged))
    }
    guard let process = ChildProcess(arguments: arguments(for: model)) else {
      return finish(
        index,
        Result(outcome: .failed, message: "\(model.definition): error: no process could be started for it"))
    }
    running[process.id] = Job(index: index, process: process, digest: digest.value)
  }

  private mutating func waitForOne() {
    guard let (id, status) = ChildProcess.waitForAny(), let job = running.removeValue(forKey: id) else {
      return
    }
    let words = job.process.takeWords()
    let model = models[job.index]
    guard status == 0 else {
      let ending = status > 128 ? "ended by signal \(status - 128)" : "exit status \(status)"
      let message = words.isEmpty ? "\(model.definition): error: \(ending)" : String(words.dropLast())
      return finish(job.index, Result(outcome: .failed, message: message))
    }
    // Without a stamp the model is done again next time, no more.
    try? Stamp(digest: job.digest, outputs: model.outputs).write(to: model.stamp)
    finish(job.index, Result(outcome: .folded, message: words))
  }

  private mutating func finish(_ index: Int, _ result: Result) {
    results[index] = result
    if result.outcome == .failed {
      Console.log(result.message + "\n")
    } else if command.report.verbose {
      Console.log("\(models[index].definition): \(result.outcome.rawValue)\n")
    }
  }

  // MARK: What a model's process is told

  /// The options of this run, whatever they are, without those that are the batch's own.
  private var options: [String] {
    let own: Set<String> = ["--batch", "-j", "--jobs", "-o", "--output", "--format"]
    var options: [String] = []
    var rest = CommandLine.arguments.dropFirst()
    while let word = rest.popFirst() {
      if own.contains(word) {
        _ = rest.popFirst()
      } else if word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 2 {
        // Short ones in one word, all of which are the batch's own: '-vj 2'.
        if own.contains("-\(word.suffix(1))") { _ = rest.popFirst() }
      } else if word != "-q", word != "--quiet", word != "-v", word != "--verbose",
        !own.contains(where: { $0.hasPrefix("--") && word.hasPrefix($0 + "=") })
      {
        options.append(word)
      }
    }
    return options
  }

  private func arguments(for model: BatchModel) -> [String] {
    [CommandLine.arguments[0]] + options + ["-q", "-o", model.folder, model.definition]
      + (model.weights.map { [$0] } ?? [])
  }

  /// What the outputs depend on beside the inputs: this program, its options and the rules.
  private func settingsDigest(_ files: RuleFiles) throws -> ContentDigest {
    var digest = ContentDigest()
    digest.add(Caffold.version)
    for option in options { digest.add(option) }
    if let project { digest.add(String(decoding: project.source.bytes, as: UTF8.self)) }
    for source in BuiltinRuleFiles.sources { digest.add(String(decoding: source.bytes, as: UTF8.self)) }
    for file in files.entries { digest.add(String(decoding: file.source.bytes, as: UTF8.self)) }
    for file in command.fork.proto { try digest.add(file: file) }
    return digest
  }

  // MARK: Report

  private func count(_ outcome: Outcome) -> Int { results.count { $0?.outcome == outcome } }

  private func report() {
    if command.report.format == .json { return Console.output(json.text) }
    guard !command.report.quiet else { return }
    Console.log(
      "\(Format.counted(models.count, "model")): \(count(.folded)) folded, \(count(.unchanged)) unchanged, \(count(.failed)) failed\n"
    )
  }

  private var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("fold --batch")),
      ("config", project.map { .string($0.source.path) } ?? .null),
      ("folded", .integer(count(.folded))),
      ("unchanged", .integer(count(.unchanged))),
      ("failed", .integer(count(.failed))),
      (
        "models",
        .array(
          zip(models, results).map { model, result in
            .object([
              ("model", .string(model.definition)),
              ("weights", model.weights.map { .string($0) } ?? .null),
              ("outputs", .array(model.outputs.map { .string($0) })),
              ("status", .string(result?.outcome.rawValue ?? "failed")),
              ("message", .string(result?.message ?? "")),
            ])
          })
      ),
    ])
  }
}
