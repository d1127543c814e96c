import Diagnostics

/// How two nets differ, or two weights files.
public struct DiffResult: Sendable {
  /// A field of a layer, or of the net itself, that the nets do not have alike.
  public struct Field: Sendable, Equatable {
    /// Its path, with points; messages that repeat are counted from 0: `param[1].lr_mult`.
    public var path: String
    /// The values in the first net, as written; empty where it has none.
    public var old: [String]
    /// The values in the second net.
    public var new: [String]
  }

  /// A parameter blob that the files do not have alike.
  public struct Blob: Sendable, Equatable {
    /// Its place among the layer's blobs.
    public var index: Int
    /// What it is in the first file; nil where that has none.
    public var old: InspectResult.Blob?
    /// What it is in the second file.
    public var new: InspectResult.Blob?
    /// The largest difference of two numbers; infinite where a number is finite in one file only; nil where the blobs have different
    /// counts, or numbers that cannot be read.
    public var absolute: Double?
    /// The same, relative to the largest number of both blobs.
    public var relative: Double?
    /// Where it is, counted from 0.
    public var place: Int?
  }

  /// A layer of one net.
  public struct Layer: Sendable, Equatable {
    /// The name.
    public var name: Name
    /// The type by its present name.
    public var type: String
  }

  /// A layer that both nets have, not alike.
  public struct ChangedLayer: Sendable {
    /// The name.
    public var name: Name
    /// The types in both nets.
    public var types: (old: String, new: String)
    /// The blobs read, where they differ.
    public var bottoms: (old: [Name], new: [Name])?
    /// The blobs written, where they differ.
    public var tops: (old: [Name], new: [Name])?
    /// Bottoms of the same name that another layer makes: the blob, and who makes it in both nets.
    public var makers: [(blob: Name, old: Name, new: Name)] = []
    /// The fields that differ.
    public var fields: [Field] = []
    /// The blobs that differ.
    public var blobs: [Blob] = []
  }

  /// The files: definitions, or weights where those alone are compared.
  public var files: (old: ModelFiles, new: ModelFiles)
  /// How many layers the nets have, those of all phases.
  public var layerCounts: (old: Int, new: Int) = (0, 0)
  /// Fields of the net itself.
  public var netFields: [Field] = []
  /// Layers of the first net only.
  public var removed: [Layer] = []
  /// Layers of the second net only.
  public var added: [Layer] = []
  /// Layers of both that differ, in the order of the second net.
  public var changed: [ChangedLayer] = []
  /// How many layers are alike.
  public var sameCount = 0
  /// How many blobs were compared number by number.
  public var comparedBlobs = 0
  /// Whether the definitions have the same bytes; nil without definitions.
  public var hasSameText: Bool?

  init(_ old: ModelFiles, _ new: ModelFiles) { files = (old, new) }

  /// Whether nothing differs but formatting, comments and fields that have the value of their default.
  public var isSame: Bool { netFields.isEmpty && removed.isEmpty && added.isEmpty && changed.isEmpty }
}
