/// Today's names of the layer types of V1 and V0 files, as BVLC Caffe upgrades them.
package enum LegacyLayerTypes {
  /// Today's name of a V1 type number; `V1:<number>` when BVLC defines none.
  package static func name(v1Number: Int) -> String {
    v1Names[v1Number] ?? "\(unknownPrefix)\(v1Number)"
  }

  /// What a type of the number alone begins with.
  static let unknownPrefix = "V1:"

  /// Today's name of a V0 type name; the name itself when BVLC defines none.
  package static func name(v0Name: String) -> String { v0Names[v0Name] ?? v0Name }

  /// The V1 number of a type by today's name; nil when V1 has no such type.
  package static func v1Number(name: String) -> Int? {
    if name.hasPrefix(unknownPrefix) { return Int(name.dropFirst(unknownPrefix.count)) }
    return v1Names.first { $0.value == name }?.key
  }

  /// The V0 name of a type by today's name; nil when V0 has no such type.
  package static func v0Name(name: String) -> String? {
    v0Names.first { $0.value == name }?.key
  }

  /// Today's names of all V1 types.
  package static var names: [String] { v1Names.values.filter { !$0.isEmpty }.sorted() }

  private static let v1Names: [Int: String] = [
    0: "", 1: "Accuracy", 2: "BNLL", 3: "Concat", 4: "Convolution", 5: "Data", 6: "Dropout",
    7: "EuclideanLoss", 8: "Flatten", 9: "HDF5Data", 10: "HDF5Output", 11: "Im2col", 12: "ImageData",
    13: "InfogainLoss", 14: "InnerProduct", 15: "LRN", 16: "MultinomialLogisticLoss", 17: "Pooling",
    18: "ReLU", 19: "Sigmoid", 20: "Softmax", 21: "SoftmaxWithLoss", 22: "Split", 23: "TanH",
    24: "WindowData", 25: "Eltwise", 26: "Power", 27: "SigmoidCrossEntropyLoss", 28: "HingeLoss",
    29: "MemoryData", 30: "ArgMax", 31: "Threshold", 32: "DummyData", 33: "Slice", 34: "MVN",
    35: "AbsVal", 36: "Silence", 37: "ContrastiveLoss", 38: "Exp", 39: "Deconvolution",
  ]

  private static let v0Names: [String: String] = [
    "accuracy": "Accuracy", "bnll": "BNLL", "concat": "Concat", "conv": "Convolution", "data": "Data",
    "dropout": "Dropout", "euclidean_loss": "EuclideanLoss", "flatten": "Flatten",
    "hdf5_data": "HDF5Data", "hdf5_output": "HDF5Output", "im2col": "Im2col", "images": "ImageData",
    "infogain_loss": "InfogainLoss", "innerproduct": "InnerProduct", "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss", "pool": "Pooling", "relu": "ReLU",
    "sigmoid": "Sigmoid", "softmax": "Softmax", "softmax_loss": "SoftmaxWithLoss", "split": "Split",
    "tanh": "TanH", "window_data": "WindowData",
  ]
}
