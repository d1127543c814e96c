/// Where the parameters of V0 layers, which all lie in the layer itself, stand in later layers, as BVLC's `upgrade_proto.cpp`
/// has it.
package enum V0Fields {
  /// The type of layers that are the pads of the layers behind them now.
  package static let padding = "padding"

  /// What becomes of a parameter.
  enum Place: Equatable {
    /// It is a field of a message.
    case message(String, field: String)
    /// It stays where it is.
    case layer
    /// Layers of the type do not look at it: Caffe leaves it out.
    case nowhere
  }

  /// What becomes of a parameter in a layer of a type, by its present name; nil for a field that V0 layers do not have.
  static func place(of field: String, in type: String) -> Place? {
    if let name = transformations[field] { return .message("transform_param", field: name) }
    if let parameters = parameters[type], let name = parameters.fields[field] {
      return .message(parameters.message, field: name)
    }
    if field == "hdf5_output_param", type == "HDF5Output" { return .layer }
    return known.contains(field) ? .nowhere : nil
  }

  /// The field that a V0 layer has in the place of one in a message of its own: `kernelsize` for
  /// `convolution_param.kernel_size`.
  package static func flat(_ path: ArraySlice<String>) -> String? {
    guard path.count == 2, let name = path.last, path.first!.hasSuffix("_param") else { return nil }
    return flatNames[name] ?? name
  }

  /// Of every type.
  private static let transformations = [
    "scale": "scale", "meanfile": "mean_file", "cropsize": "crop_size", "mirror": "mirror",
  ]

  /// By the present name of the type: the message, and its fields by their V0 names.
  private static let parameters: [String: (message: String, fields: [String: String])] = [
    "Convolution": (
      "convolution_param",
      [
        "num_output": "num_output", "biasterm": "bias_term", "weight_filler": "weight_filler",
        "bias_filler": "bias_filler", "pad": "pad", "kernelsize": "kernel_size", "group": "group",
        "stride": "stride",
      ]
    ),
    "InnerProduct": (
      "inner_product_param",
      [
        "num_output": "num_output", "biasterm": "bias_term", "weight_filler": "weight_filler",
        "bias_filler": "bias_filler",
      ]
    ),
    "Pooling": (
      "pooling_param", ["pool": "pool", "pad": "pad", "kernelsize": "kernel_size", "stride": "stride"]
    ),
    "Dropout": ("dropout_param", ["dropout_ratio": "dropout_ratio"]),
    "LRN": ("lrn_param", ["local_size": "local_size", "alpha": "alpha", "beta": "beta", "k": "k"]),
    "Concat": ("concat_param", ["concat_dim": "concat_dim"]),
    "InfogainLoss": ("infogain_loss_param", ["source": "source"]),
    "Data": ("data_param", ["source": "source", "batchsize": "batch_size", "rand_skip": "rand_skip"]),
    "HDF5Data": ("hdf5_data_param", ["source": "source", "batchsize": "batch_size"]),
    "ImageData": (
      "image_data_param",
      [
        "source": "source", "batchsize": "batch_size", "rand_skip": "rand_skip", "shuffle_images": "shuffle",
        "new_height": "new_height", "new_width": "new_width",
      ]
    ),
    "WindowData": (
      "window_data_param",
      [
        "source": "source", "batchsize": "batch_size", "det_fg_threshold": "fg_threshold",
        "det_bg_threshold": "bg_threshold", "det_fg_fraction": "fg_fraction",
        "det_context_pad": "context_pad", "det_crop_mode": "crop_mode",
      ]
    ),
  ]

  /// The parameters that V0 layers can have.
  private static let known: Set<String> = {
    let others: Set = ["name", "type", "blobs", "blobs_lr", "weight_decay"]
    let fields = Schema.caffe.message("V0LayerParameter")?.fields ?? []
    return Set(fields.map(\.name)).subtracting(others)
  }()

  /// V0 names by present names, where the two differ.
  private static let flatNames: [String: String] = {
    let pairs = parameters.values.flatMap(\.fields) + transformations.map { ($0.key, $0.value) }
    return Dictionary(
      pairs.filter { $0.key != $0.value }.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
  }()
}
