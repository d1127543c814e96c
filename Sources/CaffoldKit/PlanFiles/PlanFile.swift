import CaffeIO
import Diagnostics
import Engine

/// A plan as it is written to a file, reviewed and replayed: what it was made from, and everything it does.
///
/// `Documentation/Plan.md` describes the format.
public struct PlanFile: Sendable {
  /// The version of the format that this program writes and reads.
  package static let formatVersion = 1

  /// A file that the plan was made from.
  package struct Input: Sendable, Equatable {
    /// The path as the user wrote it.
    package var path: String
    /// Its size.
    package var byteCount: Int
    /// SHA-256 of its content.
    package var digest: String

    /// Makes an input from its parts.
    package init(path: String, byteCount: Int, digest: String) {
      self.path = path
      self.byteCount = byteCount
      self.digest = digest
    }
  }

  /// Files that the plan carries with it, so that a replay does not need them.
  package struct Embedded: Sendable {
    /// Which file.
    package var input: Input
    /// Its text.
    package var text: String

    /// Makes one from its parts.
    package init(input: Input, text: String) {
      self.input = input
      self.text = text
    }
  }

  /// What comes of all rewrites together.
  package struct Result: Sendable, Equatable {
    /// How many rewrites.
    package var rewriteCount: Int
    /// Layers by type before, those that the phase excludes included.
    package var typesBefore: [String: Int]
    /// Layers by type afterwards.
    package var typesAfter: [String: Int]
    /// The net definition that is written.
    package var modelByteCount: Int
    /// SHA-256 of it.
    package var modelDigest: String
    /// The size of the weights that are written; nil without weights.
    package var weightsByteCount: Int?

    /// Makes a result from its parts.
    package init(
      rewriteCount: Int, typesBefore: [String: Int], typesAfter: [String: Int], modelByteCount: Int,
      modelDigest: String, weightsByteCount: Int?
    ) {
      self.rewriteCount = rewriteCount
      self.typesBefore = typesBefore
      self.typesAfter = typesAfter
      self.modelByteCount = modelByteCount
      self.modelDigest = modelDigest
      self.weightsByteCount = weightsByteCount
    }
  }

  /// The version of the program that made it.
  package var program: String
  /// The net definition.
  package var model: Input
  /// The weights; nil for a plan of the definition alone.
  package var weights: Input?
  /// SHA-256 of the rules that come with the program.
  package var builtinDigest: String
  /// The user's rule files, in the order they are read.
  package var ruleFiles: [Embedded]
  /// The `.proto` files of the user's fork, in the order they are read.
  package var protoFiles: [Embedded]
  /// What was asked for.
  package var options: RunOptions
  /// What comes of all rewrites.
  package var result: Result
  /// The rewrites, in order.
  package var rewrites: [PlannedRewrite]
  /// Where it was read; nil for one that is being made.
  package private(set) var path: String?

  /// Reads a plan file; every value is looked at, and a key that the format does not have is an error.
  ///
  /// - Throws: `DiagnosticError`, with the place.
  public init(path: String) throws {
    try self.init(reading: SourceText(path: path, bytes: try Files.read(path)))
    self.path = path
  }

  /// Whether the plan is for a net with its weights.
  public var hasWeights: Bool { weights != nil }

  /// Makes a plan file from its parts.
  package init(
    program: String, model: Input, weights: Input?, builtinDigest: String, ruleFiles: [Embedded],
    protoFiles: [Embedded],
    options: RunOptions, result: Result, rewrites: [PlannedRewrite]
  ) {
    self.program = program
    self.model = model
    self.weights = weights
    self.builtinDigest = builtinDigest
    self.ruleFiles = ruleFiles
    self.protoFiles = protoFiles
    self.options = options
    self.result = result
    self.rewrites = rewrites
  }
}
