import Foundation
import PackagePlugin

/// Turns the page under `page/`, its style and its scripts into a Swift source file, so that the binary carries it.
@main
struct EmbedPage: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "page")
    let script = context.package.directoryURL.appending(path: "Scripts/embed-page.sh")
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedPage.swift")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let files = names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
    return [
      .buildCommand(
        displayName: "Embedding the page",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [script.path, output.path, folder.path],
        inputFiles: [folder] + files + [script],
        outputFiles: [output])
    ]
  }
}
