import Foundation
import PackagePlugin

/// Turns the files under `rules/` into a Swift source file, so that the binary carries the built-in rules and a new
/// rule needs no line of code.
@main
struct EmbedRules: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "rules")
    let script = context.package.directoryURL.appending(path: "Scripts/embed-rules.sh")
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedRuleFiles.swift")
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    let files = paths.filter { $0.hasSuffix(".yaml") }.map { folder.appending(path: $0) }
    // A folder changes when a file comes or goes, which SwiftPM does not notice otherwise until the manifest changes.
    let folders = Set(files.map { $0.deletingLastPathComponent() } + [folder]).sorted { $0.path < $1.path }
    return [
      .buildCommand(
        displayName: "Embedding the rule files",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [script.path, output.path, folder.path],
        inputFiles: folders + files + [script],
        outputFiles: [output])
    ]
  }
}
