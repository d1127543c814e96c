"""The layers of random nets: what each draws, its blobs, and the shape that it makes."""

import dataclasses
import random

import caffe_schema as schema
import numpy as np

ENCODINGS = ["packed"] * 5 + ["unpacked", "unpacked", "double", "legacy"]
EPSILONS = [None, None, None, 1e-3, 2e-5, 1e-7, 0.1]
FACTORS = [1.0, 1.0, 999.9, 999.9, 0.37]


@dataclasses.dataclass
class Value:
    name: str
    shape: tuple  # (C, H, W), or (C,) behind an InnerProduct
    read: bool = False


class Layers:
    """A net that grows by a layer, the numbers that are drawn, and what is known of the values so far."""

    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.net = schema.NetParameter(name=f"random {seed}")
        self.blobs = {}
        self.values = []
        self.count = 0
        self.features = set()
        self.must_stay = set()
        self.five_blob = self.random.random() < 0.25
        self.factor_zero = self.random.random() < 0.08
        self.encoding = self.random.choice(ENCODINGS)

    # -- bookkeeping

    def chance(self, probability):
        return self.random.random() < probability

    def normal(self, *shape, scale=1.0):
        return (self.numpy.standard_normal(shape) * scale).astype(np.float32)

    def name(self, kind):
        self.count += 1
        return f"{kind}{self.count}" + self.random.choice(["", "", "", "/x", "_a-b", " c"])

    def layer(self, kind, bottoms, blobs=(), in_place=False, tops=1):
        """Adds a layer that reads values; returns it. Its name is also its top's, unless it is in place."""
        name = self.name(kind.lower()[:5])
        layer = self.net.layer.add(name=name, type=kind)
        layer.bottom.extend(value.name for value in bottoms)
        if tops == 1:
            # now and then the blob is called differently from its layer
            top = bottoms[0].name if in_place else name + self.random.choice(["", "", "/out"])
            layer.top.append(top)
        else:
            layer.top.extend(f"{name}/{i}" for i in range(tops))
        for value in bottoms:
            value.read = True
        if blobs:
            self.blobs[name] = list(blobs)
        return layer

    def made(self, layer, shape):
        value = Value(layer.top[0], tuple(shape))
        self.values = [old for old in self.values if old.name != value.name]
        self.values.append(value)
        return value

    def pick(self, condition=lambda value: True):
        """Mostly the newest fitting value; an older one makes a branch."""
        fitting = [value for value in self.values if condition(value)]
        if not fitting:
            return None
        return fitting[-1] if self.chance(0.7) else self.random.choice(fitting)

    # -- layers that absorb

    def convolution(self, value, deconvolution=False):
        c, h, w = value.shape
        kernel = [self.random.choice([1, 2, 3]), self.random.choice([1, 3])]
        if self.chance(0.7):
            kernel[1] = kernel[0]
        dilation = 2 if self.chance(0.15) and not deconvolution else 1
        stride = self.random.choice([1, 1, 1, 2])
        pad = self.random.choice([0, kernel[0] // 2, 1]) if min(kernel) > 1 else 0
        extent = [dilation * (k - 1) + 1 for k in kernel]
        if h + 2 * pad < extent[0] + 1 or w + 2 * pad < extent[1] + 1 or (deconvolution and h > 24):
            kernel, extent, pad, dilation, stride = [1, 1], [1, 1], 0, 1, 1
        divisors = [g for g in (1, 1, 1, 2, 3, 4, c) if c % g == 0]
        group = self.random.choice(divisors)
        out = group * self.random.randint(1, 4 if group < 4 else 2)
        bias = self.chance(0.4)
        shape = (c, out // group, *kernel) if deconvolution else (out, c // group, *kernel)
        blobs = [self.normal(*shape, scale=(c // group * kernel[0] * kernel[1]) ** -0.5)]
        if bias:
            blobs.append(self.normal(out))
        layer = self.layer("Deconvolution" if deconvolution else "Convolution", [value], blobs)
        p = layer.convolution_param
        p.num_output = out
        if not bias or self.chance(0.3):
            p.bias_term = bias
        if kernel[0] == kernel[1] and self.chance(0.8):
            p.kernel_size.append(kernel[0])
        else:
            p.kernel_h, p.kernel_w = kernel
        if pad:
            p.pad.append(pad)
        if stride > 1:
            p.stride.append(stride)
        if dilation > 1:
            p.dilation.append(dilation)
        if group > 1:
            p.group = group
            if not deconvolution and group == c == out and self.chance(0.3):
                layer.type = self.random.choice(["ConvolutionDepthwise", "DepthwiseConvolution"])
                self.features.add("depthwise-fork")
        if deconvolution:
            size = [(n - 1) * stride + e - 2 * pad for n, e in zip((h, w), extent)]
        else:
            size = [(n + 2 * pad - e) // stride + 1 for n, e in zip((h, w), extent)]
        if min(size) < 1:  # a deconvolution that pads everything away
            p.ClearField("pad")
            size = [n + 2 * pad for n in size]
        self.features.add("deconvolution" if deconvolution else "convolution")
        return self.made(layer, (out, *size))

    def deconvolution(self, value):
        return self.convolution(value, deconvolution=True)

    def inner_product(self, value):
        count, out = int(np.prod(value.shape)), self.random.randint(2, 8)
        transpose, bias = self.chance(0.3), self.chance(0.5)
        shape = (count, out) if transpose else (out, count)
        blobs = [self.normal(*shape, scale=count**-0.5)] + ([self.normal(out)] if bias else [])
        layer = self.layer("InnerProduct", [value], blobs)
        layer.inner_product_param.num_output = out
        layer.inner_product_param.bias_term = bias
        if transpose:
            layer.inner_product_param.transpose = True
            self.features.add("transpose")
        return self.made(layer, (out,))

    # -- layers to fold

    def batch_norm(self, value, in_place):
        c = value.shape[0]
        mean, variance = self.normal(c), np.abs(self.normal(c)) + np.float32(1e-3)
        eps = self.random.choice(EPSILONS)
        if self.chance(0.1):
            variance[self.random.randrange(c)] = self.random.choice([0.0, 5.6e-45, 1e-12])
            eps = None  # 1e-7 would amplify rounding noise 3000 times
        if self.five_blob and c > 1 and self.chance(0.7):
            blobs = [self.gamma(c), self.normal(c), mean, variance, np.zeros(1, np.float32)]
            self.features.add("five-blob")
        else:
            factor = np.float32(self.random.choice(FACTORS))
            if self.factor_zero and self.chance(0.3):
                factor = np.float32(0)
                self.features.add("factor 0")
            blobs = [mean * (factor or 1), variance * (factor or 1), np.array([factor], np.float32)]
        layer = self.layer("BatchNorm", [value], blobs, in_place)
        if eps is not None:
            layer.batch_norm_param.eps = eps
        stated = self.random.random()
        if stated < 0.3:
            layer.batch_norm_param.use_global_stats = True
        elif stated < 0.33 and len(value.shape) == 3 and np.prod(value.shape[1:]) > 15:
            layer.batch_norm_param.use_global_stats = False
            self.must_stay.add(layer.name)
            self.features.add("batch-statistics")
        if len(blobs) == 3 and self.chance(0.3):
            for _ in range(3):
                layer.param.add(lr_mult=0, decay_mult=0)
        if self.chance(0.06):
            self.training_twin(layer)
        return self.made(layer, value.shape)

    def training_twin(self, layer):
        """The same BatchNorm once more for the other phase, as train/val nets have it."""
        twin = self.net.layer.add()
        twin.CopyFrom(layer)
        twin.batch_norm_param.use_global_stats = False
        twin.include.add(phase=schema.TRAIN)
        layer.include.add(phase=schema.TEST)
        self.features.add("other-phase")

    def gamma(self, c):
        value = self.normal(c, scale=0.5) + np.float32(1)
        if self.chance(0.3):
            value[self.random.randrange(c)] *= -1
        if self.chance(0.1):
            value[self.random.randrange(c)] = 0
        return value

    def scale(self, value, in_place):
        c, bias = value.shape[0], self.chance(0.75)
        blobs = [self.gamma(c)] + ([self.normal(c)] if bias else [])
        layer = self.layer("Scale", [value], blobs, in_place)
        if bias:
            layer.scale_param.bias_term = True
        return self.made(layer, value.shape)

    def dropout(self, value, in_place):
        layer = self.layer("Dropout", [value], in_place=in_place)
        if self.chance(0.5):
            layer.dropout_param.dropout_ratio = 0.3
        return self.made(layer, value.shape)

    # -- other layers

    def relu(self, value, in_place):
        layer = self.layer("ReLU", [value], in_place=in_place)
        if self.chance(0.4):
            layer.relu_param.negative_slope = 0.1
        return self.made(layer, value.shape)

    def pooling(self, value):
        c, h, w = value.shape
        layer = self.layer("Pooling", [value])
        p = layer.pooling_param
        p.pool = self.random.choice([0, 1])
        if self.chance(0.15) or min(h, w) < 2:
            p.pool = 0  # the average of what was normalised is 0 and a bit of noise
            p.global_pooling = True
            return self.made(layer, (c, 1, 1))
        p.kernel_size, p.stride = 2, self.random.choice([1, 2])
        # Caffe rounds up
        size = [-(-(n - 2) // p.stride) + 1 for n in (h, w)]
        return self.made(layer, (c, *size))

    def concat(self, value):
        def fits(other):
            return other is not value and other.shape[1:] == value.shape[1:]

        other = self.pick(fits)
        if other is None:
            return value
        layer = self.layer("Concat", [value, other])
        self.features.add("concat")
        return self.made(layer, (value.shape[0] + other.shape[0], *value.shape[1:]))

    def eltwise(self, value):
        other = self.pick(lambda other: other is not value and other.shape == value.shape)
        if other is None:
            return value
        layer = self.layer("Eltwise", [value, other])
        layer.eltwise_param.operation = self.random.choice([0, 1, 1, 1, 2])
        if layer.eltwise_param.operation == 1 and self.chance(0.3):
            layer.eltwise_param.coeff.extend([1.0, -0.5])
        self.features.add("eltwise")
        return self.made(layer, value.shape)

    def slice(self, value):
        c = value.shape[0]
        if c < 2:
            return value
        cut = self.random.randint(1, c - 1)
        layer = self.layer("Slice", [value], tops=2)
        layer.slice_param.slice_point.append(cut)
        layer.slice_param.axis = 1
        self.features.add("slice")
        for top, channels in zip(layer.top, (cut, c - cut)):
            self.values.append(Value(top, (channels, *value.shape[1:])))
        return self.values[-1]
