import Diagnostics

/// A dump of another runtime beside what the executor computes.
public struct CompareResult: Sendable {
  /// What a comparison of a blob says.
  public enum Status: String, Sendable {
    /// The numbers agree within the tolerance.
    case agrees
    /// There is no number to compare: the blob is empty, or alike NaN or infinite throughout.
    case withoutNumbers = "without-numbers"
    /// They do not.
    case differs
    /// The shapes are different.
    case shape
    /// The dump has no array for the blob.
    case absent
    /// A layer before it cannot be run.
    case notComputed = "not-computed"
    /// The blob is an input whose values the dump gave.
    case given
  }

  /// A blob of the net.
  public struct Blob: Sendable {
    /// Its name.
    public var name: Name
    /// The layer that makes it; nil for an input of the old form.
    public var layer: Name?
    /// The type of that layer.
    public var type: String?
    /// The blobs that the layer reads.
    public var bottoms: [Name] = []
    /// What the comparison says.
    public var status: Status
    /// The name of the array in the dump; nil where there is none.
    public var array: String?
    /// The shape here; empty where it was not computed.
    public var shape: [Int] = []
    /// The shape in the dump.
    public var dumpedShape: [Int]?
    /// The number type in the dump, as NumPy calls it.
    public var dumpedType: String?
    /// The largest magnitude here.
    public var largest = 0.0
    /// The largest difference.
    public var absolute = 0.0
    /// Numbers that are finite on one side only.
    public var notFinite = 0
    /// The largest difference allowed, relative to the largest magnitude.
    public var tolerance = 0.0
    /// How many channels are beyond the tolerance, of how many; nil without channels.
    public var channels: (beyond: Int, count: Int)?
    /// The channel with the largest difference; nil without channels, and where nothing differs.
    public var worstChannel: Int?
    /// Whether its three channels differ and agree in reverse order: a picture in RGB on one side and in BGR on the other.
    public var isReversed = false

    /// The largest difference relative to the largest magnitude; infinite where numbers are finite on one side only.
    public var relative: Double {
      notFinite > 0 ? .infinity : absolute == 0 ? 0 : absolute / max(largest, .leastNormalMagnitude)
    }
  }

  /// The net definition.
  public var model: String
  /// The dump.
  public var dump: String
  /// The blobs, in the order in which the net last writes them.
  public var blobs: [Blob] = []
  /// Arrays of the dump that stand for no blob.
  public var unusedArrays: [String] = []
  /// Whether each layer was given what the dump says of its bottoms, so that it was judged on its own.
  public var judgesEachLayer = false

  /// The first blob that differs.
  public var firstDivergence: Blob? { blobs.first { $0.status == .differs || $0.status == .shape } }
  /// How many blobs were compared.
  public var comparedCount: Int {
    blobs.count { [.agrees, .differs, .shape].contains($0.status) }
  }
  /// Whether something was compared and all of it agrees.
  public var isEqual: Bool { firstDivergence == nil && comparedCount > 0 }
}

/// How a dump is compared.
public struct CompareOptions: Sendable, Equatable {
  /// Number types that runtimes dump, by how exact they are.
  public enum Precision: String, Sendable, CaseIterable {
    case float, half, int8
  }

  /// The largest difference allowed for each type, relative to a blob's largest magnitude.
  public var tolerances: [Precision: Double] = [.float: 1e-4, .half: 1e-2, .int8: 5e-2]
  /// A file that says how blobs are called in the dump.
  public var map: String?
  /// Whether each layer is given what the dump says of its bottoms.
  public var judgesEachLayer = false

  /// The defaults.
  public init() {}
}
