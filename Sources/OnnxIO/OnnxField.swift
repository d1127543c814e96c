/// The field numbers of ONNX's messages that are read or written.
///
/// Source: `onnx/onnx.proto3` of github.com/onnx/onnx, IR version 14.
enum OnnxField {
  /// `ModelProto`.
  enum Model {
    static let irVersion = 1, producerName = 2, producerVersion = 3, domain = 4, modelVersion = 5
    static let docString = 6, graph = 7, opsetImport = 8, metadata = 14
    static let trainingInfo = 20, functions = 25, configuration = 26
  }
  /// `GraphProto`.
  enum Graph {
    static let node = 1, name = 2, initializer = 5, docString = 10, input = 11, output = 12, valueInfo = 13
    static let quantizationAnnotation = 14, sparseInitializer = 15, metadata = 16
  }
  /// `NodeProto`.
  enum Node {
    static let input = 1, output = 2, name = 3, type = 4, attribute = 5, docString = 6, domain = 7
    static let overload = 8, metadata = 9, deviceConfigurations = 10
  }
  /// `AttributeProto`.
  enum Attribute {
    static let name = 1, float = 2, int = 3, string = 4, tensor = 5, graph = 6
    static let floats = 7, ints = 8, strings = 9, tensors = 10, graphs = 11, docString = 13
    static let typeProto = 14, typeProtos = 15, type = 20, reference = 21
    static let sparseTensor = 22, sparseTensors = 23
  }
  /// `TensorProto`.
  enum Tensor {
    static let dims = 1, dataType = 2, segment = 3, floatData = 4, int32Data = 5, stringData = 6
    static let int64Data = 7, name = 8, rawData = 9, doubleData = 10, uint64Data = 11, docString = 12
    static let externalData = 13, dataLocation = 14, metadata = 16
  }
  /// `ValueInfoProto`.
  enum Value {
    static let name = 1, type = 2, docString = 3, metadata = 4
  }
  /// `TypeProto`.
  enum ValueType {
    static let tensor = 1, sequence = 4, map = 5, opaque = 7, sparseTensor = 8, optional = 9
  }
  /// `TypeProto.Tensor`.
  enum TensorType {
    static let elementType = 1, shape = 2
  }
  /// `TensorShapeProto`.
  enum Shape {
    static let dim = 1
  }
  /// `TensorShapeProto.Dimension`.
  enum Dimension {
    static let value = 1, parameter = 2
  }
  /// `OperatorSetIdProto`.
  enum OperatorSet {
    static let domain = 1, version = 2
  }
  /// `StringStringEntryProto`.
  enum Entry {
    static let key = 1, value = 2
  }
}
