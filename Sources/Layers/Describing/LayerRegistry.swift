/// The layer types that are known: each is a file that describes it, and a line here.
package enum LayerRegistry {
  /// One line per type.
  package static let descriptions: [any LayerDescription.Type] = [
    AbsValLayer.self,
    ArgMaxLayer.self,
    AxpyLayer.self,
    BatchNormLayer.self,
    BatchReindexLayer.self,
    BiasLayer.self,
    BNLayer.self,
    BNLLLayer.self,
    ClipLayer.self,
    ConcatLayer.self,
    ConvolutionLayer.self,
    CropLayer.self,
    DeconvolutionLayer.self,
    DetectionOutputLayer.self,
    DropoutLayer.self,
    DummyDataLayer.self,
    EltwiseLayer.self,
    ELULayer.self,
    EmbedLayer.self,
    ExpLayer.self,
    FlattenLayer.self,
    Im2colLayer.self,
    InnerProductLayer.self,
    InputLayer.self,
    InterpLayer.self,
    LogLayer.self,
    LRNLayer.self,
    MemoryDataLayer.self,
    MVNLayer.self,
    NormalizeLayer.self,
    PermuteLayer.self,
    PoolingLayer.self,
    PowerLayer.self,
    PReLULayer.self,
    PriorBoxLayer.self,
    ReductionLayer.self,
    ReLU6Layer.self,
    ReLULayer.self,
    ReshapeLayer.self,
    ScaleLayer.self,
    ShuffleChannelLayer.self,
    SigmoidLayer.self,
    SilenceLayer.self,
    SliceLayer.self,
    SoftmaxLayer.self,
    SplitLayer.self,
    SPPLayer.self,
    SwishLayer.self,
    TanHLayer.self,
    ThresholdLayer.self,
    TileLayer.self,
    UpsampleLayer.self,
  ]

  /// The descriptions by the names of their types, those that forks use among them.
  private static let byName: [String: any LayerDescription.Type] = {
    var byName: [String: any LayerDescription.Type] = [:]
    for description in descriptions {
      for name in description.facts.names { byName[name] = description }
    }
    return byName
  }()

  /// The names of all types, in alphabetical order.
  package static let names = byName.keys.sorted()

  /// The description of a type; nil for one that nobody here knows.
  package static func description(ofType name: String) -> (any LayerDescription.Type)? { byName[name] }

  /// Whether a type is described here.
  package static func knows(_ name: String) -> Bool { byName[name] != nil }

  /// What holds for every layer of a type; nil for one that nobody here knows.
  package static func facts(ofType name: String) -> LayerFacts? { byName[name]?.facts }

  /// Describes a layer by its parameters.
  ///
  /// - Throws: `LayerError` for a type that is not known, and for parameters that nobody here understands or that Caffe would
  ///   not take.
  package static func layer(_ written: WrittenLayer) throws(LayerError) -> any LayerDescription {
    guard let type = byName[written.subject.type] else { throw written.error(.unknownType) }
    if let field = written.unexplained.first {
      throw written.error(.unexplainedField(path: field.path, place: field.place.description))
    }
    return try type.init(written)
  }
}
