/// The place in an axis from which a position of the resized axis is taken. It is computed in the type of the numbers
/// and in onnxruntime's order of operations: where a place falls between two elements, another rounding would choose
/// the other one.
enum ResizeCoordinates: String, CaseIterable {
  case halfPixel = "half_pixel"
  case halfPixelSymmetric = "half_pixel_symmetric"
  case pytorchHalfPixel = "pytorch_half_pixel"
  case alignCorners = "align_corners"
  case asymmetric
  case tfCropAndResize = "tf_crop_and_resize"
}

/// How a place between two elements becomes one of them.
enum ResizeRounding: String, CaseIterable {
  case roundPreferFloor = "round_prefer_floor"
  case roundPreferCeil = "round_prefer_ceil"
  case floor
  case ceil

  /// The nearest element of an axis.
  func nearest<S: OperatorScalar>(_ place: S, size: Int) -> Int {
    let rounded: S =
      switch self {
      case .roundPreferFloor:
        place - place.rounded(.down) == 0.5 ? place.rounded(.down) : place.rounded(.toNearestOrAwayFromZero)
      case .roundPreferCeil: place.rounded(.toNearestOrAwayFromZero)
      case .floor: place.rounded(.down)
      case .ceil: place.rounded(.up)
      }
    return Int(max(0, min(rounded, S(size - 1))))
  }
}

/// The positions of a resized axis.
struct ResizeSamples<S: OperatorScalar> {
  let coordinates: ResizeCoordinates
  let scale: S
  /// The size before.
  let size: Int
  /// The size after.
  let count: Int
  /// The part of the axis that is taken, from 0 to 1; for `tf_crop_and_resize` alone.
  let start: S
  let end: S

  /// Whether nothing changes.
  var isIdentity: Bool { scale == 1 && count == size && coordinates != .tfCropAndResize }

  /// By how much the axis grows.
  var growth: S { S(count) / S(max(size, 1)) }

  /// The place before of a position after; nil outside of the axis where that is filled with a number of its own.
  func place(_ position: Int) -> S? {
    let x = S(position)
    let (before, after) = (S(size), S(count))
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      let adjustment = after / (scale * before)
      return before / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return count > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .alignCorners: return count == 1 ? 0 : x * (before - 1) / (after - 1)
    case .asymmetric: return x / scale
    case .tfCropAndResize:
      let place =
        count > 1
        ? start * (before - 1) + x * (end - start) * (before - 1) / (after - 1)
        : 0.5 * (start + end) * (before - 1)
      return place >= 0 && place <= before - 1 ? place : nil
    }
  }
}
