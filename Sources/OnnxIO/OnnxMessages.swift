import CaffeIO
import Diagnostics

// The wording of everything that can be wrong with a model.

extension OnnxError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    guard let path else { return Diagnostic(.error, at: .none, sentence) }
    guard let offset else { return Diagnostic(.error, at: .file(path), sentence) }
    return Diagnostic(.error, at: .byte(path: path, offset: offset), sentence)
  }

  private var sentence: String {
    let subject = place.phrase
    switch problem {
    case .foreign(let file): return file.modelSentence
    case .caffeWeights: return "begins like the weights of a Caffe net, not like an ONNX model"
    case .noGraph: return "holds no graph; is it an ONNX model?"
    case .notText(let field): return "field \(field) of \(subject) is not UTF-8"
    case .tooManyParts(let limit):
      return "the model has more than \(limit) nodes, values, attributes and names"
    case .tooManyBytes(let limit):
      return "the attributes of the model have more than \(limit) bytes; the limit holds for all together"
    case .doubledField(let field): return "\(subject) has field \(field) twice"
    case .unknownElementType(let type):
      return "\(subject) has elements of type \(type), which does not exist"
    case .shape(let error): return "\(subject): \(error.sentence)"
    case .sizeMismatch(let shape, let type, let expected, let found):
      return
        "\(subject) has the shape \(Self.phrase(shape)) of \(OnnxElementType.name(type)), which takes \(Wording.counted(expected, "byte")), but holds \(found)"
    case .stringMismatch(let shape, let expected, let found):
      return
        "\(subject) has the shape \(Self.phrase(shape)), which is \(Wording.counted(expected, "string")), but holds \(found)"
    case .wrongData(let field, let type):
      return "\(subject) has elements of type \(OnnxElementType.name(type)) in \(Self.dataField(field))"
    case .doubledData(let first, let second):
      return "\(subject) holds elements both in \(Self.dataField(first)) and in \(Self.dataField(second))"
    case .numberRange(let number, let type):
      return "\(subject) holds the number \(number), which \(OnnxElementType.name(type)) cannot be"
    case .segments: return "\(subject) is stored in segments, which are not read"
    case .external(let problem): return Self.sentence(problem, subject)
    case .overflow(let element, let value, let storage):
      return
        "element \(element) of \(subject), \(storage.written(value)), is too large for \(storage.phrase)"
    case .unreadAttribute(let type):
      return "\(subject) has \(OnnxAttributeType.name(type)), which is not written"
    case .unreadValue(let kind): return "\(subject) is \(kind.phrase), which is not written"
    case .unreadPart(let part):
      let name = part.name.isEmpty ? "" : " '\(part.name)'"
      return "the model has a \(part.kind.rawValue)\(name), which is not written"
    case .tooLarge(let byteCount, let limit):
      return
        "the model would have \(byteCount) bytes without its weights, and protobuf reads at most \(limit)"
    }
  }

  private static func sentence(_ problem: ExternalProblem, _ subject: String) -> String {
    switch problem {
    case .noLocation: "\(subject) lies in an external file, but the model does not say in which"
    case .outside(let location):
      "\(subject) lies in '\(location)', which is not in the model's folder; only files in it are read"
    case .unavailable(let location):
      "\(subject) lies in the external file '\(location)', which was not given"
    case .notNumber(let key, let value):
      "\(subject) lies in an external file with the \(key) '\(clipped(value))', which is no number"
    case .range(let location, let offset, let length, let byteCount):
      "\(subject) lies in '\(location)' from byte \(offset) on and has \(Wording.counted(length, "byte")), but the file has \(byteCount)"
    case .strings: "\(subject) has strings in an external file, where only numbers can be"
    }
  }

  private static func phrase(_ shape: [Int]) -> String {
    shape.isEmpty ? "()" : shape.map(String.init).joined(separator: "x")
  }

  private static func dataField(_ field: Int) -> String {
    switch field {
    case OnnxField.Tensor.floatData: "float_data"
    case OnnxField.Tensor.int32Data: "int32_data"
    case OnnxField.Tensor.stringData: "string_data"
    case OnnxField.Tensor.int64Data: "int64_data"
    case OnnxField.Tensor.rawData: "raw_data"
    case OnnxField.Tensor.doubleData: "double_data"
    case OnnxField.Tensor.uint64Data: "uint64_data"
    default: "field \(field)"
    }
  }
}

extension OnnxPlace {
  /// The place as a sentence names it.
  package var phrase: String {
    switch self {
    case .model: "the model"
    case .graph: "the graph"
    case .node(let index, ""): "node \(index)"
    case .node(_, let name): "node '\(name)'"
    case .attribute("", let index, let node):
      "an attribute of \(OnnxPlace.node(index: index, name: node).phrase)"
    case .attribute(let name, let index, let node):
      "attribute '\(name)' of \(OnnxPlace.node(index: index, name: node).phrase)"
    case .initializer(let index?, ""): "initializer \(index)"
    case .initializer(nil, ""): "an initializer"
    case .initializer(_, let name): "initializer '\(name)'"
    case .value(""): "a value"
    case .value(let name): "value '\(name)'"
    }
  }
}

extension OnnxValue.Kind {
  /// The kind as a sentence names it.
  package var phrase: String {
    switch self {
    case .tensor: "a tensor"
    case .unknown: "of unknown type"
    case .sequence: "a sequence"
    case .map: "a map"
    case .optional: "an optional value"
    case .sparseTensor: "a sparse tensor"
    case .opaque: "of an opaque type"
    }
  }
}

extension ForeignFile {
  /// What to say to somebody who gave this file as a model.
  fileprivate var modelSentence: String {
    switch self {
    case .empty: "is empty; expected an ONNX model"
    case .compressed(let format): "is compressed with \(format); unpack it first"
    case .webPage: "is a web page, not an ONNX model; the download seems to have failed"
    case .gitLFSPointer: "is a git-lfs pointer, not the model itself; run 'git lfs pull' first"
    case .otherFormat(let format): "is \(format) data, not an ONNX model"
    case .text: "is text, not an ONNX model"
    }
  }
}
