"""Definitions that no trainer wrote: the executor answers with values or with a message, and never traps."""

import random
import re

import layer_cases
import numpy as np
import probe
import pytest

SIZES = ["0", "1", "2", "3", "7", "-1", "-2", "900", "2147483647", "4294967295", "1.5", "word"]
NUMBERS = ["0", "1", "-1", "0.5", "1e-30", "1e30", "inf", "nan", "word"]
WORDS = [
    "true",
    "false",
    "MAX",
    "AVE",
    "SUM",
    "PROD",
    "FLOOR",
    "INFERENCE",
    "CENTER",
    "SUMSQ",
    "WITHIN_CHANNEL",
    "3",
]
FIELDS = {
    "convolution_param": "num_output kernel_size kernel_h kernel_w stride pad dilation group axis bias_term",
    "inner_product_param": "num_output axis transpose bias_term",
    "pooling_param": "pool kernel_size stride pad kernel_h pad_w stride_h global_pooling round_mode",
    "batch_norm_param": "use_global_stats eps scale_bias",
    "bn_param": "bn_mode eps",
    "scale_param": "axis num_axes bias_term",
    "bias_param": "axis num_axes",
    "power_param": "power scale shift",
    "exp_param": "base scale shift",
    "log_param": "base scale shift",
    "clip_param": "min max",
    "relu_param": "negative_slope",
    "prelu_param": "channel_shared",
    "dropout_param": "dropout_ratio scale_train",
    "lrn_param": "local_size alpha beta norm_region k",
    "mvn_param": "across_channels normalize_variance eps",
    "norm_param": "across_spatial channel_shared eps",
    "concat_param": "axis concat_dim",
    "slice_param": "axis slice_dim slice_point",
    "eltwise_param": "operation coeff",
    "flatten_param": "axis end_axis",
    "reshape_param": "axis num_axes",
    "permute_param": "order",
    "crop_param": "axis offset",
    "tile_param": "axis tiles",
    "reduction_param": "operation axis coeff",
    "argmax_param": "top_k axis out_max_val",
    "softmax_param": "axis",
    "upsample_param": "scale upsample_h upsample_w",
    "interp_param": "height width zoom_factor shrink_factor pad_beg pad_end",
    "shuffle_channel_param": "group",
    "prior_box_param": "min_size max_size aspect_ratio step img_size offset",
    "detection_output_param": "num_classes keep_top_k background_label_id confidence_threshold code_type",
}
TYPES = {
    "convolution_param": ["Convolution", "Deconvolution", "DepthwiseConvolution"],
    "inner_product_param": ["InnerProduct"],
    "batch_norm_param": ["BatchNorm"],
    "bn_param": ["BN", "CuDNNBatchNorm"],
    "relu_param": ["ReLU"],
    "prelu_param": ["PReLU"],
    "lrn_param": ["LRN"],
    "mvn_param": ["MVN"],
    "norm_param": ["Normalize"],
    "argmax_param": ["ArgMax"],
    "shuffle_channel_param": ["ShuffleChannel"],
    "prior_box_param": ["PriorBox"],
    "detection_output_param": ["DetectionOutput"],
}


def hostile(seed):
    choose = random.Random(seed)
    message = choose.choice(sorted(FIELDS))
    kind = choose.choice(TYPES.get(message, [message.removesuffix("_param").title().replace("_", "")]))
    names = FIELDS[message].split()
    fields = [
        (name, choose.choice(SIZES + NUMBERS[:5] + WORDS if choose.random() < 0.2 else SIZES))
        for name in choose.sample(names, choose.randint(0, len(names)))
        for _ in range(choose.choice([1, 1, 1, 2]))
    ]
    text = f"{message} {{ {' '.join(f'{name}: {value}' for name, value in fields)} }}"
    shapes = [
        [choose.choice([0, 1, 1, 2, 3, 5]) for _ in range(choose.choice([0, 1, 2, 3, 4, 4, 4, 5]))]
        for _ in range(choose.choice([1, 1, 1, 2, 3]))
    ]
    blobs = [
        np.ones([choose.choice([1, 2, 3, 4]) for _ in range(choose.randint(0, 4))], np.float32)
        for _ in range(choose.choice([0, 1, 1, 2, 2, 3, 4, 5]))
    ]
    tops = [np.zeros(0)] * choose.choice([1, 1, 1, 2])
    case = layer_cases.Case(text, [np.ones(shape, np.float32) for shape in shapes], tops, blobs)
    return layer_cases.Net(kind, [case])


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_answers(start):
    runs = messages = 0
    for seed in range(start, start + 100):
        net = hostile(seed)
        try:
            probe.run(net.definition, net.weights, net.inputs)
            runs += 1
        except probe.Failed as failure:
            text = str(failure)
            said = f"seed {seed}: {net.definition.decode().splitlines()[-1]}\n{text}"
            assert text.startswith("exit 1: "), said
            assert re.search(r"error: \S", text), said
            assert "Fatal" not in text, said
            messages += 1
    assert min(runs, messages) > 0, "a test without cases of both kinds shows little"
