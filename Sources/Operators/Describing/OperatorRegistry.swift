/// All operators.
package enum OperatorRegistry {
  /// The descriptions, one line for each operator.
  package static let descriptions: [any OperatorDescription.Type] = [
    // Elementwise
    AbsOperator.self,
    AddOperator.self,
    AndOperator.self,
    CastOperator.self,
    CeilOperator.self,
    ClipOperator.self,
    DivOperator.self,
    DropoutOperator.self,
    EluOperator.self,
    EqualOperator.self,
    ExpOperator.self,
    FloorOperator.self,
    GreaterOperator.self,
    GreaterOrEqualOperator.self,
    HardSigmoidOperator.self,
    HardSwishOperator.self,
    LeakyReluOperator.self,
    LessOperator.self,
    LessOrEqualOperator.self,
    LogOperator.self,
    MaxOperator.self,
    MeanOperator.self,
    MinOperator.self,
    ModOperator.self,
    MulOperator.self,
    NegOperator.self,
    NotOperator.self,
    OrOperator.self,
    PReluOperator.self,
    PowOperator.self,
    ReciprocalOperator.self,
    ReluOperator.self,
    RoundOperator.self,
    SigmoidOperator.self,
    SignOperator.self,
    SoftplusOperator.self,
    SqrtOperator.self,
    SubOperator.self,
    SumOperator.self,
    TanhOperator.self,
    WhereOperator.self,
    // Linear
    ConvOperator.self,
    ConvTransposeOperator.self,
    GemmOperator.self,
    MatMulOperator.self,
    // Pooling
    AveragePoolOperator.self,
    GlobalAveragePoolOperator.self,
    GlobalMaxPoolOperator.self,
    MaxPoolOperator.self,
    // Normalising
    BatchNormalizationOperator.self,
    InstanceNormalizationOperator.self,
    LRNOperator.self,
    LogSoftmaxOperator.self,
    LpNormalizationOperator.self,
    MeanVarianceNormalizationOperator.self,
    SoftmaxOperator.self,
    // Shape
    ConcatOperator.self,
    ConstantOperator.self,
    ConstantOfShapeOperator.self,
    DepthToSpaceOperator.self,
    ExpandOperator.self,
    FlattenOperator.self,
    IdentityOperator.self,
    PadOperator.self,
    RangeOperator.self,
    ReshapeOperator.self,
    ResizeOperator.self,
    ShapeOperator.self,
    SliceOperator.self,
    SpaceToDepthOperator.self,
    SplitOperator.self,
    SqueezeOperator.self,
    TileOperator.self,
    TransposeOperator.self,
    UnsqueezeOperator.self,
    // Reducing
    ArgMaxOperator.self,
    ArgMinOperator.self,
    CumSumOperator.self,
    ReduceL1Operator.self,
    ReduceL2Operator.self,
    ReduceLogSumExpOperator.self,
    ReduceMaxOperator.self,
    ReduceMeanOperator.self,
    ReduceMinOperator.self,
    ReduceProdOperator.self,
    ReduceSumOperator.self,
    ReduceSumSquareOperator.self,
    TopKOperator.self,
    // Indexing
    CompressOperator.self,
    GatherOperator.self,
    GatherElementsOperator.self,
    GatherNDOperator.self,
    NonZeroOperator.self,
    OneHotOperator.self,
    ScatterElementsOperator.self,
    ScatterNDOperator.self,
    // Recurrent
    LSTMOperator.self,
    RNNOperator.self,
    // Detection
    MaxRoiPoolOperator.self,
    NonMaxSuppressionOperator.self,
    RoiAlignOperator.self,
  ]

  private static let named: [String: any OperatorDescription.Type] = Dictionary(
    uniqueKeysWithValues: descriptions.map { ($0.signature.name, $0) })

  /// The names of all operators, sorted.
  package static let names = named.keys.sorted()

  /// The signature of an operator; nil where there is none of this name.
  package static func signature(of name: String) -> OperatorSignature? { named[name]?.signature }

  /// Checks a call and computes its outputs.
  ///
  /// - Parameter inputs: the inputs in their order, nil for one that is left out.
  /// - Returns: as many outputs as the call reads.
  /// - Throws: `OperatorError` for a call that the operator's signature, or the operator, does not take.
  package static func run<S: OperatorScalar>(
    _ call: OperatorCall, _ inputs: [OperatorTensor<S>?]
  ) throws(OperatorError) -> [OperatorTensor<S>] {
    do throws(OperatorError) {
      guard let description = named[call.name] else { throw OperatorError(.unknownOperator) }
      let signature = description.signature
      let checked = try signature.checked(call, inputs)
      let outputs = try S.run(description.init(OperatorAttributes(call, signature)), checked)
      return Array(outputs.prefix(call.outputCount))
    } catch {
      throw error.named(call.name)
    }
  }
}
