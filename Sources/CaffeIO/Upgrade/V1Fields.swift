/// What V1 layers have under other names, or in other places, than layers of the current syntax, as BVLC's
/// `upgrade_proto.cpp` has it. All their other fields have the same names in both.
enum V1Fields {
  /// Lists with an entry for each parameter blob, and the field of `param` that holds the entry now.
  static let perBlob = [
    (name: "param", field: "name"), (name: "blob_share_mode", field: "share_mode"),
    (name: "blobs_lr", field: "lr_mult"), (name: "weight_decay", field: "decay_mult"),
  ]

  /// The message of a data layer's own parameters by its type, where these may hold what is done to images.
  static let dataMessages = [
    "Data": "data_param", "ImageData": "image_data_param", "WindowData": "window_data_param",
  ]

  /// What is done to images: fields that have moved from the data layer's own message to `transform_param`.
  static let transformations = ["scale", "mean_file", "crop_size", "mirror"]
}
