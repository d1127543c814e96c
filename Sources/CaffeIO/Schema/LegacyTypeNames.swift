extension LegacyLayerTypes {
  /// Today's name of a V1 type as texts write it: `INNER_PRODUCT` → `InnerProduct`; nil when BVLC defines none.
  package static func name(v1Name: String) -> String? {
    guard let number = Schema.caffe.enumeration("V1LayerParameter.LayerType")?.number(of: v1Name) else {
      return nil
    }
    return name(v1Number: number)
  }
}
