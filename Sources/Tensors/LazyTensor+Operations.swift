// What makes tensors of tensors without computing a number. Shapes were checked by who calls.

extension LazyTensor {
  /// Each number through `operation`.
  package func mapped(_ operation: ElementOperation) -> LazyTensor {
    LazyTensor(shape: shape, TensorNode(.mapped(operation, node)))
  }

  /// `operation` on pairs of numbers, in `shape`, which broadcasting reaches from both.
  package static func paired(
    _ operation: PairOperation, _ a: LazyTensor, _ b: LazyTensor, shape: [Int]
  ) -> LazyTensor {
    LazyTensor(
      shape: shape, TensorNode(.paired(operation, a.stretched(to: shape).node, b.stretched(to: shape).node)))
  }

  /// Where the mask is not zero the first, elsewhere the second, in `shape`, which broadcasting reaches from all three.
  package static func chosen(_ mask: LazyTensor, _ x: LazyTensor, _ y: LazyTensor, shape: [Int]) -> LazyTensor
  {
    let nodes = [mask, x, y].map { $0.stretched(to: shape).node }
    return LazyTensor(shape: shape, TensorNode(.chosen(nodes[0], nodes[1], nodes[2])))
  }

  /// The same numbers in another shape of the same count.
  package func reshaped(_ shape: [Int]) -> LazyTensor { LazyTensor(shape: shape, node) }

  /// This tensor as `shape`, which broadcasting reaches from its own.
  package func stretched(to shape: [Int]) -> LazyTensor {
    if self.shape == shape { return self }
    if case .held(let values) = node.form, values.count == 1 {
      return LazyTensor(shape: shape, repeating: values[0])
    }
    if case .repeated(let value) = node.form { return LazyTensor(shape: shape, repeating: value) }
    let missing = shape.count - self.shape.count
    let own = Tensor.strides(of: self.shape)
    let strides = shape.indices.map {
      $0 < missing || self.shape[$0 - missing] == 1 ? 0 : own[$0 - missing]
    }
    return view(shape: shape, strides: strides)
  }

  /// The axes in another order.
  package func transposed(_ order: [Int]) -> LazyTensor {
    let strides = Tensor.strides(of: shape)
    return view(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  /// The part `range` of `axis`.
  package func sliced(_ range: Range<Int>, axis: Int) -> LazyTensor {
    var result = shape
    result[axis] = range.count
    let strides = Tensor.strides(of: shape)
    return view(shape: result, strides: strides, offset: range.lowerBound * strides[axis])
  }

  /// `axes` in reverse.
  package func flipped(_ axes: [Int]) -> LazyTensor {
    var strides = Tensor.strides(of: shape)
    var offset = 0
    for axis in axes {
      offset += max(0, shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return view(shape: shape, strides: strides, offset: offset)
  }

  /// The numbers in the middle of zeros, beginning at `low`; all of them must fit into the shape.
  package func padded(to result: [Int], at low: [Int]) -> LazyTensor {
    if count == 0 { return LazyTensor(shape: result, repeating: 0) }
    return LazyTensor(shape: result, TensorNode(.placed([placed(in: result, at: low)])))
  }

  /// `tensors` one behind the other along `axis`; all other sizes are alike.
  package static func concatenated(_ tensors: [LazyTensor], axis: Int) -> LazyTensor {
    var shape = tensors[0].shape
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    var low = [Int](repeating: 0, count: shape.count)
    var views: [TensorView] = []
    for tensor in tensors {
      if tensor.count > 0 { views.append(tensor.placed(in: shape, at: low)) }
      low[axis] += tensor.shape[axis]
    }
    if views.isEmpty { return LazyTensor(Tensor(shape: shape, values: [])) }
    return LazyTensor(shape: shape, TensorNode(.placed(views)))
  }

  /// Whether its numbers can be read in order without reading others over and over; else what it is made of should be held.
  package var isReadable: Bool {
    if case .placed(let views) = node.form { return views.allSatisfy(\.isReadable) }
    return true
  }

  private func view(shape: [Int], strides: [Int], offset: Int = 0) -> LazyTensor {
    if (Tensor.elementCount(of: shape) ?? 0) == 0 { return LazyTensor(Tensor(shape: shape, values: [])) }
    let view = TensorView(node, shape: shape, strides: strides, offset: offset)
    return LazyTensor(shape: shape, TensorNode(.placed([view])))
  }

  private func placed(in result: [Int], at low: [Int]) -> TensorView {
    let strides = Tensor.strides(of: shape)
    return TensorView(
      node, shape: result, strides: strides, offset: -zip(low, strides).reduce(0) { $0 + $1.0 * $1.1 },
      inside: zip(low, shape).map { $0..<$0 + $1 })
  }
}
