import CaffeIO

extension ConvolutionLayer {
  package var outputLayout: ChannelScale {
    let outputs = parameters.outputCount
    return ChannelScale(
      factors: Array(repeating: 1, count: outputs),
      inner: parameters.blobShapes[0].saturatingProduct / outputs,
      modulus: outputs)
  }
}

extension DeconvolutionLayer {
  package var outputLayout: ChannelScale {
    let (shape, outputs) = (parameters.blobShapes[0], parameters.outputCount)
    let group = max(1, parameters.group ?? 1)
    return ChannelScale(
      factors: Array(repeating: 1, count: outputs), inner: shape.dropFirst(2).saturatingProduct,
      modulus: outputs / group, rowsPerGroup: max(1, (shape.first ?? 1) / group))
  }
}

extension InnerProductLayer {
  package var outputLayout: ChannelScale {
    let depth = blobShapes[0].saturatingProduct / outputCount
    return ChannelScale(
      factors: Array(repeating: 1, count: outputCount), inner: isTransposed ? 1 : depth, modulus: outputCount,
      rowsPerGroup: isTransposed ? max(depth, 1) : 1)
  }
}
