// What a rewrite would do to the outputs of the net.

import Diagnostics
/// A value inside the match is an output of the net.
struct NetOutput: RefusalReason {
  static let code = RefusalCode(
    "net-output", "a value inside the match is an output of the net, or an output would be removed")
  var layer: NamedLayer
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String {
    let top = self.layer == layer ? "its top '\(blob)'" : "top '\(blob)' of \(self.layer.description)"
    return "\(top) is an output of the net"
  }
}

/// An output would be removed.
struct LostOutput: RefusalReason {
  static let code = NetOutput.code
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String { "the net output '\(blob)' would be removed" }
}

/// A value would become an output.
struct NewOutput: RefusalReason {
  static let code = RefusalCode(
    "new-output", "a value that no layer would read any more would become an output of the net")
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String {
    "no layer would read '\(blob)' any more, so it would become an output of the net"
  }
}

/// An output would lose its name.
struct OutputName: RefusalReason {
  static let code = RefusalCode("output-name", "an output of the net would lose its name")
  var blob: Name
  /// The blob that it would be one with.
  var source: Name

  func sentence(about layer: NamedLayer?) -> String {
    blob == source
      ? "the net output '\(blob)' would lose its name, since an input of the net has the same one"
      : "the net output '\(blob)' would lose its name, since blob '\(source)' must keep its own"
  }
}

/// A rule would rename an input of the net.
struct InputName: RefusalReason {
  static let code = RefusalCode("input-name", "an input of the net would lose its name")
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String {
    "the net input '\(blob)' would lose its name; only a rule with 'safety: conversion' may rename it"
  }
}

/// An output would be read, and so be no output any more.
struct OutputRead: RefusalReason {
  static let code = RefusalCode(
    "output-read",
    "an output of the net would become a blob that layers read, so it would be no output any more")
  var blob: Name
  /// The blob that it would be one with.
  var source: Name
  var reader: NamedLayer

  var obstacles: [NamedLayer] { [reader] }

  func sentence(about layer: NamedLayer?) -> String {
    let value = blob == source ? "the value" : "blob '\(source)'"
    return
      "the net output '\(blob)' would become \(value) that \(reader.mention(about: layer)) reads, and so no output any more"
  }
}
