import CaffeIO
import Diagnostics
import Engine
import Rules

/// Caffe's schema with what the files of forks add.
package struct ForkSchemas {
  /// The merged schema.
  package let schema: Schema
  /// The files, in the order they were read.
  let sources: [SourceText]

  private static let shownConflicts = 3

  /// What is known of layers' fields when rules are checked. A fork's file is taken to have all that its fork adds.
  package var fields: SchemaFields { SchemaFields(schema, isComplete: !sources.isEmpty) }

  /// The merged schema with the fields that rule files list as harmless.
  package func schema(with files: RuleFiles) -> Schema {
    var schema = schema
    schema.harmlessFields.formUnion(files.harmlessFields)
    return schema
  }

  /// Reads the files at `paths`; where a file disagrees with Caffe a warning says so, for every field with `isThorough`.
  package init(_ paths: [String], isThorough: Bool = false, _ observer: RunObserver) throws {
    let sources = try paths.map {
      SourceText(path: $0, bytes: try Files.read($0, limit: FileLimits.settings))
    }
    try self.init(sources, isThorough: isThorough, observer)
  }

  /// The same of files that were read before.
  init(_ sources: [SourceText], isThorough: Bool = false, _ observer: RunObserver) throws {
    var schema = Schema.caffe
    for source in sources {
      let (merged, conflicts) = try ForkSchema(parsing: source).merged(onto: schema)
      if isThorough || conflicts.count <= Self.shownConflicts {
        for conflict in conflicts { observer.warning(conflict.diagnostic) }
      } else {
        observer.warning(Self.summary(conflicts, of: source.path))
      }
      schema = merged
    }
    self.schema = schema
    self.sources = sources
  }

  private static func summary(_ conflicts: [SchemaConflict], of path: String) -> Diagnostic {
    Diagnostic(
      .warning, at: .file(path),
      "\(conflicts.count) fields differ from Caffe's schema, the first one is '\(conflicts[0].field)' in line \(conflicts[0].place.line); this file is followed; 'caffold rules check --proto' lists all"
    )
  }
}
