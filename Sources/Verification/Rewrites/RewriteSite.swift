import CaffeIO
import Diagnostics
import Engine
import Layers

/// A part of a net that rewrites changed together, cut out of the net before and the net after.
///
/// Rewrites that build on one another, a Scale folded into a convolution that has absorbed a BatchNorm already, are
/// one site: what can be compared is what goes into all of them and what comes out.
struct RewriteSite: Sendable {
  /// The rewrites, as places in `Plan.rewrites`.
  var rewrites: [Int] = []
  /// The layers of the net before, in order.
  var before: [LayerID] = []
  /// The layers of the net after, in order.
  var after: [LayerID] = []
  /// What must be equal: a value of the net before, and the one of the net after that its readers read instead.
  var claims: [Claim] = []
  /// Outputs of the net before that the net after lacks.
  var lostOutputs: [Name] = []
  /// For values that come from outside, the one value that stands for all those known to be equal.
  var inputs = SiteInputs()

  /// Two values that must be equal.
  struct Claim: Hashable {
    var before: ValueID
    var after: ValueID
  }
}

/// The values that a site gets from the rest of the net.
struct SiteInputs: Sendable {
  /// Values of the net before, each with the number of the input that it is.
  var before: [ValueID: Int] = [:]
  /// Values of the net after, likewise.
  var after: [ValueID: Int] = [:]
  /// How many there are.
  var count = 0
  /// A value of the net after of which nothing is known in the net before.
  var unrelated: ValueID?
}
