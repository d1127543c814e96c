import Diagnostics

/// What a message about a weights file is about.
package enum WireSubject: Sendable, Equatable {
  /// The file as a whole.
  case net
  /// A layer; the name is empty while it is not known.
  case layer(index: Int, name: Name)
  /// A blob of a layer.
  case blob(index: Int, layerIndex: Int, layerName: Name)
  /// A part of a file in another format, as a sentence names it: `node 'conv1'`.
  case named(String)
}

/// Bytes that are not what the wire format of protobuf, or Caffe's messages in it, allow.
package struct WireFormatError: DiagnosticError, Equatable {
  /// What is wrong.
  package enum Problem: Sendable, Equatable {
    /// The file is something else.
    case foreign(ForeignFile)
    /// The file holds fields but no layers.
    case noLayers
    /// A field is longer than what holds it; field 0 is the subject itself.
    case overrun(field: Int, declared: UInt64, remaining: Int)
    /// The bytes end within a tag or number.
    case cutNumber
    /// A number has more than ten bytes or more than 64 bits.
    case longNumber
    /// A tag has field number 0 or one above 2²⁹ − 1.
    case badFieldNumber(UInt64)
    /// A tag has wire type 6 or 7.
    case badWireType(field: Int, type: Int)
    /// A known field has another wire type than its own.
    case wrongWireType(field: Int, found: WireType, expected: WireType)
    /// A dimension of a shape is no number.
    case wrongDimensionType(found: WireType)
    /// A group ends that did not begin; `open` is the group that is open, if any.
    case unexpectedGroupEnd(field: Int, open: Int?)
    /// A group does not end.
    case unclosedGroup(field: Int)
    /// Groups are nested too deeply.
    case deepGroups(limit: Int)
    /// A packed field or raw data whose length is no multiple of the size of a value.
    case unevenData(field: Int, byteCount: Int, elementSize: Int)
    /// The values stand in two fields.
    case doubledData(first: Int, second: Int)
    /// A dimension is negative.
    case negativeDimension(Int)
    /// The dimensions multiply to more than 2⁶³.
    case hugeShape
    /// More axes than allowed.
    case manyAxes(limit: Int)
    /// The shape and the number of values disagree.
    case countMismatch(shape: [Int], declared: Int, stored: Int)
    /// The shape has more values than the bytes can hold in any encoding.
    case overdeclared(shape: [Int], declared: Int, byteCount: Int, rawType: Int)
    /// A V1 layer holds two V0 layers.
    case doubledV0Layer
    /// A name is too long.
    case longName(byteCount: Int, limit: Int)
    /// Too many layers, blobs or runs of values.
    case tooMany(what: String, limit: Int)
    /// Values are asked of a type that is not read.
    case unreadableValues(rawType: Int)
  }

  /// The path as the user wrote it.
  package var path: String
  /// The byte where the trouble starts.
  package var offset: Int
  /// What the trouble is in.
  package var subject: WireSubject
  /// What is wrong.
  package var problem: Problem

  /// Makes an error from its facts.
  package init(path: String, offset: Int, subject: WireSubject, _ problem: Problem) {
    self.path = path
    self.offset = offset
    self.subject = subject
    self.problem = problem
  }
}
