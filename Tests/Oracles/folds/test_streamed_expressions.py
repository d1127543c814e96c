"""Expressions that are computed while a blob is written: equal to NumPy's in Double, in little memory."""

import subprocess
import sys

import nets
import numpy as np
import numpy_fold
import pytest
from small_nets import conv, layer, normal, pair_of, positive

RULE = """
schema: 1
rules:
  - id: streamed
    summary: Sets weights.
    safety: approximate
    once: true
    match:
      conv: {type: %s}
      gain: {type: Scale, bottom: conv}
    let:
      s: gain.blobs[0]
      w: conv.blobs[0]
%s
    transform:
      - {set: "conv.blobs[0]", to: "%s"}
    rewrite: {remove: [gain]}
"""
# A process of its own, and a small one: the peak of what it starts counts from its own memory on.
PEAK = """
import os, resource, sys
status = os.waitstatus_to_exitcode(os.waitpid(os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)[1])
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
FLAGS = ("--select", "streamed", "--unsafe", "--isolated")


def column(vector):
    return vector.reshape(-1, 1, 1, 1)


# Those that only multiply, and become a scale of the blob, and some beside them that do not.
SCALES = {
    "conv.blobs[0] * rows(s)": lambda w, s: w * column(s),
    "rows(s) * conv.blobs[0]": lambda w, s: column(s) * w,
    "w * rows(s)": lambda w, s: w * column(s),
    "conv.blobs[0] * rows(s) * 0.5 / 3": lambda w, s: w * column(s) * 0.5 / 3,
    "-conv.blobs[0] / rows(s)": lambda w, s: -w / column(s),
    "2 * (w * 2)": lambda w, s: w * 4,
    "w * columns(s[:3])": lambda w, s: w * s[:3].reshape(1, 3, 1, 1),
    "w * reshape(s[:3], [3, 1, 1])": lambda w, s: w * s[:3].reshape(3, 1, 1),
    "w * s[:3]": lambda w, s: w * s[:3],
    "w * rows(s) * columns(s[1:4])": lambda w, s: w * column(s) * s[1:4].reshape(1, 3, 1, 1),
    "w / sqrt(sum(w ** 2))": lambda w, s: w / np.sqrt((w**2).sum()),
    "w * rows(s) + 0": lambda w, s: w * column(s),
    "w * w": lambda w, s: w * w,
    "w * w * rows(s)": lambda w, s: w * w * column(s),
    "2 / w": lambda w, s: 2 / w,
}
# Of a blob [96, 40, 3, 3], which is read in five blocks.
STREAMED = {
    "w + 1": lambda w, s: w + 1,
    "clip(w, -0.5, rows(s))": lambda w, s: np.minimum(np.maximum(w, -0.5), column(s)),
    "where(w > 0, w, w * rows(s))": lambda w, s: np.where(w > 0, w, w * column(s)),
    "sqrt(abs(w)) - rows(s) * floor(w)": lambda w, s: np.sqrt(abs(w)) - column(s) * np.floor(w),
    "exp(w) + log(abs(w) + 1)": lambda w, s: np.exp(w) + np.log(abs(w) + 1),
    "w % 0.25 + w ** 3": lambda w, s: w % 0.25 + w**3,
    "w - mean(w)": lambda w, s: w - w.mean(),
    "(w - rows(mean(w, axis=[1, 2, 3]))) / rows(max(abs(w), axis=[1, 2, 3]))": lambda w, s: (
        (w - w.mean((1, 2, 3), keepdims=True)) / abs(w).max((1, 2, 3), keepdims=True)
    ),
    "w - reshape(min(w, axis=0), [1, 40, 3, 3])": lambda w, s: w - w.min(0),
    "flip(w, axis=1)": lambda w, s: w[:, ::-1],
    "flip(w, axes=[0, 3]) + w": lambda w, s: w[::-1, :, :, ::-1] + w,
    "concat([w[32:], w[:32]])": lambda w, s: np.concatenate([w[32:], w[:32]]),
    "concat([slice(w, 20, 40, axis=1), slice(w, 0, 20, axis=1)], axis=1)": lambda w, s: np.concatenate(
        [w[:, 20:], w[:, :20]], 1
    ),
    "pad(slice(slice(w, 1, 2, axis=2), 1, 2, axis=3), [0, 0, 1, 1], [0, 0, 1, 1])": lambda w, s: np.pad(
        w[:, :, 1:2, 1:2], [(0, 0), (0, 0), (1, 1), (1, 1)]
    ),
    "transpose(w, axes=[0, 1, 3, 2]) * 2 + 1": lambda w, s: w.transpose(0, 1, 3, 2) * 2 + 1,
    "reshape(transpose(reshape(w, [96, 8, 5, 9]), [0, 2, 1, 3]), w.shape) + 0": lambda w, s: (
        w.reshape(96, 8, 5, 9).transpose(0, 2, 1, 3).reshape(w.shape)
    ),
    "reshape(transpose(reshape(w, [96, 360])), w.shape)": lambda w, s: w.reshape(96, 360).T.reshape(w.shape),
    "reshape(matmul(eye(96) * rows(s), reshape(w, [96, 360])), w.shape) + w": lambda w, s: w * column(s) + w,
    "reshape(matmul(reshape(w, [3456, 10]), ones([10, 10])), w.shape)": lambda w, s: (
        w.reshape(3456, 10) @ np.ones((10, 10))
    ).reshape(w.shape),
    "w + zeros([96, 40, 3, 3]) + full([40, 3, 3], 2)": lambda w, s: w + 2,
}


def folded_weights(command, tmp_path, text, blobs, expression, kind="Convolution", lets=""):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE % (kind, lets, expression))
    return command.fold(*pair_of(text, blobs), tmp_path, "--rules", str(rules), *FLAGS, "--no-check")


def written(folder, pair, expression):
    """Writes a net and a rule; the path of the rule."""
    for name, data in zip(("prototxt", "caffemodel"), pair):
        (folder / f"net.{name}").write_bytes(data)
    (folder / "rules.yaml").write_text(RULE % ("Convolution", "", expression))
    return folder / "rules.yaml"


def weights_of(folded, name="c"):
    return nets.blobs_by_name(nets.decode(folded.weights))[name][0]


def scaled_conv(out):
    return conv("c", "data", out=out) + layer("Scale", "gain", "c", parameters="scale_param { }")


@pytest.mark.parametrize("expression", SCALES)
def test_a_scaled_blob_is_what_numpy_makes_of_it(command, tmp_path, expression):
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [positive(4)]}
    folded = folded_weights(command, tmp_path, scaled_conv(4), blobs, expression)
    w, s = (blob.astype(np.float64) for blob in (blobs["c"][0], blobs["gain"][0]))
    wanted = SCALES[expression](w, s)
    assert numpy_fold.ulps(weights_of(folded).ravel(), wanted.ravel()) <= 1


@pytest.mark.parametrize("expression", STREAMED)
def test_a_streamed_blob_is_what_numpy_makes_of_it(command, tmp_path, expression):
    blobs = {"c": [normal(96, 40, 3, 3), normal(96)], "gain": [positive(96)]}
    folded = folded_weights(command, tmp_path, scaled_conv(96), blobs, expression)
    w, s = (blob.astype(np.float64) for blob in (blobs["c"][0], blobs["gain"][0]))
    made, wanted = weights_of(folded), STREAMED[expression](w, s)
    assert made.shape == wanted.shape
    assert numpy_fold.ulps(made.ravel(), wanted.ravel()) <= 1


def test_what_is_named_twice_in_every_name_is_not_computed_ten_thousand_times(command, tmp_path):
    blobs = {"c": [normal(96, 40, 3, 3), normal(96)], "gain": [positive(96)]}
    lets = "".join(
        f"      v{i}: {'w' if i == 0 else f'v{i - 1}'} / 2 + {'w' if i == 0 else f'v{i - 1}'} / 2\n"
        for i in range(40)
    )
    folded = folded_weights(command, tmp_path, scaled_conv(96), blobs, "v39", lets=lets)
    assert numpy_fold.ulps(weights_of(folded).ravel(), blobs["c"][0].astype(np.float64).ravel()) <= 1


def test_folds_go_into_a_blob_that_is_still_to_be_computed(command, tmp_path):
    """The built-in folds behind it scale what the expression makes; all is rounded once."""
    text = conv("c", "data", out=96) + layer("Scale", "gain", "c", parameters="scale_param { }")
    text += layer("Scale", "after", "gain", parameters="scale_param { }")
    blobs = {"c": [normal(96, 40, 3, 3), normal(96)], "gain": [positive(96)], "after": [positive(96)]}
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        (RULE % ("Convolution", "", "where(w > 0, w, w * 3)"))
        .replace("once: true", "priority: 100\n    once: true")
        .replace("{type: Scale, bottom: conv}", "{type: Scale, bottom: conv, where: gain.name == 'gain'}")
    )
    folded = command.fold(*pair_of(text, blobs), tmp_path, "--rules", str(rules), "--unsafe", "--no-check")
    assert nets.layers(nets.parse(folded.definition))[-1].name == "c"
    w, s = (blob.astype(np.float64) for blob in (blobs["c"][0], blobs["after"][0]))
    wanted = np.where(w > 0, w, w * 3) * column(s)
    assert numpy_fold.ulps(weights_of(folded).ravel(), wanted.ravel()) <= 1


@pytest.mark.parametrize("place", [0, 20000, 34559])
def test_a_number_that_is_not_finite_refuses(command, tmp_path, place):
    weights = positive(96, 40, 3, 3)
    weights.ravel()[place] = 0
    blobs = {"c": [weights, normal(96)], "gain": [positive(96)]}
    folded = folded_weights(command, tmp_path, scaled_conv(96), blobs, "1 / w")
    refused = folded.refused["gain"]
    assert [r["reason"] for r in refused] == ["not-finite"]
    assert f"{place}" in refused[0]["message"]
    assert np.array_equal(weights_of(folded), weights)


def test_a_factor_that_is_not_finite_refuses(command, tmp_path):
    gain = positive(4)
    gain[2] = 0
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [gain]}
    folded = folded_weights(command, tmp_path, scaled_conv(4), blobs, "conv.blobs[0] / rows(s)")
    assert [r["reason"] for r in folded.refused["gain"]] == ["not-finite"]
    assert np.array_equal(weights_of(folded), blobs["c"][0])


# -- memory


def peak(command, *arguments):
    """The peak memory of a run, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, command.BINARY, *map(str, arguments)], capture_output=True, check=True
    )
    status, peak = map(int, done.stdout.split())
    assert status == 0, done.stderr.decode()
    return peak / 1024


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An inner product with 64 MiB of weights, and a scale; in Double they would be twice that."""
    text = (
        'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"'
        " inner_product_param { num_output: 512 bias_term: false } }\n"
        + layer("Scale", "gain", "c", parameters="scale_param { }")
    )
    blobs = {"c": [normal(512, 32768)], "gain": [positive(512)]}
    folder = tmp_path_factory.mktemp("large")
    for name, data in zip(("prototxt", "caffemodel"), pair_of(text, blobs, shape=(1, 32768, 1, 1))):
        (folder / f"net.{name}").write_bytes(data)
    return folder, blobs["c"][0].astype(np.float64), blobs["gain"][0].astype(np.float64)[:, None]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("conv.blobs[0] * rows(s)", lambda w, s: w * s),
        ("w * rows(s) + 0", lambda w, s: w * s),
        ("concat([w[:200] * rows(s[:200]), w[200:] * rows(s[200:])])", lambda w, s: w * s),
        ("where(w > 0, flip(flip(w, axis=1), axis=1) * rows(s), w * rows(s))", lambda w, s: w * s),
        ("w * rows(s) + 0 * rows(matmul(w, ones(32768)) / sum(w ** 2))", lambda w, s: w * s),
    ],
)
@pytest.mark.parametrize("check", ["--no-check", "-q"])
def test_memory_does_not_grow_with_the_blob(command, tmp_path, large, expression, wanted, check):
    folder, w, s = large
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE % ("InnerProduct", "", expression))
    arguments = [folder / "net.prototxt", folder / "net.caffemodel", "-o", tmp_path / "out"]
    assert peak(command, "fold", *arguments, "--rules", rules, *FLAGS, check, "-q") < 32
    made = nets.blobs_by_name(nets.decode((tmp_path / "out" / "net.caffemodel").read_bytes()))["c"][0]
    assert np.array_equal(made, wanted(w, s).astype(np.float32))


def test_layers_that_are_joined_take_no_memory(command, tmp_path):
    """The built-in rules that add convolutions and put them side by side, with 32 MiB of weights each."""
    text = conv("a", "data", out=256, more="pad: 1") + conv("b", "data", out=256, kernel=1)
    text += layer("Eltwise", "sum", "a b") + conv("d", "data", out=256, more="pad: 1")
    text += layer("Concat", "concat", "sum d")
    blobs = {name: [normal(256, 3640, 3, 3), normal(256)] for name in "ad"}
    blobs["b"] = [normal(256, 3640, 1, 1), normal(256)]
    for name, data in zip(("prototxt", "caffemodel"), pair_of(text, blobs, shape=(1, 3640, 4, 4))):
        (tmp_path / f"net.{name}").write_bytes(data)
    arguments = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "-o", tmp_path / "out"]
    memory = peak(command, "fold", *arguments, "--extend-select", "fuse-linear", "-q", "--no-check")
    assert memory < 32
    made = nets.blobs_by_name(nets.decode((tmp_path / "out" / "net.caffemodel").read_bytes()))
    (joined,) = made.values()
    first, pointwise, second = (blobs[name][0].astype(np.float64) for name in "abd")
    wanted = np.concatenate([first + np.pad(pointwise, [(0, 0), (0, 0), (1, 1), (1, 1)]), second])
    assert numpy_fold.ulps(joined[0].ravel(), wanted.ravel()) <= 1


# -- cost


def test_a_blob_that_every_rewrite_computes_anew_takes_no_longer_for_that(command, tmp_path):
    """Each fold names the blob twice: computed when needed, the last would read the first 2³⁰ times."""
    text = conv("c", "data", out=96)
    bottom = "c"
    for index in range(30):
        text += layer("Power", f"p{index}", bottom, parameters="power_param { scale: 2 }")
        bottom = f"p{index}"
    blobs = {"c": [normal(96, 40, 3, 3), normal(96)]}
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        (RULE % ("Convolution", "", "where(w > 0, w, w / 2)"))
        .replace("    once: true\n", "")
        .replace("gain: {type: Scale, bottom: conv}", "gain: {type: Power, bottom: conv}")
        .replace("      s: gain.blobs[0]\n", "")
    )
    folded = command.fold(*pair_of(text, blobs), tmp_path, "--rules", str(rules), *FLAGS, "--no-check")
    assert len(folded.rewrites) == 30
    w = blobs["c"][0].astype(np.float64)
    assert numpy_fold.ulps(weights_of(folded).ravel(), np.where(w > 0, w, w / 2**30).ravel()) <= 1


@pytest.mark.parametrize("expression", ["conv.blobs[0] * zeros(400000000)", "w * ones([1073741824])"])
def test_a_factor_of_another_size_is_refused_before_it_is_made(command, tmp_path, expression):
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [positive(4)]}
    rules = written(tmp_path, pair_of(scaled_conv(4), blobs), expression)
    arguments = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "-o", tmp_path / "out"]
    assert peak(command, "fold", *arguments, "--rules", rules, *FLAGS, "--no-check", "-q") < 32


@pytest.mark.parametrize("shape", [(4, 3, 3, 3), (96, 40, 3, 3)])
@pytest.mark.parametrize("question", ["[w] == [conv.blobs[0]]", "w in [w + 1, w]", "not [w] == [w + 1]"])
def test_lists_of_blobs_are_alike_whatever_their_size(command, tmp_path, shape, question):
    blobs = {"c": [normal(*shape), normal(shape[0])], "gain": [positive(shape[0])]}
    folded = folded_weights(
        command, tmp_path, scaled_conv(shape[0]), blobs, f"where({question}, w + 1, w + 2)"
    )
    assert numpy_fold.ulps(weights_of(folded).ravel(), (blobs["c"][0].astype(np.float64) + 1).ravel()) <= 1


@pytest.mark.parametrize("expression", SCALES)
def test_only_what_multiplies_is_a_scale(command, tmp_path, expression):
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [positive(4)]}
    rules = written(tmp_path, pair_of(scaled_conv(4), blobs), expression)
    plan = tmp_path / "plan.json"
    arguments = [tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "--plan", plan, "--rules", rules]
    assert command.run("fold", *arguments, *FLAGS, "--no-check").code == 0
    computed = list(SCALES)[list(SCALES).index("w * rows(s) + 0") :]
    assert ('"computed"' in plan.read_text()) == (expression in computed)
    assert ('"scaled"' in plan.read_text()) == (expression not in computed)


def test_what_a_type_cannot_hold_refuses(command, tmp_path):
    blobs = {"c": [normal(96, 40, 3, 3), normal(96)], "gain": [positive(96)]}
    folded = folded_weights(command, tmp_path, scaled_conv(96), blobs, "where(w > 0, w, 1e39)")
    assert [r["reason"] for r in folded.refused["gain"]] == ["overflow"]
