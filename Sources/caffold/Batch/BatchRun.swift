import CaffeIO
import CaffoldKit
import Diagnostics
import Glibc
import JSON
import RuleModel
import Rules
import Threads

/// One run of `caffold fold --batch`: every model in a process of its own, so many at a time.
///
/// Outputs that were made from the same inputs, rules, options and version are left as they are.
struct BatchRun {
  private struct Result {
    var outcome: BatchReport.Outcome
    var message = ""
    var summary: BatchSummary?
  }

  /// Another run of this program, for one model: a crash, or memory that runs out, takes that model only.
  private struct Job {
    var index: Int
    /// What the run says on standard error, and what it prints on standard output.
    var words: UnnamedFile
    var printed: UnnamedFile
    var digest: UInt64
    /// The inputs as they were when the digest was made.
    var inputs: [InputFile]
  }

  private let options: RunOptions
  private let outputs: OutputOptions
  private let limit: Int
  private let report: FoldPrinter
  private let models: [BatchModel]
  /// The list of the models; nil for a folder.
  private let list: String?
  private var results: [Result?]
  private var running: [pid_t: Job] = [:]

  init(
    batch: String, to folder: String, _ options: RunOptions, _ outputs: OutputOptions,
    definitionOnly: Bool, jobs: Int?, _ report: FoldPrinter
  ) throws {
    self.options = options
    self.outputs = outputs
    limit = max(1, jobs ?? Parallel.threadCount)
    self.report = report
    list = Files.isFolder(batch) ? nil : batch
    models = try BatchList.read(
      batch, output: folder, pages: outputs.report, definitionOnly: definitionOnly)
    results = Array(repeating: nil, count: models.count)
  }

  /// Folds all models and reports; false when one of them failed.
  mutating func run() throws -> Bool {
    // A broken rule file is said once, not for every model.
    let schemas = try ForkSchemas(options.protos, Console.observer())
    let files = try RuleLoader.files(options.rules, fields: schemas.fields)
    _ = try RuleLoader.load(options.rules, files: files)
    try checkOutputs(files, schemas)
    let settings = try settingsDigest(files)
    for index in models.indices {
      while running.count >= limit { waitForOne() }
      start(index, settings)
    }
    while !running.isEmpty { waitForOne() }
    printReport()
    return !results.contains { $0?.outcome == .failed }
  }

  private mutating func start(_ index: Int, _ settings: ContentDigest) {
    let model = models[index]
    var digest = settings
    var inputs: [InputFile] = []
    do throws(FileError) {
      for path in model.inputs {
        let file = try InputFile(path: path)
        digest.add(inputs.isEmpty ? "" : path)
        try digest.add(file)
        inputs.append(file)
      }
    } catch {
      return finish(index, Result(outcome: .failed, message: error.diagnostic.text))
    }
    if let stamp = Stamp(digest: digest.value, outputs: model.outputs),
      let known = Stamp(readFrom: model.stamp), known == stamp, let summary = known.summary
    {
      return finish(index, Result(outcome: .unchanged, summary: summary))
    }
    guard let request = UnnamedFile(holding: request(model).json.text), let words = UnnamedFile(),
      let printed = UnnamedFile(),
      let process = Subprocess(
        "/proc/self/exe", [CommandLine.arguments[0], FoldRequestCommand.name], input: request,
        output: printed,
        errors: words)
    else {
      return finish(
        index,
        Result(
          outcome: .failed, message: "\(model.files.model): error: no process could be started for this model"
        ))
    }
    running[process.id] = Job(
      index: index, words: words, printed: printed, digest: digest.value, inputs: inputs)
    showProgress()
  }

  private func request(_ model: BatchModel) -> BatchRequest {
    var outputs = outputs
    outputs.folder = model.folder
    outputs.report = model.page
    return BatchRequest(model: model.files, options: options, outputs: outputs)
  }

  private mutating func waitForOne() {
    guard let (id, status) = Subprocess.waitForAny(), let job = running.removeValue(forKey: id) else {
      return
    }
    let (words, printed) = (job.words.text(), job.printed.text())
    let model = models[job.index]
    guard status == 0 else {
      let ending = status > 128 ? "ended by signal \(status - 128)" : "exit status \(status)"
      let message = words.isEmpty ? "\(model.files.model): error: \(ending)" : String(words.dropLast())
      return finish(job.index, Result(outcome: .failed, message: message))
    }
    let summary = BatchSummary(reading: printed)
    if outputs.isDryRun {
      return finish(job.index, Result(outcome: .folded, message: words, summary: summary))
    }
    guard let stamp = Stamp(digest: job.digest, outputs: model.outputs, summary: printed) else {
      let message = "\(model.files.model): error: its outputs are gone; another program removed them"
      return finish(job.index, Result(outcome: .failed, message: message))
    }
    // Without a stamp the model is done again next time, no more. Nobody knows what the outputs were made from when
    // inputs have changed since they were digested.
    do {
      for file in job.inputs { try file.checkUnchanged() }
      try stamp.write(to: model.stamp)
    } catch {
      unlink(model.stamp)
    }
    finish(job.index, Result(outcome: .folded, message: words, summary: summary))
  }

  private mutating func finish(_ index: Int, _ result: Result) {
    results[index] = result
    Console.clearLine()
    if result.outcome == .failed {
      Console.log(result.message + "\n")
    } else if report.isVerbose {
      Console.log("\(models[index].files.model): \(BatchReport.words(result.outcome, result.summary))\n")
    }
    showProgress()
  }

  /// Refuses outputs that are files which the batch reads; with `--force` a model may replace its own inputs and what is
  /// no model's.
  private func checkOutputs(_ files: RuleFiles, _ schemas: ForkSchemas) throws {
    var readers: [Files.Identity: (model: Int, path: String)] = [:]
    for (index, model) in models.enumerated() {
      for path in model.inputs {
        if let identity = Files.identity(of: path) { readers[identity] = (index, path) }
      }
    }
    let shared =
      [options.projectFile, list].compactMap(\.self) + files.entries.map(\.source.path) + options.protos
    for (index, model) in models.enumerated() {
      for output in model.outputs {
        try OutputPair.check(output, shared, force: outputs.mayReplaceInputs)
        guard let identity = Files.identity(of: output), let reader = readers[identity], reader.model != index
        else { continue }
        throw BatchError.otherInput(
          model.files.model, output: output, other: models[reader.model].files.model)
      }
    }
  }

  /// What the outputs depend on beside the inputs: this program, its options and the rules.
  private func settingsDigest(_ files: RuleFiles) throws -> ContentDigest {
    var digest = ContentDigest()
    digest.add(Caffold.version)
    // What a dry run would write is up to date as well. Whether there are pages is in the list of outputs.
    var outputs = outputs
    outputs.isDryRun = false
    outputs.report = nil
    digest.add(BatchRequest(model: ModelFiles(model: ""), options: options, outputs: outputs).json.text)
    for source in BuiltinRuleFiles.sources { digest.add(String(decoding: source.bytes, as: UTF8.self)) }
    for file in files.entries { digest.add(String(decoding: file.source.bytes, as: UTF8.self)) }
    for path in options.protos { try digest.add(InputFile(path: path)) }
    return digest
  }

  // MARK: Report

  /// On a terminal, how far the batch has come.
  private func showProgress() {
    guard Console.isTerminal, !report.isQuiet else { return }
    let done = results.count { $0 != nil }
    let current = running.values.map(\.index).min().map { ", at \(models[$0].files.model.visible())" }
    Console.redraw("\(done) of \(Format.counted(models.count, "model")) done\(current ?? "")")
  }

  private func printReport() {
    Console.clearLine()
    let rows = zip(models, results).map { model, result in
      BatchReport.Row(
        model: model, outcome: result?.outcome ?? .failed, summary: result?.summary,
        message: result?.message ?? "")
    }
    let batch = BatchReport(rows: rows, isDryRun: outputs.isDryRun, projectFile: options.projectFile)
    if report.format == .json { return Console.output(batch.json.text) }
    if !report.isQuiet { Console.log(batch.text(width: Console.errorWidth)) }
  }
}
