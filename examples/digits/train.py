#!/usr/bin/env python3
"""Trains the net of digits.prototxt on scikit-learn's digits with NumPy, and saves it as Caffe would.

    python3 train.py      # digits.caffemodel and heldout.csv beside this file, in under two minutes

The net is built from the definition file, layer by layer, so that definition and weights cannot drift apart.
BatchNorm keeps its statistics the way Caffe does: running *sums* of mean and variance with the sum of their
weights (the moving-average factor) in a third blob. Seeded: the same NumPy on the same machine gives the
same net.
"""

import argparse
import csv
import pathlib
import sys
import time

import numpy as np
from google.protobuf import text_format

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Tests" / "Oracles" / "support"))
import caffe_schema  # noqa: E402


class Parameter:
    """A blob that is learned, with its gradient and its momentum."""

    def __init__(self, value, decay=0.0):
        self.value = value.astype(np.float32)
        self.gradient = np.zeros_like(self.value)
        self.velocity = np.zeros_like(self.value)
        self.decay = decay

    def step(self, rate, momentum=0.9):
        self.velocity = momentum * self.velocity - rate * (self.gradient + self.decay * self.value)
        self.value += self.velocity


class Layer:
    """`forward` keeps what `backward` needs; `backward` takes dL/d(top) and returns dL/d(bottom)."""

    parameters = ()

    def blobs(self):
        return [parameter.value for parameter in self.parameters]


class Convolution(Layer):
    def __init__(self, message, shape, rng):
        p = message.convolution_param
        self.kernel = p.kernel_size[0]
        self.pad = p.pad[0] if p.pad else 0
        self.stride = p.stride[0] if p.stride else 1
        self.group = p.group
        fan_in = shape[1] // self.group * self.kernel**2
        weights = (p.num_output, shape[1] // self.group, self.kernel, self.kernel)
        self.weights = Parameter(rng.normal(0, np.sqrt(2 / fan_in), weights), decay=5e-4)
        self.parameters = [self.weights]
        if p.bias_term:
            self.parameters.append(Parameter(np.zeros(p.num_output)))

    def _windows(self, padded, rows, columns):
        """A view per kernel position: (dy, dx, slice of the padded input)."""
        for dy in range(self.kernel):
            for dx in range(self.kernel):
                yield (
                    dy,
                    dx,
                    padded[
                        :,
                        :,
                        dy : dy + rows * self.stride : self.stride,
                        dx : dx + columns * self.stride : self.stride,
                    ],
                )

    def forward(self, x, training):
        n, c, h, w = x.shape
        rows = (h + 2 * self.pad - self.kernel) // self.stride + 1
        columns = (w + 2 * self.pad - self.kernel) // self.stride + 1
        padded = np.pad(x, ((0, 0), (0, 0), (self.pad,) * 2, (self.pad,) * 2))
        patches = np.empty((self.kernel, self.kernel, n, c, rows, columns), np.float32)
        for dy, dx, window in self._windows(padded, rows, columns):
            patches[dy, dx] = window
        # [group, channels in group * kernel * kernel, n * rows * columns]
        g = self.group
        patches = patches.reshape(self.kernel, self.kernel, n, g, c // g, rows, columns)
        self.patches = patches.transpose(3, 4, 0, 1, 2, 5, 6).reshape(g, -1, n * rows * columns)
        self.shapes = padded.shape, (n, rows, columns)
        out = np.matmul(self.weights.value.reshape(g, -1, self.patches.shape[1]), self.patches)
        out = out.reshape(-1, n, rows, columns).transpose(1, 0, 2, 3)
        return out + self.parameters[1].value[:, None, None] if len(self.parameters) > 1 else out

    def backward(self, d):
        padded_shape, (n, rows, columns) = self.shapes
        g, k = self.group, self.kernel
        if len(self.parameters) > 1:
            self.parameters[1].gradient = d.sum((0, 2, 3))
        d = d.transpose(1, 0, 2, 3).reshape(g, -1, n * rows * columns)
        self.weights.gradient = np.matmul(d, self.patches.transpose(0, 2, 1)).reshape(
            self.weights.value.shape
        )
        d = np.matmul(self.weights.value.reshape(g, -1, self.patches.shape[1]).transpose(0, 2, 1), d)
        d = d.reshape(g, -1, k, k, n, rows, columns).transpose(2, 3, 4, 0, 1, 5, 6)
        d = d.reshape(k, k, n, -1, rows, columns)
        out = np.zeros(padded_shape, np.float32)
        for dy, dx, window in self._windows(out, rows, columns):
            window += d[dy, dx]
        return out[:, :, self.pad : -self.pad, self.pad : -self.pad] if self.pad else out


class BatchNorm(Layer):
    def __init__(self, message, shape, rng):
        self.eps = message.batch_norm_param.eps
        self.fraction = message.batch_norm_param.moving_average_fraction
        self.sums = [np.zeros(shape[1], np.float32), np.zeros(shape[1], np.float32), np.zeros(1, np.float32)]

    def blobs(self):
        return self.sums

    def forward(self, x, training):
        axes = (0, *range(2, x.ndim))
        over = (None, slice(None), *[None] * (x.ndim - 2))
        if training:
            mean, variance, count = x.mean(axes), x.var(axes), x.size // x.shape[1]
            news = mean, variance * count / (count - 1), np.ones(1)
            self.sums = [(old * self.fraction + new).astype(np.float32) for old, new in zip(self.sums, news)]
        else:
            mean, variance = self.sums[0] / self.sums[2], self.sums[1] / self.sums[2]
        self.deviation = np.sqrt(variance + self.eps)[over]
        self.normal = (x - mean[over]) / self.deviation
        return self.normal

    def backward(self, d):
        axes = (0, *range(2, d.ndim))
        along = (d * self.normal).mean(axes, keepdims=True)
        return (d - d.mean(axes, keepdims=True) - self.normal * along) / self.deviation


class Scale(Layer):
    def __init__(self, message, shape, rng):
        self.parameters = [Parameter(np.ones(shape[1])), Parameter(np.zeros(shape[1]))]

    def forward(self, x, training):
        self.x = x
        over = (None, slice(None), *[None] * (x.ndim - 2))
        gamma, beta = (parameter.value[over] for parameter in self.parameters)
        return x * gamma + beta

    def backward(self, d):
        axes = (0, *range(2, d.ndim))
        gamma, beta = self.parameters
        gamma.gradient, beta.gradient = (d * self.x).sum(axes), d.sum(axes)
        return d * gamma.value[(None, slice(None), *[None] * (d.ndim - 2))]


class ReLU(Layer):
    def __init__(self, message, shape, rng):
        pass

    def forward(self, x, training):
        self.positive = x > 0
        return x * self.positive

    def backward(self, d):
        return d * self.positive


class Dropout(Layer):
    def __init__(self, message, shape, rng):
        self.keep, self.rng = 1 - message.dropout_param.dropout_ratio, rng

    def forward(self, x, training):
        self.mask = (self.rng.random(x.shape) < self.keep).astype(np.float32) / self.keep if training else 1
        return x * self.mask

    def backward(self, d):
        return d * self.mask


class Pooling(Layer):
    """MAX over windows that do not overlap."""

    def __init__(self, message, shape, rng):
        self.size = message.pooling_param.kernel_size
        assert message.pooling_param.stride == self.size
        assert shape[2] % self.size == 0

    def forward(self, x, training):
        n, c, h, w = x.shape
        tiles = x.reshape(n, c, h // self.size, self.size, w // self.size, self.size)
        out = tiles.max((3, 5), keepdims=True)
        hit = tiles == out
        self.share = hit / hit.sum((3, 5), keepdims=True)
        return out[:, :, :, 0, :, 0]

    def backward(self, d):
        n, c, h, w = d.shape
        return (self.share * d[:, :, :, None, :, None]).reshape(n, c, h * self.size, w * self.size)


class InnerProduct(Layer):
    def __init__(self, message, shape, rng):
        p = message.inner_product_param
        count = int(np.prod(shape[1:]))
        self.weights = Parameter(rng.normal(0, np.sqrt(2 / count), (p.num_output, count)), decay=5e-4)
        self.parameters = [self.weights]
        if p.bias_term:
            self.parameters.append(Parameter(np.zeros(p.num_output)))

    def forward(self, x, training):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        out = self.x @ self.weights.value.T
        return out + self.parameters[1].value if len(self.parameters) > 1 else out

    def backward(self, d):
        self.weights.gradient = d.T @ self.x
        if len(self.parameters) > 1:
            self.parameters[1].gradient = d.sum(0)
        return (d @ self.weights.value).reshape(self.shape)


class Softmax(Layer):
    def __init__(self, message, shape, rng):
        pass

    def forward(self, x, training):
        e = np.exp(x - x.max(1, keepdims=True))
        self.y = e / e.sum(1, keepdims=True)
        return self.y

    def backward(self, d):
        return self.y * (d - (d * self.y).sum(1, keepdims=True))


KINDS = {kind.__name__: kind for kind in Layer.__subclasses__()}


def build(definition, rng):
    """The trainable layers by name, in order. The net is a chain, which is checked."""
    x, layers, blob = None, {}, None
    for message in definition.layer:
        if message.type == "Input":
            x, blob = np.zeros(message.input_param.shape[0].dim, np.float32), message.top[0]
            continue
        assert list(message.bottom) == [blob], f"{message.name} does not read '{blob}'"
        layer = layers[message.name] = KINDS[message.type](message, x.shape, rng)
        blob = message.top[0]
        if message.type != "BatchNorm":  # which has no statistics yet, and keeps the shape
            x = layer.forward(x, training=False)
    return layers


def forward(layers, x, training=False):
    for layer in layers.values():
        x = layer.forward(x, training)
    return x


def shifted(images, rng):
    """Each image moved by up to one pixel each way."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty_like(images)
    for i, (dy, dx) in enumerate(rng.integers(0, 3, (len(images), 2))):
        out[i] = padded[i, :, dy : dy + 8, dx : dx + 8]
    return out


def train(layers, images, labels, rng, epochs, batch=64, peak=0.08):
    steps, step = epochs * (len(images) // batch), 0
    for epoch in range(epochs):
        order, losses = rng.permutation(len(images)), []
        for start in range(0, len(images) - batch + 1, batch):
            chosen = order[start : start + batch]
            y = labels[chosen]
            probability = forward(layers, shifted(images[chosen], rng), training=True)
            losses.append(-np.log(probability[np.arange(batch), y] + 1e-12).mean())
            d = np.zeros_like(probability)
            d[np.arange(batch), y] = -1 / (probability[np.arange(batch), y] + 1e-12) / batch
            for layer in reversed(layers.values()):
                d = layer.backward(d)
            rate = peak * 0.5 * (1 + np.cos(np.pi * step / steps))
            for layer in layers.values():
                for parameter in layer.parameters:
                    parameter.step(rate)
            step += 1
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:3}: loss {np.mean(losses):.4f}")


def snapshot(definition, layers):
    """The bytes of a .caffemodel: the definition's layers with their blobs, as Caffe saves them."""
    net = caffe_schema.NetParameter()
    net.CopyFrom(definition)
    for message in net.layer:
        message.phase = caffe_schema.TEST
        for value in layers[message.name].blobs() if message.name in layers else ():
            blob = message.blobs.add()
            blob.shape.dim.extend(value.shape)
            blob.data.extend(value.ravel().tolist())
    return net.SerializeToString(deterministic=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    from sklearn.datasets import load_digits

    digits = load_digits()
    rng = np.random.default_rng(options.seed)
    order = rng.permutation(len(digits.target))
    held_out, learned = order[:360], order[360:]
    images = (digits.images / 16).astype(np.float32)[:, None]

    definition = text_format.Parse((HERE / "digits.prototxt").read_text(), caffe_schema.NetParameter())
    layers = build(definition, rng)
    began = time.monotonic()
    train(layers, images[learned], digits.target[learned], rng, options.epochs)
    right = forward(layers, images[held_out]).argmax(1) == digits.target[held_out]
    print(f"{time.monotonic() - began:.0f} s, {right.mean():.1%} of {len(held_out)} held-out digits right")

    (HERE / "digits.caffemodel").write_bytes(snapshot(definition, layers))
    with open(HERE / "heldout.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["digit", *(f"p{y}{x}" for y in range(8) for x in range(8))])
        for i in held_out:
            writer.writerow([digits.target[i], *digits.images[i].astype(int).ravel()])


if __name__ == "__main__":
    main()
