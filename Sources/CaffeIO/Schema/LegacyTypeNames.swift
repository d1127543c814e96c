extension LegacyLayerTypes {
  /// Today's name of a V1 type as texts write it: `INNER_PRODUCT` → `InnerProduct`; nil when BVLC defines none.
  package static func name(v1Name: String) -> String? {
    guard let number = Schema.caffe.enumeration("V1LayerParameter.LayerType")?.number(of: v1Name) else {
      return nil
    }
    return name(v1Number: number)
  }

  /// The word by which texts call a V1 type: `InnerProduct` → `INNER_PRODUCT`; nil when V1 has no such type.
  package static func v1Word(name: String) -> String? {
    v1Number(name: name).flatMap { Schema.caffe.enumeration("V1LayerParameter.LayerType")?.name(of: $0) }
  }
}
