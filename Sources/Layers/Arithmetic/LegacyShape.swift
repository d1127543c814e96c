extension [Int] {
  /// The length of an axis as Caffe's four-axis layers see it: axes that are not there have length 1.
  func legacy(_ axis: Int) -> Int { axis < count ? self[axis] : 1 }
}
