"""Every trap that other tools fell into, one test each, named after it, on the smallest net that has it.

Each net is folded, checked blob by blob in float64, and run through OpenCV before and after.
"""

import checks
import nets
import numpy as np
import pytest
from small_nets import HEAD, Trap, batch_norm, conv, layer, normal, scale, statistics


@pytest.fixture
def trap(command, tmp_path):
    return lambda *arguments, **options: Trap(command, tmp_path, *arguments, **options)


@pytest.mark.parametrize("eps", ["", "eps: 0.001", "eps: 2e-5", "eps: 0.5", "eps: 1e-12"])
def test_trap_01_eps_ignored_or_hard_coded(trap, eps):
    variance = np.array([1e-6, 1e-4, 0.01, 1], np.float32)
    blobs = {"conv": [normal(4, 3, 3, 3)], "bn": [normal(4), variance, np.ones(1)]}
    text = conv("conv", "data", more="bias_term: false") + batch_norm("bn", "conv", "conv", eps)
    # the gain is up to 1000: OpenCV's own rounding shows
    assert trap(text, blobs, tolerance=1e-4).types == ["Convolution"]


def test_trap_01_eps_is_a_float(trap):
    """Caffe keeps 1e-5 as 9.99999974737875e-06; it shows where mean and beta nearly cancel."""
    text = conv("conv", "data", out=1, more="bias_term: false")
    text += batch_norm("bn", "conv", "conv", "eps: 1e-5") + scale("scale", "conv", "conv")
    blobs = {"conv": [normal(1, 3, 3, 3)], "bn": [np.array([9.341875]), np.array([9.999e-10])]}
    blobs["bn"].append(np.array([999.9]))
    blobs["scale"] = [np.array([-0.60825026]), np.array([-1.7565784])]
    assert trap(text, blobs, tolerance=1e-4).types == ["Convolution"]


@pytest.mark.parametrize("factor", [1, 999.98, 0.5, 1e-3])
def test_trap_02_factor_forgotten(trap, factor):
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4, factor)}
    assert trap(conv("conv", "data") + batch_norm("bn", "conv", "conv"), blobs).types == ["Convolution"]


def test_trap_02_division_by_factor_0(trap):
    """Caffe takes mean and variance as 0 then: y = x / sqrt(eps), finite, and worth a warning."""
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4)}
    blobs["bn"][2][:] = 0
    folded = trap(conv("conv", "data") + batch_norm("bn", "conv", "conv"), blobs)
    np.testing.assert_allclose(folded.blobs["conv"][0], blobs["conv"][0] * 1e-5**-0.5, rtol=1e-6)
    assert any("never trained" in message for message in folded.warnings("bn")), folded.folded.document[
        "warnings"
    ]


def test_trap_03_every_batch_norm_deleted_matched_or_not(trap):
    """A BatchNorm on the input and one behind a pooling have nothing to go into: they become Scale layers."""
    text = batch_norm("bn0", "data") + conv("conv", "bn0", more="pad: 1") + batch_norm("bn1", "conv", "conv")
    text += layer("Pooling", "pool", "conv", None, "pooling_param { pool: MAX kernel_size: 2 stride: 2 }")
    text += batch_norm("bn2", "pool") + scale("scale2", "bn2")
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "scale2": [normal(4), normal(4)]}
    blobs.update({"bn0": statistics(3), "bn1": statistics(4), "bn2": statistics(4, 999.9)})
    assert trap(text, blobs).types == ["Scale", "Convolution", "Pooling", "Scale"]


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("beta", [True, False], ids=["beta", "no beta"])
@pytest.mark.parametrize("normalised", [True, False], ids=["BatchNorm", "Scale only"])
def test_trap_04_bias_not_scaled_or_missing_and_scale_without_beta(trap, bias, beta, normalised):
    """b' = b * s + t, whichever of b and beta are there."""
    text = conv("conv", "data", more="" if bias else "bias_term: false")
    text += batch_norm("bn", "conv", "conv") if normalised else ""
    text += scale("scale", "conv", "conv", bias=beta)
    blobs = {"conv": [normal(4, 3, 3, 3)] + ([normal(4)] if bias else [])}
    blobs["bn"] = statistics(4)
    blobs["scale"] = [normal(4)] + ([normal(4)] if beta else [])
    assert trap(text, blobs).types == ["Convolution"]


def test_trap_05_layers_paired_by_position(trap):
    """Two branches written interleaved: the layer behind conv_a in the file belongs to conv_b."""
    text = conv("conv_a", "data") + conv("conv_b", "data")
    text += batch_norm("bn_b", "conv_b") + batch_norm("bn_a", "conv_a")
    text += scale("scale_b", "bn_b") + scale("scale_a", "bn_a")
    text += layer("Eltwise", "sum", "scale_a scale_b")
    blobs = {f"conv_{x}": [normal(4, 3, 3, 3), normal(4)] for x in "ab"}
    for x in "ab":
        blobs[f"bn_{x}"], blobs[f"scale_{x}"] = statistics(4), [normal(4), normal(4)]
    folded = trap(text, blobs)
    assert folded.types == ["Convolution", "Convolution", "Eltwise"]
    pairs = [set(rewrite["kept"] + rewrite["removed"]) for rewrite in folded.folded.rewrites]
    assert all(len({name[-1] for name in pair}) == 1 for pair in pairs), pairs


def test_trap_06_scale_behind_a_relu_on_the_same_blob(trap):
    """conv, BatchNorm, ReLU and Scale all in place on one blob: the Scale is not the convolution's."""
    text = conv("conv", "data") + batch_norm("bn", "conv", "conv")
    text += layer("ReLU", "relu", "conv", "conv") + scale("scale", "conv", "conv")
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4), "scale": [normal(4), normal(4)]}
    folded = trap(text, blobs)
    assert folded.types == ["Convolution", "ReLU", "Scale"]
    assert all((a == b).all() for a, b in zip(folded.blobs["scale"], blobs["scale"]))


DECONVOLUTIONS = [(4, 6, 1), (4, 6, 2), (6, 6, 3), (4, 4, 4), (2, 8, 2)]


@pytest.mark.parametrize(("channels", "out", "group"), DECONVOLUTIONS)
def test_trap_07_deconvolution_scaled_along_the_wrong_axis(trap, channels, out, group):
    text = layer(
        "Deconvolution", "up", "data", None,
        f"convolution_param {{ num_output: {out} kernel_size: 4 stride: 2 pad: 1 group: {group} }}",
    )  # fmt: skip
    text += batch_norm("bn", "up", "up") + scale("scale", "up", "up")
    blobs = {"up": [normal(channels, out // group, 4, 4), normal(out)], "bn": statistics(out)}
    blobs["scale"] = [normal(out), normal(out)]
    assert trap(text, blobs, shape=(1, channels, 5, 5)).types == ["Deconvolution"]


@pytest.mark.parametrize(("channels", "out", "group"), DECONVOLUTIONS)
def test_trap_07_grouped_convolution_scaled_along_the_wrong_axis(trap, channels, out, group):
    text = conv("conv", "data", out=out, more=f"group: {group}") + batch_norm("bn", "conv", "conv")
    blobs = {"conv": [normal(out, channels // group, 3, 3), normal(out)], "bn": statistics(out)}
    assert trap(text, blobs, shape=(1, channels, 5, 5)).types == ["Convolution"]


@pytest.mark.parametrize("transpose", [False, True], ids=["N x K", "K x N"])
def test_trap_07_inner_product_scaled_along_the_wrong_axis(trap, transpose):
    """Square weights, so that a wrong axis goes unnoticed but for the result."""
    more = "transpose: true" if transpose else ""
    text = layer("InnerProduct", "fc", "data", None, f"inner_product_param {{ num_output: 6 {more} }}")
    text += batch_norm("bn", "fc", "fc") + scale("scale", "fc", "fc")
    blobs = {"fc": [normal(6, 6), normal(6)], "bn": statistics(6), "scale": [normal(6), normal(6)]}
    assert trap(text, blobs, shape=(2, 6)).types == ["InnerProduct"]


@pytest.mark.parametrize("first", ["bn", "relu"])
def test_trap_08_only_the_first_consumer_looked_at(trap, first):
    """The convolution's output is read by the BatchNorm and by somebody else, whichever stands first."""
    readers = {"bn": batch_norm("bn", "conv"), "relu": layer("ReLU", "relu", "conv")}
    text = conv("conv", "data") + readers.pop(first) + next(iter(readers.values()))
    text += layer("Eltwise", "sum", "bn relu")
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4)}
    folded = trap(text, blobs)
    assert sorted(folded.types) == ["Convolution", "Eltwise", "ReLU", "Scale"]
    assert all((a == b).all() for a, b in zip(folded.blobs["conv"], blobs["conv"]))


def test_trap_09_net_output_renamed_away(trap):
    """The outputs keep their names: of a BatchNorm out of place, of a Dropout, of a chain."""
    text = conv("conv", "data") + batch_norm("bn", "conv", "normal") + scale("scale", "normal", "result")
    text += conv("conv2", "data") + layer("Dropout", "drop", "conv2", "dropped")
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4), "scale": [normal(4), normal(4)]}
    blobs["conv2"] = [normal(4, 3, 3, 3), normal(4)]
    folded = trap(text, blobs)
    assert folded.types == ["Convolution", "Convolution"]
    assert folded.outputs[1].keys() == {"result", "dropped"}


def test_trap_09_net_output_lost_to_another_reader(trap):
    """A Dropout's top is an output, and somebody else reads its bottom: one name cannot serve both."""
    text = conv("conv", "data", "a") + layer("Dropout", "drop", "a", "dropped") + conv("conv2", "a", "b")
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "conv2": [normal(4, 4, 3, 3), normal(4)]}
    assert trap(text, blobs).outputs[1].keys() == {"dropped", "b"}


def test_trap_10_only_the_first_dropout_removed(trap):
    text = (
        layer("Dropout", "drop0", "data") + conv("conv", "drop0") + layer("Dropout", "drop1", "conv", "conv")
    )
    text += layer("Dropout", "drop2", "conv", "conv") + layer("ReLU", "relu", "conv")
    text += layer("Dropout", "drop3", "relu") + layer("Pooling", "pool", "drop3", None, POOL)
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)]}
    assert trap(text, blobs).types == ["Convolution", "ReLU", "Pooling"]


POOL = "pooling_param { pool: AVE kernel_size: 2 stride: 2 }"


@pytest.mark.parametrize("tops", [("bn", "scale"), ("conv", "scale"), ("bn", "bn")])
def test_trap_11_batch_norm_that_is_not_in_place_skipped(trap, tops):
    text = conv("conv", "data") + batch_norm("bn", "conv", tops[0]) + scale("scale", tops[0], tops[1])
    text += layer("ReLU", "relu", tops[1])
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4), "scale": [normal(4), normal(4)]}
    assert trap(text, blobs).types == ["Convolution", "ReLU"]


@pytest.mark.parametrize("channels", [3, 5, 8])
def test_trap_12_channel_counts_unchecked(command, tmp_path, channels):
    """Four output channels, statistics for another number: an error or a refusal that says both numbers."""
    text = HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + conv("conv", "data") + batch_norm("bn", "conv", "conv")
    weights = nets.schema.NetParameter()
    nets.fill(weights.layer.add(name="conv", type="Convolution"), [normal(4, 3, 3, 3), normal(4)])
    nets.fill(weights.layer.add(name="bn", type="BatchNorm"), statistics(channels))
    (tmp_path / "net.prototxt").write_text(text)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    result = command.run(
        "fold",
        tmp_path / "net.prototxt",
        tmp_path / "net.caffemodel",
        "-o",
        tmp_path / "out",
        "--format",
        "json",
    )
    assert result.code in (0, 2), result.stderr
    if result.code == 2:
        message = result.stderr
        assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    else:
        message = " ".join(r["message"] for r in result.document["refusals"] if r["layer"] == "bn")
        after = nets.blobs_by_name(nets.decode_file(tmp_path / "out" / "net.caffemodel"))
        before = nets.blobs_by_name(weights)
        assert all((a == b).all() for name in before for a, b in zip(before[name], after[name]))
    assert "4" in message, message
    assert str(channels) in message, message


@pytest.mark.parametrize("variance", [-1.0, -1e-5, np.nan, np.inf])
def test_trap_13_variance_not_positive(command, tmp_path, variance):
    """sigma^2 + eps <= 0, or not a number at all: refused, the net is the same afterwards."""
    text = HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + conv("conv", "data") + batch_norm("bn", "conv", "conv")
    weights = nets.schema.NetParameter()
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4)}
    blobs["bn"][1][2] = variance
    for name, kind in (("conv", "Convolution"), ("bn", "BatchNorm")):
        nets.fill(weights.layer.add(name=name, type=kind), blobs[name])
    if variance == -1e-5:  # exactly minus eps in single precision
        assert blobs["bn"][1][2] + np.float32(1e-5) == 0
    folded = command.fold(text.encode(), weights.SerializeToString(), tmp_path)
    assert folded.rewrites == []
    assert (folded.definition, folded.weights) == (text.encode(), weights.SerializeToString())
    assert any("variance" in refusal["message"] for refusal in folded.refused["bn"])


def test_trap_13_slightly_negative_variance_is_legal_when_eps_covers_it(trap):
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4)}
    blobs["bn"][1][1] = -7e-44
    text = conv("conv", "data") + batch_norm("bn", "conv", "conv", "eps: 0.001")
    assert trap(text, blobs).types == ["Convolution"]


def test_trap_14_negative_gamma_is_legal_and_zero_is_noted(trap):
    text = conv("conv", "data") + batch_norm("bn", "conv", "conv") + scale("scale", "conv", "conv")
    gamma = np.array([-2, 0, 1, -0.5], np.float32)
    blobs = {"conv": [normal(4, 3, 3, 3), normal(4)], "bn": statistics(4), "scale": [gamma, normal(4)]}
    folded = trap(text, blobs)
    assert folded.types == ["Convolution"]
    assert (folded.blobs["conv"][0][1] == 0).all()
    assert folded.blobs["conv"][1][1] == blobs["scale"][1][1]
    messages = [w["message"] for w in folded.folded.document["warnings"]]
    assert messages == ["1 of 4 channels of 'scale' have the factor 0"]


def half_net(gain):
    """A convolution and its BatchNorm in half precision whose fold multiplies by `gain`."""
    text = HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + conv("conv", "data") + batch_norm("bn", "conv", "conv")
    blobs = {
        "conv": [np.full((4, 3, 3, 3), 0.5), np.zeros(4)],
        "bn": [np.zeros(4), np.full(4, gain**-2.0), np.ones(1)],
    }
    weights = nets.schema.NetParameter()
    for name, kind in (("conv", "Convolution"), ("bn", "BatchNorm")):
        message = weights.layer.add(name=name, type=kind)
        for value in blobs[name]:
            stored = np.float16 if name == "conv" else np.float32
            blob = message.blobs.add(raw_data_type={np.float16: 2, np.float32: 1}[stored])
            blob.shape.dim.extend(value.shape)
            blob.raw_data = value.astype(stored).tobytes()
    return text.replace('BatchNorm" bottom', 'BatchNorm" batch_norm_param { eps: 1e-30 } bottom'), weights


def test_trap_15_half_precision_is_kept(command, tmp_path):
    text, weights = half_net(100.0)
    folded = command.fold(text.encode(), weights.SerializeToString(), tmp_path)
    checks.blobs(text.encode(), weights.SerializeToString(), folded)
    (stored, bias) = nets.blobs_by_name(nets.decode(folded.weights))["conv"]
    assert stored.dtype == np.float16
    assert (stored == 50).all()
    assert not bias.any()


def test_trap_15_half_precision_overflow_is_reported(command, tmp_path):
    """0.5 * 1e6 is beyond 65504: never an infinity in silence."""
    text, weights = half_net(1e6)
    (tmp_path / "net.prototxt").write_text(text)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    result = command.run(
        "fold",
        tmp_path / "net.prototxt",
        tmp_path / "net.caffemodel",
        "-o",
        tmp_path / "out",
        "--format",
        "json",
    )
    assert result.code in (0, 2), result.stderr
    said = result.stderr if result.code == 2 else result.stdout
    assert "65504" in said or "half" in said, said
    if result.code == 0:
        blobs = nets.blobs_by_name(nets.decode_file(tmp_path / "out" / "net.caffemodel"))
        finite = all(np.isfinite(value).all() for arrays in blobs.values() for value in arrays)
        assert finite, "infinities were written"


def test_trap_16_factors_composed_in_single_precision(trap):
    """Twenty layers into one convolution, rounded once: 1 ulp from float64 (checked for every net here)."""
    text, blobs = conv("conv", "data"), {"conv": [normal(4, 3, 3, 3), normal(4)]}
    for i in range(10):
        text += batch_norm(f"bn{i}", "conv", "conv") + scale(f"scale{i}", "conv", "conv")
        blobs[f"bn{i}"] = statistics(4, 999.9)
        blobs[f"scale{i}"] = [normal(4) / 4 + np.float32(1), normal(4)]
    assert trap(text, blobs).types == ["Convolution"]


def test_trap_17_engine_silently_set(trap):
    """1x1 convolutions keep the engine they state, and get none when they state none."""
    text = conv("a", "data", kernel=1) + batch_norm("bn_a", "a", "a")
    text += conv("b", "a", kernel=1, more="engine: CUDNN") + batch_norm("bn_b", "b", "b")
    blobs = {"a": [normal(4, 3, 1, 1), normal(4)], "b": [normal(4, 4, 1, 1), normal(4)]}
    blobs.update({"bn_a": statistics(4), "bn_b": statistics(4)})
    folded = trap(text, blobs)
    a, b = (message.convolution_param for message in folded.after.layer if message.type == "Convolution")
    assert not a.HasField("engine")
    assert b.engine == 2


@pytest.mark.parametrize("kernel", [[3], [2, 3, 2]], ids=["1-D", "3-D"])
@pytest.mark.parametrize("kind", ["Convolution", "Deconvolution"])
def test_kernels_of_one_and_three_dimensions(command, tmp_path, kind, kernel):
    """Two groups; compared by the project's own executor: OpenCV has only some of these."""
    sizes = "".join(f"kernel_size: {k} " for k in kernel)
    text = HEAD % " ".join(f"dim: {d}" for d in [1, 4] + [5] * len(kernel))
    text += layer(kind, "conv", "data", None, f"convolution_param {{ num_output: 6 group: 2 {sizes} }}")
    text += batch_norm("bn", "conv", "conv") + scale("scale", "conv", "conv")
    weights = nets.schema.NetParameter()
    shape = (6, 2, *kernel) if kind == "Convolution" else (4, 3, *kernel)
    nets.fill(weights.layer.add(name="conv", type=kind), [normal(*shape), normal(6)])
    nets.fill(weights.layer.add(name="bn", type="BatchNorm"), statistics(6))
    nets.fill(weights.layer.add(name="scale", type="Scale"), [normal(6), normal(6)])
    (tmp_path / "net.prototxt").write_text(text)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    pair = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel"]
    result = command.run("fold", *pair, "-o", tmp_path / "out")
    assert result.code == 0, result.stderr
    folded = [tmp_path / "out" / path.name for path in pair]
    assert kind in folded[0].read_text()
    left = folded[0].read_text()
    assert "BatchNorm" not in left
    assert "Scale" not in left
    result = command.run("verify", *pair, *folded, "--double", "--tolerance", "1e-6", "-v")
    assert result.code == 0, result.stderr
