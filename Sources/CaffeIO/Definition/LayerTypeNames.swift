import Diagnostics

/// Layer types that somebody's Caffe has, for telling a misspelt type from an unknown one.
enum LayerTypeNames {
  /// All of them.
  static let all = Set(bvlc + forks)
  /// The same, BVLC's first: the first of several equally near types is suggested.
  static let sorted = bvlc + forks

  /// BVLC's `layer_factory.cpp` and the layers that register themselves.
  private static let bvlc = [
    "AbsVal", "Accuracy", "ArgMax", "BNLL", "BatchNorm", "BatchReindex", "Bias", "Clip", "Concat",
    "ContrastiveLoss", "Convolution", "Crop", "Data", "Deconvolution", "Dropout", "DummyData", "ELU",
    "Eltwise", "Embed", "EuclideanLoss", "Exp", "Filter", "Flatten", "HDF5Data", "HDF5Output", "HingeLoss",
    "Im2col", "ImageData", "InfogainLoss", "InnerProduct", "Input", "LRN", "LSTM", "LSTMUnit", "Log", "MVN",
    "MemoryData", "MultinomialLogisticLoss", "PReLU", "Parameter", "Pooling", "Power", "Python", "RNN",
    "ReLU", "Recurrent", "Reduction", "Reshape", "SPP", "Scale", "Sigmoid", "SigmoidCrossEntropyLoss",
    "Silence", "Slice", "Softmax", "SoftmaxWithLoss", "Split", "Swish", "TanH", "Threshold", "Tile",
    "WindowData",
  ]

  /// Types of forks that are close to another type.
  private static let forks = [
    "AnnotatedData", "Axpy", "BN", "BatchNormalize", "CPReLU", "CReLU", "CenterLoss", "Convolution3D",
    "ConvolutionDepthwise", "CuDNNBatchNorm", "Deconvolution3D", "DepthwiseConvolution", "Dense",
    "DenseImageData", "DetectionOutput", "Flip", "GRN", "HardSigmoid", "HardSwish", "ImageDatas",
    "ImageSegData",
    "Interp", "LReLU", "Lstm", "Mish", "MultiBoxLoss", "Normalize", "Pad", "Padding", "Permute", "Pooling3D",
    "PSROIAlign", "PSROIPooling", "PriorBox", "ROIAlign", "ROIPooling", "RReLU", "ReLU6", "Region",
    "RegionLoss", "Reorg", "Resize", "Reverse", "SELU",
    "Sample", "Scaling", "SeLU", "SeLu", "ShuffleChannel", "SmoothL1Loss", "SoftmaxLoss", "Sort", "Transpose",
    "Unpooling", "Upsample", "VideoData", "Yolov3",
  ]

  /// Whether BVLC's Caffe has the type.
  static func isBVLC(_ type: String) -> Bool { bvlc.contains(type) }

  /// The known type that a type stands for; nil for a known type and for one that may well be somebody's own: types are open
  /// to everybody, so one letter of a long word is all that may differ.
  static func intended(_ type: String) -> String? {
    if all.contains(type) { return nil }
    let plain = Misspelling.plain(type)
    if let same = spelt.first(where: { $0.plain == plain }) { return same.type }
    let letters = plain.unicodeScalars.map(\.value)
    let numbers = type.filter(\.isNumber)
    let near = spelt.first { known in
      abs(letters.count - known.letters.count) <= 1 && min(letters.count, known.letters.count) >= 6
        && numbers == known.numbers && !type.hasSuffix(known.type) && !known.type.hasSuffix(type)
        && Suggestion.editDistance(letters, known.letters) == 1
    }
    return near?.type
  }

  /// The types in the forms that are compared, made once: a net may have thousands of types to look up.
  private static let spelt = sorted.map { type in
    let plain = Misspelling.plain(type)
    return (
      type: type, plain: plain, letters: plain.unicodeScalars.map(\.value), numbers: type.filter(\.isNumber)
    )
  }

  /// The type of today that a fork's word for a type of the old syntax means: `ROI_POOLING` is `ROIPooling`; nil where none is known.
  static func current(forkWord word: String) -> String? {
    let plain = Misspelling.plain(word)
    return sorted.first { Misspelling.plain($0) == plain }
  }

  /// Words that forks have added to the types of the old syntax, and that are close to one of BVLC's.
  static let oldWordsOfForks: Set<String> = [
    "BN", "CRELU", "ELU", "LRELU", "PRELU", "SOFTMAX_LOSS2", "TRANSFORM_SOFTMAX_LOSS", "UPSAMPLE",
    "VIDEO_DATA",
  ]
}
