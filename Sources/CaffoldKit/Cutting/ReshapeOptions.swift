import Diagnostics

/// Which shapes the inputs of a net get.
public struct ReshapeOptions: Sendable, Equatable {
  /// The first dimension of every input; nil leaves it.
  public var batch: Int?
  /// Height and width of every input with four dimensions; nil leaves them.
  public var size: (height: Int, width: Int)? {
    get { sizes.map { ($0[0], $0[1]) } }
    set { sizes = newValue.map { [$0.height, $0.width] } }
  }
  private var sizes: [Int]?
  /// Whole shapes of inputs, as `1,3,224,224`, or `NAME=1,3,224,224` where there are several.
  public var shapes: [String] = []
  /// Whole shapes of inputs, by name; they come before those of `shapes`.
  public var named: [Name: [Int]] = [:]

  /// No change.
  public init() {}
}
