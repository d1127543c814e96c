import Diagnostics

// What keeps layers from being removed, made or moved.

/// A layer has fewer tops than a rule refers to.
struct TopCount: RefusalReason {
  static let code = RefusalCode("top-count", "a layer has fewer tops")
  var layer: NamedLayer
  var found: Int
  var expected: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has \(Wording.counted(found, "top")), the rule needs \(expected)"
  }
}

/// A layer would read what is made after it.
struct ReadsTooEarly: RefusalReason {
  static let code = RefusalCode(
    "layer-order", "a layer would read a value that a later layer of the file makes")
  var reader: NamedLayer
  var maker: NamedLayer

  var obstacles: [NamedLayer] { [reader, maker] }

  func sentence(about layer: NamedLayer?) -> String {
    "\(reader.mention(about: layer)) comes before \(maker.description), whose result it would read; move it in the net definition"
  }
}

/// A new value would have the name of another one.
struct BlobNameTaken: RefusalReason {
  static let code = RefusalCode("blob-name", "a new blob would have the name of another one")
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String {
    blob.isEmpty ? "the new name of the blob is empty" : "the net already has a blob '\(blob)'"
  }
}

/// A new layer, or a renamed one, would have the name of another one.
struct LayerNameTaken: RefusalReason {
  static let code = RefusalCode("layer-name", "a new layer would have the name of another one")
  var name: Name

  func sentence(about layer: NamedLayer?) -> String {
    name.isEmpty ? "the new name of the layer is empty" : "the net already has a layer '\(name)'"
  }
}

/// A new layer would write over its bottom, which its type cannot.
struct WorksInPlace: RefusalReason {
  static let code = RefusalCode(
    "works-in-place", "a new layer would write over its own bottom, and its type cannot work in place")
  var layer: NamedLayer
  var blob: Name

  func sentence(about layer: NamedLayer?) -> String {
    "the new \(self.layer.description) would write over '\(blob)' while it reads it; give it a top of its own, 'top: {name: …}'"
  }
}

/// A blob is overwritten in place, so that a copy of it is needed.
struct OverwrittenInPlace: RefusalReason {
  static let code = RefusalCode(
    "overwritten-in-place", "an in-place layer overwrites the blob that readers would need")
  var blob: Name
  var overwriter: NamedLayer

  var obstacles: [NamedLayer] { [overwriter] }

  func sentence(about layer: NamedLayer?) -> String {
    "\(overwriter.mention(about: layer)) overwrites blob '\(blob)' in place, so no other layer can read it"
  }
}

/// A layer has no bottom that its readers could read in its place.
struct NotBypassable: RefusalReason {
  static let code = RefusalCode(
    "not-bypassable", "the layer has no bottom that its readers could read instead")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has no bottom that its readers could read instead"
  }
}

/// A net has at least one layer.
struct LastLayer: RefusalReason {
  static let code = RefusalCode("last-layer", "it is the only layer left")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) is the only layer left, and a net needs one"
  }
}

/// The syntax of the definition has no such layer type.
struct OldSyntax: RefusalReason {
  static let code = RefusalCode(
    "generation", "the definition is in an old syntax that has no such layer type")
  /// The type of the layer that would be made.
  var type: String

  func sentence(about layer: NamedLayer?) -> String {
    "the net definition uses the old 'layers' syntax, which has no layer of type \(type); upgrade it with Caffe's upgrade_net_proto_text"
  }
}
