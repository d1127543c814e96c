"""What BVLC's Caffe makes of a net of an older syntax, on protobuf messages.

The rules of Caffe's `upgrade_proto.cpp`, told once more for the tests: caffold edits texts and bytes, this
moves fields of messages.
"""

import bvlc_schema

TYPES = {
    "ABSVAL": "AbsVal", "ARGMAX": "ArgMax", "BNLL": "BNLL", "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "LRN": "LRN", "MVN": "MVN", "RELU": "ReLU", "SOFTMAX_LOSS": "SoftmaxWithLoss", "TANH": "TanH",
}  # fmt: skip
V0_TYPES = {
    "conv": "Convolution", "hdf5_data": "HDF5Data", "hdf5_output": "HDF5Output", "images": "ImageData",
    "lrn": "LRN",
    "bnll": "BNLL", "innerproduct": "InnerProduct", "pool": "Pooling", "relu": "ReLU", "tanh": "TanH",
    "softmax_loss": "SoftmaxWithLoss",
}  # fmt: skip

CONV, IP, POOL, LRN = "convolution_param", "inner_product_param", "pooling_param", "lrn_param"
DATA, HDF5, IMAGES, WINDOW = "data_param", "hdf5_data_param", "image_data_param", "window_data_param"
#: V0 field -> V0 type -> where it goes; `""` for every type.
V0_FIELDS = {
    "num_output": {"conv": (CONV, "num_output"), "innerproduct": (IP, "num_output")},
    "biasterm": {"conv": (CONV, "bias_term"), "innerproduct": (IP, "bias_term")},
    "weight_filler": {"conv": (CONV, "weight_filler"), "innerproduct": (IP, "weight_filler")},
    "bias_filler": {"conv": (CONV, "bias_filler"), "innerproduct": (IP, "bias_filler")},
    "pad": {"conv": (CONV, "pad"), "pool": (POOL, "pad")},
    "kernelsize": {"conv": (CONV, "kernel_size"), "pool": (POOL, "kernel_size")},
    "group": {"conv": (CONV, "group")},
    "stride": {"conv": (CONV, "stride"), "pool": (POOL, "stride")},
    "pool": {"pool": (POOL, "pool")},
    "dropout_ratio": {"dropout": ("dropout_param", "dropout_ratio")},
    "local_size": {"lrn": (LRN, "local_size")},
    "alpha": {"lrn": (LRN, "alpha")},
    "beta": {"lrn": (LRN, "beta")},
    "k": {"lrn": (LRN, "k")},
    "source": {
        "data": (DATA, "source"), "hdf5_data": (HDF5, "source"), "images": (IMAGES, "source"),
        "window_data": (WINDOW, "source"), "infogain_loss": ("infogain_loss_param", "source"),
    },
    "scale": {"": ("transform_param", "scale")},
    "meanfile": {"": ("transform_param", "mean_file")},
    "cropsize": {"": ("transform_param", "crop_size")},
    "mirror": {"": ("transform_param", "mirror")},
    "batchsize": {
        "data": (DATA, "batch_size"), "hdf5_data": (HDF5, "batch_size"), "images": (IMAGES, "batch_size"),
        "window_data": (WINDOW, "batch_size"),
    },
    "rand_skip": {"data": (DATA, "rand_skip"), "images": (IMAGES, "rand_skip")},
    "shuffle_images": {"images": (IMAGES, "shuffle")},
    "new_height": {"images": (IMAGES, "new_height")},
    "new_width": {"images": (IMAGES, "new_width")},
    "concat_dim": {"concat": ("concat_param", "concat_dim")},
    "det_fg_threshold": {"window_data": (WINDOW, "fg_threshold")},
    "det_bg_threshold": {"window_data": (WINDOW, "bg_threshold")},
    "det_fg_fraction": {"window_data": (WINDOW, "fg_fraction")},
    "det_context_pad": {"window_data": (WINDOW, "context_pad")},
    "det_crop_mode": {"window_data": (WINDOW, "crop_mode")},
    "hdf5_output_param": {"hdf5_output": ("hdf5_output_param", None)},
}  # fmt: skip
TRANSFORMATIONS = ("scale", "mean_file", "crop_size", "mirror")


def title(word):
    return "".join(part.capitalize() for part in word.split("_"))


def assign(message, name, value):
    """Sets a field, whatever kind it is of."""
    present = getattr(message, name)
    if hasattr(present, "extend"):
        present.extend(value if hasattr(value, "extend") else [value])
    elif hasattr(present, "CopyFrom"):
        present.CopyFrom(value)
    else:
        setattr(message, name, value)


def without_paddings(net):
    """The layers of a V0 net with padding layers made pads."""
    producers = {name: None for name in net.input}
    layers = []
    for layer in net.layers:
        made = type(layer)()
        made.CopyFrom(layer)
        for place, bottom in enumerate(layer.bottom):
            source = producers[bottom]
            if source is not None and source.layer.type == "padding":
                assert layer.layer.type in ("conv", "pool")
                assert len(layer.bottom) == 1
                made.layer.pad = source.layer.pad
                made.bottom[place] = source.bottom[0]
        producers.update((top, layer) for top in layer.top)
        if layer.layer.type != "padding":
            layers.append(made)
    return layers


def from_v0(layer, made):
    old = layer.layer
    made.name, made.type = old.name, V0_TYPES.get(old.type, title(old.type))
    for field, value in old.ListFields():
        if field.name in V0_FIELDS:
            targets = V0_FIELDS[field.name]
            target = targets.get(old.type, targets.get(""))
            if target is None:
                continue
            message = getattr(made, target[0])
            message.SetInParent()
            if target[1] is None:
                message.CopyFrom(value)
            else:
                assign(message, target[1], value)


def from_v1(layer, made):
    if layer.HasField("name"):
        made.name = layer.name
    if layer.HasField("type"):
        word = layer.DESCRIPTOR.fields_by_name["type"].enum_type.values_by_number[layer.type].name
        made.type = TYPES.get(word, title(word))
    moved = {"data_param": "Data", "image_data_param": "ImageData", "window_data_param": "WindowData"}
    apart = {
        "layer",
        "bottom",
        "top",
        "name",
        "type",
        "blobs",
        "param",
        "blob_share_mode",
        "blobs_lr",
        "weight_decay",
    }
    for field, value in layer.ListFields():
        if field.name in apart:
            continue
        assign(made, field.name, value)
        if moved.get(field.name) == made.type:
            own = getattr(made, field.name)
            for name in TRANSFORMATIONS:
                if own.HasField(name):
                    setattr(made.transform_param, name, getattr(own, name))
                    own.ClearField(name)
    if layer.HasField("transform_param"):  # read behind them, and they count
        for name in TRANSFORMATIONS:
            for own in moved:
                if moved[own] == made.type and getattr(layer, own).HasField(name):
                    setattr(made.transform_param, name, getattr(getattr(layer, own), name))


def from_old(layer):
    made = bvlc_schema.CLASSES["LayerParameter"](bottom=layer.bottom, top=layer.top)
    is_v0 = layer.HasField("layer")
    (from_v0 if is_v0 else from_v1)(layer, made)
    source = layer.layer if is_v0 else layer
    made.blobs.extend(source.blobs)
    lists = [("lr_mult", source.blobs_lr), ("decay_mult", source.weight_decay)]
    if not is_v0:
        lists += [("name", layer.param), ("share_mode", layer.blob_share_mode)]
    for name, values in lists:
        for index, value in enumerate(values):
            while len(made.param) <= index:
                made.param.add()
            setattr(made.param[index], name, value)
    return made


def upgraded(net):
    """The net in the current syntax, as Caffe has it when it has read it."""
    made = type(net)()
    made.CopyFrom(net)
    del made.layers[:]
    made.ClearField("input")
    made.ClearField("input_shape")
    made.ClearField("input_dim")
    is_v0 = any(layer.HasField("layer") for layer in net.layers)
    old = [from_old(layer) for layer in (without_paddings(net) if is_v0 else net.layers)]
    del made.layer[:]
    if net.input:
        # Caffe drops an input that has no shape; a definition needs it, and an Input layer without a shape
        # takes any.
        layer = made.layer.add(name="input", type="Input", top=net.input)
        for index in range(len(net.input)):
            if net.input_shape:
                layer.input_param.shape.add().CopyFrom(net.input_shape[index])
            elif net.input_dim:
                layer.input_param.shape.add().dim.extend(net.input_dim[4 * index : 4 * index + 4])
    made.layer.extend(old or net.layer)
    for layer in made.layer:
        if layer.type == "BatchNorm" and len(layer.param) == 3:
            for spec in layer.param:
                spec.lr_mult = spec.decay_mult = 0
    return made


def with_axes(net):
    """The net with `axis` instead of `concat_dim` and `slice_dim`, but in layers of stages."""
    for layer in net.layer:
        if layer.include and all(rule.stage for rule in layer.include):
            continue
        for parameters, old in ((layer.concat_param, "concat_dim"), (layer.slice_param, "slice_dim")):
            if parameters.HasField(old) and not parameters.HasField("axis"):
                parameters.axis = getattr(parameters, old)
                parameters.ClearField(old)
    return net
