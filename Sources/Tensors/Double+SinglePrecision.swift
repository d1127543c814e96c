extension Double {
  /// The number as a `float` holds it: Caffe reads `eps: 1e-5` as 9.99999974737875e-06.
  package var inSinglePrecision: Double { Double(Float(self)) }

  /// The number as a field of unknown type holds it: a whole number stays, for the field may be an integer.
  package var asFieldHolds: Double { Int(exactly: self) == nil ? inSinglePrecision : self }
}
