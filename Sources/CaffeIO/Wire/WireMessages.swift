import Diagnostics

// The wording of everything that can be wrong with a weights file.

extension WireFormatError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch problem {
    case .foreign(let file):
      return Diagnostic(.error, at: .file(path), file.sentence)
    case .noLayers:
      return Diagnostic(.error, at: .file(path), "holds no layers; is it a .caffemodel?")
    default:
      return Diagnostic(.error, at: .byte(path: path, offset: offset), sentence)
    }
  }

  private var sentence: String {
    switch problem {
    case .foreign, .noLayers: ""
    case .overrun(let field, let declared, let remaining):
      "\(phrase(field)) declares \(declared) bytes, only \(remaining) remain"
    case .cutNumber:
      "\(subject.phrase) ends within a number"
    case .longNumber:
      "\(subject.phrase) has a number that does not fit in 64 bits"
    case .badFieldNumber(let number):
      "\(subject.phrase) has a field numbered \(number), field numbers are 1 to 536870911"
    case .badWireType(let field, let type):
      "field \(field) of \(subject.phrase) has wire type \(type), which does not exist"
    case .wrongWireType(let field, let found, let expected):
      "\(phrase(field)) has the wire type of \(found.phrase), expected \(expected.phrase)\(hint(field, found))"
    case .wrongDimensionType(let found):
      "dim of the shape of \(subject.phrase) has the wire type of \(found.phrase), expected \(WireType.varint.phrase)"
    case .unexpectedGroupEnd(let field, let open?):
      "\(subject.phrase) ends group \(field) where group \(open) is open"
    case .unexpectedGroupEnd(let field, nil):
      "\(subject.phrase) ends group \(field), which did not begin"
    case .unclosedGroup(let field):
      "\(subject.phrase) has a group \(field) that does not end"
    case .deepGroups(let limit):
      "\(subject.phrase) nests groups more than \(limit) deep"
    case .unevenData(let field, let byteCount, let elementSize):
      "\(phrase(field)) has \(byteCount) bytes, which is no multiple of \(elementSize)"
    case .doubledData(let first, let second):
      "\(subject.phrase) holds values both in \(fieldName(first)) and in \(fieldName(second))"
    case .negativeDimension(let dimension):
      "\(subject.phrase) has the dimension \(dimension)"
    case .hugeShape:
      "\(subject.phrase) has a shape with more values than can be counted"
    case .manyAxes(let limit):
      "\(subject.phrase) has more than \(limit) axes"
    case .countMismatch(let shape, let declared, let stored):
      "\(subject.phrase) has the shape \(Self.phrase(shape)), which is \(counted(declared, "value")), but holds \(stored)"
    case .overdeclared(let shape, let declared, let byteCount, let rawType):
      "\(subject.phrase) has the shape \(Self.phrase(shape)), which is \(counted(declared, "value")), but its raw data of type \(rawType) has only \(counted(byteCount, "byte"))"
    case .doubledV0Layer:
      "\(subject.phrase) holds two V0 layers"
    case .longName(let byteCount, let limit):
      "\(subject.phrase) has a name of \(byteCount) bytes, the limit is \(limit)"
    case .tooMany(let what, let limit):
      "the file has more than \(limit) \(what)"
    case .unreadableValues(let rawType):
      "\(subject.phrase) stores values of raw type \(rawType); only 0 (double), 1 (float) and 2 (half) can be read"
    }
  }

  /// A field by what it holds: the blob or layer itself at its own level, else by number and name.
  private func phrase(_ field: Int) -> String {
    switch subject {
    case _ where field == 0: subject.phrase
    case .net where field == CaffeField.Net.name: "the net's name"
    case .net, .layer, .named: "field \(field) of \(subject.phrase)"
    case .blob: "\(fieldName(field)) of \(subject.phrase)"
    }
  }

  private func fieldName(_ field: Int) -> String {
    let names = [
      "", "num", "channels", "height", "width", "data", "diff", "shape", "double_data", "double_diff",
      "raw_data_type", "raw_diff_type", "raw_data", "raw_diff",
    ]
    return names.indices.contains(field) && field > 0 ? names[field] : "field \(field)"
  }

  /// Mean files (`BlobProto`), solver states and ONNX files begin with a number where a net has its name.
  private func hint(_ field: Int, _ found: WireType) -> String {
    subject == .net && field == CaffeField.Net.name && found == .varint
      ? "; is it a mean file, a solver state or an ONNX file?" : ""
  }

  /// `64x3x7x7`; `()` for a shape without axes.
  static func phrase(_ shape: [Int]) -> String {
    shape.isEmpty ? "()" : shape.map(String.init).joined(separator: "x")
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }
}

extension WireSubject {
  /// The subject as a sentence names it.
  var phrase: String {
    switch self {
    case .net: "the net"
    case .layer(let index, ""): "layer \(index)"
    case .layer(_, let name): "layer '\(name)'"
    case .blob(let index, let layerIndex, ""): "blob \(index) of layer \(layerIndex)"
    case .blob(let index, _, let name): "blob \(index) of layer '\(name)'"
    case .named(let phrase): phrase
    }
  }
}

extension WireType {
  /// The wire type as a sentence names it.
  var phrase: String {
    switch self {
    case .varint: "a number"
    case .fixed64: "8 fixed bytes"
    case .bytes: "a length with bytes"
    case .groupStart, .groupEnd: "a group"
    case .fixed32: "4 fixed bytes"
    }
  }
}

extension ForeignFile {
  /// What to say to somebody who gave this file as weights.
  var sentence: String {
    switch self {
    case .empty: "is empty; expected the weights of a trained net (.caffemodel)"
    case .compressed(let format): "is compressed with \(format); unpack it first"
    case .webPage: "is a web page, not a .caffemodel; the download seems to have failed"
    case .gitLFSPointer: "is a git-lfs pointer, not the weights themselves; run 'git lfs pull' first"
    case .otherFormat(let format): "is \(format) data, not a .caffemodel"
    case .text: "is text, such as a net definition, not the weights of a trained net (.caffemodel)"
    }
  }
}

extension EmissionError {
  /// The message for the user.
  package var diagnostic: Diagnostic { Diagnostic(.error, at: .file(path), sentence) }

  private var sentence: String {
    switch problem {
    case .overflow(let element, let value, nil, let storage):
      "value \(element) of \(subject.phrase), \(storage.written(value)), is too large for \(storage.phrase)"
    case .overflow(let element, let value, let factor?, let storage):
      "value \(element) of \(subject.phrase), \(storage.written(value)), becomes too large for \(storage.phrase) when multiplied by \(factor); --skip-layer leaves the layer as it is"
    case .scaleMismatch(let count, let factors):
      "\(subject.phrase) has \(count) values, which \(factors) factors do not divide"
    case .shapeMismatch(let shape, let values):
      "\(subject.phrase) is to have the shape \(WireFormatError.phrase(shape)) but \(values) values"
    case .noLegacyType(let type, let generation):
      "\(subject.phrase) cannot get the type '\(type)': \(generation.phrase) layers, which the file has, know no such type; upgrade the weights with Caffe's upgrade_net_proto_binary first"
    case .opaqueValues(let rawType):
      "\(subject.phrase) stores values of raw type \(rawType), which cannot be changed"
    case .fileSize(let bytes, let limit):
      "would grow to \(bytes) bytes, and protobuf, and so Caffe, reads at most \(limit); correct the rule that makes its blobs so large"
    }
  }
}

extension BlobStorage {
  /// A value with the digits of its own type: 3e+38, not 3.0000000054977558e+38.
  package func written(_ value: Double) -> String {
    switch self {
    case .float where Float(value).isFinite: "\(Float(value))"
    case .half where Float16(value).isFinite: "\(Float16(value))"
    case .float, .double, .half, .other: "\(value)"
    }
  }

  /// The number type as a sentence names it.
  package var phrase: String {
    switch self {
    case .float: "a float"
    case .double: "a double"
    case .half: "a half-precision float"
    case .other(let type): "raw type \(type)"
    }
  }
}

extension LayerGeneration {
  /// The generation as a sentence names it.
  var phrase: String {
    switch self {
    case .v0: "V0"
    case .v1: "V1"
    case .v2: "V2"
    }
  }
}
