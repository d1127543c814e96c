import CaffeIO
import Tensors

extension Blob {
  /// A blob of the file as it is.
  package static func stored(_ blob: StoredBlob) -> Blob { Blob(blob) }

  /// A blob of the file times factors.
  package static func scaled(_ blob: StoredBlob, _ scales: [ChannelScale]) -> Blob {
    scales.reduce(Blob(blob)) { $0.scaled(by: $1) }
  }

  /// New numbers; the sizes are those of a test and fit.
  package static func values(_ values: [Double], shape: [Int], storage: BlobStorage) -> Blob {
    Blob(values, shape: known(shape), storage: storage)
  }

  /// Numbers that are computed while they are written.
  package static func computed(_ values: [Double], shape: [Int], storage: BlobStorage) -> Blob {
    let numbers = LazyTensor(shape: shape, KnownNumbers(values))
    return Blob(
      numbers, largest: values.map(\.magnitude).max() ?? 0, shape: known(shape), storage: storage)
  }

  private static func known(_ sizes: [Int]) -> Shape {
    guard let shape = try? Shape(sizes) else { preconditionFailure("a test has the shape \(sizes)") }
    return shape
  }
}
