"""`caffold reduce`: a fault in a net of a hundred layers is found, in few runs, whatever ends the run."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import caffold
import conftest
import nets
import numpy as np
import pytest
import real_models
import small_nets

# Ends with status 1 while what layer A makes reaches layer B, and with 0 else.
REACHES = """
import re, sys
text, first, last = open(sys.argv[1]).read(), *sys.argv[2:]
reached = set()
for body in re.findall(r"layer \\{.*?(?=layer \\{|\\Z)", text, re.S):
    name, kind = (re.search(word + r': "([^"]*)"', body).group(1) for word in ("name", "type"))
    is_reached = any(blob in reached for blob in re.findall(r'bottom: "([^"]*)"', body))
    if name == last and is_reached:
        sys.exit(1)
    for top in re.findall(r'top: "([^"]*)"', body):
        reached.discard(top)
        if is_reached or name == first and kind != "Input":
            reached.add(top)
"""


def hundred_layers():
    """A text of a hundred layers with weights: convolutions, each with a ReLU in place and a Dropout."""
    text, blobs, blob = "", {}, "data"
    for number in range(33):
        text += small_nets.conv(f"conv{number}", blob, out=4, kernel=3, more="pad: 1")
        text += small_nets.layer("ReLU", f"relu{number}", f"conv{number}", f"conv{number}")
        text += small_nets.layer("Dropout", f"drop{number}", f"conv{number}")
        blob = f"drop{number}"
        blobs[f"conv{number}"] = [small_nets.normal(4, 4, 3, 3) / 4, small_nets.normal(4)]
    return small_nets.pair_of(text + small_nets.layer("Softmax", "prob", blob), blobs, (2, 4, 12, 12))


@pytest.fixture
def files(tmp_path):
    definition, weights = hundred_layers()
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    return tmp_path / "net.prototxt", tmp_path / "net.caffemodel"


def reduce(command, files, condition, folder, *more):
    done = command.run("reduce", *files, "--while", condition, "-o", folder, "--format", "json", *more)
    assert done.code == 0, done.stderr
    return done.document


def names(found):
    return [layer["name"] for layer in found["kept"]]


def test_a_fault_of_one_layer(command, files, tmp_path):
    """A program that trips over one convolution of a hundred layers."""
    text = files[0].read_text()
    files[0].write_text(
        text.replace('conv20" convolution_param {', 'conv20" convolution_param { dilation: 1')
    )
    found = reduce(command, files, "! grep -q dilation {model}", tmp_path / "out")
    assert names(found) == ["conv20"]
    assert found["end"] == "smallest"
    assert found["status"] == 1
    assert found["layers"] == 100
    assert found["runs"] < 30
    assert found["inputs"] == [{"name": "drop19", "shape": [1, 4, 1, 1]}]
    # The convolution is the one of the net, with its numbers.
    stored = nets.raw_layers((tmp_path / "out" / "net.caffemodel").read_bytes())
    assert stored.pop("conv20") == nets.raw_layers(files[1].read_bytes())["conv20"]
    assert set(stored) == {"drop19"}
    assert command.run("inspect", *(tmp_path / "out" / file.name for file in files)).code == 0


def test_two_layers_that_have_to_be_connected(command, files, tmp_path):
    """What stands between them is taken out of the way, since it cannot be cut out."""
    script = tmp_path / "reaches.py"
    script.write_text(REACHES)
    condition = f"{sys.executable} {script} {{model}} conv3 relu25"
    found = reduce(command, files, condition, tmp_path / "out")
    assert names(found) == ["conv3", "relu25"]
    assert found["runs"] < 150
    definition = nets.parse_file(tmp_path / "out" / "net.prototxt")
    conv, relu = nets.layers(definition)[1:]
    assert list(relu.bottom) == list(conv.top)


def test_a_wrong_number_of_another_runtime(command, files, tmp_path):
    """Another runtime computes one layer's ReLU otherwise; `compare` fails until that layer is gone."""
    board = tmp_path / "board.sh"
    # The board is the executor, on a definition in which one layer has another slope.
    board.write_text(
        "sed '/\"relu11\"/s/top:/relu_param { negative_slope: 0.2 } top:/' $1 > $1.board\n"
        f"{command.BINARY} run $1.board $2 --seed 3 --outputs $1.npz --all 2> /dev/null || exit 0\n"
        f"{command.BINARY} compare $1 $2 --outputs $1.npz\n"
    )
    found = reduce(command, files, f"sh {board} {{model}} {{weights}}", tmp_path / "out")
    # Alone, a layer in place has nothing to compare: its input has the name of its output.
    assert names(found) in (["relu11"], ["drop10", "relu11"])
    assert found["status"] == 1


@pytest.mark.parametrize("name", conftest.shared_names("models"))
def test_real_nets(command, name, tmp_path):
    """Each layer in the middle of a real net can be had on its own, and the result is a net."""
    model, weights = real_models.load(name)
    included = [layer for layer in nets.in_phase(nets.parse_file(model)) if nets.layer_type(layer) != "Input"]
    wanted = included[len(included) // 2]
    words = f'name: "{wanted.name}"'
    found = reduce(command, (model, weights), f"! grep -q '{words}' {{model}}", tmp_path / "out")
    assert len(found["kept"]) == 1
    assert found["layers"] == len(included)
    out = tmp_path / "out" / model.name, tmp_path / "out" / weights.name
    whole = command.run("inspect", model, weights, "--format", "json").document
    part = command.run("inspect", *out, "--format", "json").document
    assert not part["findings"]
    layers = {layer["name"]: layer for layer in whole["layers"]}
    made = [layer for layer in part["layers"] if layer["type"] != "Input"]
    assert [layer["blobs"] for layer in made] == [layers[found["kept"][0]["name"]]["blobs"]]


def test_only_the_same_failure_counts(command, files, tmp_path):
    """Another exit status is another failure, and so is one that says something else."""
    script = tmp_path / "both.sh"
    # The last layer alone is what is looked for; without conv5 there is a failure of another kind.
    script.write_text(
        "grep -q '\"conv5\"' $1 || { echo other; exit $OTHER; }\n"
        "grep -q Softmax $1 && { echo wanted; exit 3; }\n"
    )
    found = reduce(command, files, f"OTHER=4 sh {script} {{model}}", tmp_path / "a")
    assert sorted(names(found)) == ["conv5", "prob"]
    assert found["status"] == 3
    found = reduce(command, files, f"OTHER=3 sh {script} {{model}}", tmp_path / "b", "--says", "wanted")
    assert sorted(names(found)) == ["conv5", "prob"]


def test_a_run_that_takes_too_long_does_not_count(command, files, tmp_path):
    condition = "grep -q Softmax {model} || sleep 60; exit 1"
    found = reduce(command, files, condition, tmp_path / "out", "--timeout", "0.5", "--keep-shapes")
    assert names(found) == ["prob"]
    done = command.run("reduce", *files, "--while", "sleep 60; : {model}", "--dry-run", "--timeout", "0.2")
    assert done.code == 1
    assert "does not end in time for the whole net; give it more time with --timeout" in done.stderr


def test_no_failure(command, files, tmp_path):
    done = command.run("reduce", *files, "--while", "echo fine {model}", "-o", tmp_path / "out")
    assert done.code == 1
    assert done.stderr == (
        f"{files[0]}: error: the command succeeds for the whole net, so there is no failure to look for; "
        f"to look for a success, write '! command'\nits last output was:\n  fine {files[0]}\n"
    )
    assert not (tmp_path / "out").exists()
    done = command.run("reduce", *files, "--while", "false {model}", "--says", "oops", "--dry-run")
    assert done.code == 1
    assert "fails for the whole net, but does not print the text of --says" in done.stderr


def test_the_limit(command, files, tmp_path):
    found = reduce(command, files, "! grep -q conv20 {model}", tmp_path / "out", "--runs", "6")
    assert found["end"] == "limit"
    assert found["runs"] == 6
    assert 1 < len(found["kept"]) < 100
    assert (tmp_path / "out" / "net.caffemodel").exists()


def test_no_smaller_net_within_the_limit(command, files, tmp_path):
    done = command.run(
        "reduce", *files, "--while", "! grep -q conv20 {model}", "-o", tmp_path / "out", "--runs", "1"
    )
    assert done.code == 0
    assert "nothing written: no smaller net was found in these runs; allow more with --runs" in done.stderr
    assert not (tmp_path / "out").exists()


def test_smaller_shapes_write_no_weights_again(command, files, tmp_path):
    """While only shapes change, the weights in the place of the result stay the file that they are."""
    out, seen = tmp_path / "out", tmp_path / "seen"
    look = (
        f"grep -c 'layer {{' {out}/net.prototxt; md5sum < {out}/net.prototxt; stat -c %i {out}/net.caffemodel"
    )
    condition = f"[ -d {out} ] && echo $({look}) >> {seen}; ! grep -q conv20 {{model}}"
    found = reduce(command, files, condition, out)
    assert found["end"] == "smallest"
    assert found["inputs"][0]["shape"][0] == 1
    records = [line.split() for line in seen.read_text().splitlines()]
    last = [record for record in records if record[0] == records[-1][0]]
    assert len({record[1] for record in last}) > 1
    assert len({record[-1] for record in last}) == 1


def test_the_same_every_time(command, files, tmp_path):
    outputs = []
    for run in "ab":
        reduce(command, files, "! grep -q drop20 {model}", tmp_path / run)
        outputs.append([(tmp_path / run / file.name).read_bytes() for file in files])
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_smallest_net_so_far(command, files, tmp_path, signalled):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    condition = (
        "grep -q conv20 {model} || exit 0; test $(grep -c Convolution {model}) -gt 3 || sleep 100; exit 1"
    )
    process = subprocess.Popen(
        [command.BINARY, "reduce", *files, "--while", condition, "-o", tmp_path / "out"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    deadline = time.monotonic() + 60
    while not any(temporary.rglob("net.prototxt")) or not small(tmp_path / "out" / "net.prototxt"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signalled)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 130, said
    assert "interrupted after" in said
    assert "conv20" in (tmp_path / "out" / "net.prototxt").read_text()
    assert command.run("inspect", *(tmp_path / "out" / file.name for file in files)).code == 0
    # Nothing is left behind: neither files nor the command.
    assert list(temporary.iterdir()) == []


def small(path):
    return path.exists() and path.read_text().count("Convolution") < 10


def test_shapes_that_layers_need_stay(command, tmp_path):
    """An inner product needs its input's size, and so the size before the pooling."""
    text = small_nets.layer(
        "Pooling", "pool", "data", parameters="pooling_param { kernel_size: 2 stride: 2 }"
    ) + small_nets.layer("InnerProduct", "fc", "pool", parameters="inner_product_param { num_output: 5 }")
    blobs = {"fc": [small_nets.normal(5, 108), small_nets.normal(5)]}
    definition, weights = small_nets.pair_of(text, blobs, (8, 3, 12, 12))
    (tmp_path / "net.prototxt").write_bytes(definition)
    (tmp_path / "net.caffemodel").write_bytes(weights)
    files = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    condition = "! { grep -q Pooling {model} && grep -q InnerProduct {model}; }"
    found = reduce(command, files, condition, tmp_path / "out")
    assert names(found) == ["pool", "fc"]
    assert found["inputs"][0]["shape"][0] == 1
    assert np.prod(found["inputs"][0]["shape"][1:]) >= 108
    assert command.run("check", *(tmp_path / "out" / file.name for file in files)).code == 0


def test_a_blob_of_unknown_shape_is_named(command, tmp_path):
    own = caffold.ROOT / "examples" / "own-rule"
    condition = "! grep -q Softmax {model}"
    done = command.run(
        "reduce", own / "net.prototxt", own / "net.caffemodel", "--while", condition, "-o", tmp_path / "out"
    )
    assert done.code == 0, done.stderr
    assert "note: the net was not cut at" in done.stderr
    found = reduce(
        command, (own / "net.prototxt", own / "net.caffemodel"), condition, tmp_path / "whole",
        "--input-shape", "conv1=1,8,7,7",
    )  # fmt: skip
    assert names(found) == ["prob"]


def test_wrong_usage(command, files, tmp_path):
    for more, words in [
        (["--while", "false"], "must contain {model}"),
        (["--while", "false {model}", "--timeout", "0"], "--timeout must be a number of seconds above 0"),
        (["--while", "false {model}", "--runs", "0"], "--runs must be at least 1"),
        (["--while", "false {model}", "--says", ""], "--says has an empty value"),
    ]:
        done = command.run("reduce", *files, *more, "-o", tmp_path / "out")
        assert done.code == 64
        assert words in done.stderr
    done = command.run("reduce", files[0], "--while", "false {model} {weights}", "-o", tmp_path / "out")
    assert done.code == 64
    assert "contains {weights}; give the weights of the net too" in done.stderr
    done = command.run("reduce", *files, "--while", "false {model}", "-o", tmp_path)
    assert done.code == 2
    assert "--force" in done.stderr


def test_names_of_files_reach_the_command_whole(command, files, tmp_path):
    folder = tmp_path / "it's a $HOME;\nfolder"
    folder.mkdir()
    moved = [pathlib.Path(file.rename(folder / file.name)) for file in files]
    found = reduce(
        command, moved, "test -s {model} && test -s {weights} && ! grep -q conv20 {model}", tmp_path / "o'ut"
    )
    assert names(found) == ["conv20"]
    assert json.dumps(found["written"]).count("o'ut") == 2
