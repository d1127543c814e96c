"""Expressions that multiply a blob: computed while the blob is copied, and equal to NumPy's in Double."""

import subprocess
import sys

import nets
import numpy as np
import numpy_fold
import pytest
from test_strange_nets import pair_of
from test_traps import conv, layer, normal, positive

RULE = """
schema: 1
rules:
  - id: scaled
    summary: Multiplies weights.
    safety: approximate
    once: true
    match:
      conv: {type: %s}
      gain: {type: Scale, bottom: conv}
    let:
      s: gain.blobs[0]
      w: conv.blobs[0]
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
FLAGS = ("--select", "scaled", "--unsafe", "--no-check", "--isolated")


def column(vector):
    return vector.reshape(-1, 1, 1, 1)


# Those that are streamed, and some beside them that are not.
CASES = {
    "conv.blobs[0] * rows(s)": lambda w, s: w * column(s),
    "rows(s) * conv.blobs[0]": lambda w, s: column(s) * w,
    "w * rows(s)": lambda w, s: w * column(s),
    "conv.blobs[0] * rows(s) * 0.5 / 3": lambda w, s: w * column(s) * 0.5 / 3,
    "-conv.blobs[0] / rows(s)": lambda w, s: -w / column(s),
    "2 * (w * 2)": lambda w, s: w * 4,
    "w * columns(s[:3])": lambda w, s: w * s[:3].reshape(1, 3, 1, 1),
    "w * reshape(s[:3], [3, 1, 1])": lambda w, s: w * s[:3].reshape(3, 1, 1),
    "w * s[:3]": lambda w, s: w * s[:3],
    "w * rows(s) * columns(s[1:])": lambda w, s: w * column(s) * s[1:].reshape(1, 3, 1, 1),
    "w / sqrt(sum(w ** 2))": lambda w, s: w / np.sqrt((w**2).sum()),
    "w * rows(s) + 0": lambda w, s: w * column(s),
    "w * w": lambda w, s: w * w,
    "w * w * rows(s)": lambda w, s: w * w * column(s),
    "2 / w": lambda w, s: 2 / w,
}


@pytest.mark.parametrize("expression", CASES)
def test_a_scaled_blob_is_what_numpy_makes_of_it(command, tmp_path, expression):
    text = conv("c", "data") + layer("Scale", "gain", "c", parameters="scale_param { }")
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [positive(4)]}
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE % ("Convolution", expression))
    folded = command.fold(*pair_of(text, blobs), tmp_path, "--rules", str(rules), *FLAGS)
    made = nets.blobs_by_name(nets.decode(folded.weights))["c"][0]
    w, s = (blob.astype(np.float64) for blob in (blobs["c"][0], blobs["gain"][0]))
    assert numpy_fold.ulps(made.ravel(), CASES[expression](w, s).ravel()) <= 1


def test_a_factor_that_is_not_finite_refuses(command, tmp_path):
    text = conv("c", "data") + layer("Scale", "gain", "c", parameters="scale_param { }")
    gain = positive(4)
    gain[2] = 0
    blobs = {"c": [normal(4, 3, 3, 3), normal(4)], "gain": [gain]}
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE % ("Convolution", "conv.blobs[0] / rows(s)"))
    folded = command.fold(*pair_of(text, blobs), tmp_path, "--rules", str(rules), *FLAGS)
    assert [r["reason"] for r in folded.refused["gain"]] == ["not-finite"]
    assert np.array_equal(nets.blobs_by_name(nets.decode(folded.weights))["c"][0], blobs["c"][0])


def test_memory_does_not_grow_with_the_blob(command, tmp_path):
    text = (
        'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"'
        " inner_product_param { num_output: 512 bias_term: false } }\n"
        + layer("Scale", "gain", "c", parameters="scale_param { }")
    )
    blobs = {"c": [normal(512, 32768)], "gain": [positive(512)]}
    definition, weights = pair_of(text, blobs, shape=(1, 32768, 1, 1))
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE % ("InnerProduct", "conv.blobs[0] * rows(s)"))
    arguments = ["fold", tmp_path / "net.prototxt", tmp_path / "net.caffemodel", "-o", tmp_path / "out"]
    arguments += ["--rules", rules, *FLAGS, "-q"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, command.BINARY, *map(str, arguments)], capture_output=True, check=True
    )
    status, peak = map(int, done.stdout.split())
    assert status == 0
    # 64 MiB of weights; in Double they would be twice that.
    assert peak < 32 << 10
    made = nets.blobs_by_name(nets.decode((tmp_path / "out" / "net.caffemodel").read_bytes()))["c"][0]
    wanted = blobs["c"][0].astype(np.float64) * blobs["gain"][0].astype(np.float64)[:, None]
    assert np.array_equal(made, wanted.astype(np.float32))
