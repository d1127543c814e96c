import ArgumentParser
import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules

/// What a fork's layers have that Caffe's have not.
struct ForkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A fork's own caffe.proto, or the part of it that the fork adds: its fields are then known by name, type and default; may be repeated.",
      valueName: "file"))
  var proto: [String] = []

  /// Caffe's schema with what the files add; where a file disagrees with Caffe a warning says so, for every
  /// field with `isThorough`.
  ///
  /// - Parameter sources: the files where they have been read already.
  func schema(isThorough: Bool = false, _ sources: [SourceText]? = nil) throws -> Schema {
    var schema = Schema.caffe
    for source in try sources ?? self.sources() {
      let path = source.path
      let fork = try ForkSchema(parsing: source)
      let (merged, conflicts) = try fork.merged(onto: schema)
      if isThorough || conflicts.count <= Self.shownConflicts {
        for conflict in conflicts { Console.error(conflict.diagnostic) }
      } else {
        Console.error(
          Diagnostic(
            .warning, at: .file(path),
            "\(conflicts.count) fields are not what they are elsewhere, the first of them '\(conflicts[0].field)' in line \(conflicts[0].place.line); this file is followed; 'caffold rules check --proto' lists all"
          ))
      }
      schema = merged
    }
    return schema
  }

  /// The files, in the order they are read.
  func sources() throws -> [SourceText] {
    try proto.map { SourceText(path: $0, bytes: try Files.read($0)) }
  }

  /// What is known of layers' fields when rules are checked. A fork's file is taken to have all that its fork adds.
  func fields(_ schema: Schema) -> SchemaFields { SchemaFields(schema, isComplete: !proto.isEmpty) }

  private static let shownConflicts = 3
}
