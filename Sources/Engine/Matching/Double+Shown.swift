extension Double {
  /// The number as messages about layers show it: Caffe keeps most numbers in single precision, so 0.001 and not
  /// 0.0010000000474974513.
  var shownNumber: String {
    Int(exactly: self).map(String.init) ?? (Double(Float(self)) == self ? "\(Float(self))" : "\(self)")
  }
}
