"""The reasons that `fold` gives for layers that stay; one that many layers share is said once."""

import nets
import small_nets


def test_a_single_factor_that_is_no_number_is_refused(command, pair, tmp_path):
    """One factor for all channels is held to the same as one for each."""
    (tmp_path / "nan.yaml").write_text(
        "schema: 1\nrules:\n  - id: conv-nan\n    summary: Multiplies by no number.\n    match:\n"
        "      conv: {type: Convolution}\n      bn: {type: BatchNorm, bottom: conv}\n    transform:\n"
        '      - {kernel: fold-affine, into: conv, scale: "0 / 0"}\n    rewrite: {keep: conv, remove: bn}\n'
    )
    flags = ["--rules", tmp_path / "nan.yaml", "--select", "conv-nan", "--format", "json"]
    result = command.run("fold", *pair, "-o", tmp_path / "out", *flags)
    assert result.code == 0, result.stderr
    assert result.document["rewrites"] == []
    reasons = {refusal["reason"] for refusal in result.document["refusals"]}
    assert "not-finite" in reasons


def norms_by_batch(count):
    """Convolutions, each with a BatchNorm that uses the statistics of the batch."""
    text = 'input: "data"\n'
    for index in range(count):
        bottom = f"bn{index - 1}" if index else "data"
        text += (
            f'layer {{ name: "c{index}" type: "Convolution" bottom: "{bottom}" top: "c{index}"'
            " convolution_param { num_output: 2 kernel_size: 1 } }\n"
            f'layer {{ name: "bn{index}" type: "BatchNorm" bottom: "c{index}" top: "bn{index}"'
            " batch_norm_param { use_global_stats: false } }\n"
        )
    return text


def test_a_reason_that_many_layers_share_is_said_once(command, tmp_path):
    model = tmp_path / "net.prototxt"
    model.write_text(norms_by_batch(9))
    arguments = ["fold", model, "--definition-only", "--dry-run"]
    reason = (
        "says 'use_global_stats: false' and so uses the statistics of the batch;"
        " --assume-stored-statistics folds the stored ones"
    )
    assert [line for line in command.run(*arguments).stderr.splitlines() if line.startswith("note:")] == [
        f"note: BatchNorm 'bn0' stays: it {reason}",
        "note: 8 more BatchNorm layers stay for the same reason:"
        " 'bn1', 'bn2', 'bn3' and 5 more; -v lists each",
    ]
    each = [f"note: BatchNorm 'bn{index}' stays: it {reason}" for index in range(9)]
    verbose = command.run(*arguments, "-v").stderr
    assert all(line in verbose for line in each)
    assert len(command.run(*arguments, "--format", "json").document["refusals"]) == 9


def test_a_batch_says_a_shared_reason_once(command, tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.prototxt").write_text(norms_by_batch(9))
    weights = nets.schema.NetParameter()
    for index in range(9):
        blobs = [small_nets.normal(2, 2, 1, 1), small_nets.normal(2)]
        nets.fill(weights.layer.add(name=f"c{index}", type="Convolution"), blobs)
        nets.fill(weights.layer.add(name=f"bn{index}", type="BatchNorm"), small_nets.statistics(2))
    (tmp_path / "nets" / "net.caffemodel").write_bytes(weights.SerializeToString())
    said = command.run("fold", "--batch", tmp_path / "nets", "-o", tmp_path / "out", "--dry-run")
    assert "BatchNorm 'bn0' and 8 more stay: it says 'use_global_stats: false'" in said.stdout + said.stderr


def test_layers_behind_a_concat_are_told_apart(command, tmp_path):
    """Scales behind an Eltwise, and Scales behind a Concat of one: the same obstacle, not the same reason."""
    text = 'input: "data" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }\n'
    for index in range(5):
        text += small_nets.layer("Eltwise", f"e{index}", "data data")
        text += small_nets.scale(f"s{index}", f"e{index}")
    for index in range(5):
        text += small_nets.layer("Eltwise", f"f{index}", "data data")
        text += small_nets.layer("Concat", f"c{index}", f"f{index} data")
        text += small_nets.scale(f"t{index}", f"c{index}")
    (tmp_path / "net.prototxt").write_text(text)
    notes = [
        line
        for line in command.run(
            "fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run"
        ).stderr.splitlines()
        if line.startswith("note:")
    ]
    assert [line.split("stay")[0] for line in notes] == [
        "note: Scale 's0' ", "note: 4 more Scale layers ", "note: Scale 't0' ", "note: 4 more Scale layers ",
    ]  # fmt: skip


def test_different_reasons_and_a_few_alike_are_said_each(command, tmp_path):
    model = tmp_path / "net.prototxt"
    model.write_text(norms_by_batch(3) + 'layer { name: "d" type: "Silence" bottom: "c1" }\n')
    notes = [
        line
        for line in command.run("fold", model, "--definition-only", "--dry-run").stderr.splitlines()
        if line.startswith("note:")
    ]
    assert len(notes) == 3
    assert "note: BatchNorm 'bn1' stays: blob 'c1' is also read by Silence 'd'" in notes


def test_a_batch_says_where_nothing_changed(command, pair, tmp_path):
    """Neither of the first run nor of the second is such a model said to be folded."""
    folder, out = pair[0].parent, tmp_path / "out"
    (folder / "idle.prototxt").write_text(norms_by_batch(2))
    (folder / "digits.prototxt").rename(folder / "work.prototxt")
    arguments = ["fold", "--batch", folder, "--definition-only", "-o", out]
    said = command.run(*arguments, "-v").stderr.splitlines()
    assert f"{folder}/idle.prototxt: nothing changed" in said
    assert f"{folder}/work.prototxt: folded" in said
    rows = {line.split()[0]: line.split()[1:3] for line in said if line.startswith(f"{folder}/")}
    assert rows[f"{folder}/idle.prototxt"] == ["nothing", "changed"]
    assert said[-1] == "2 models: 1 folded, 1 with nothing changed, 0 up to date, 0 failed"
    again = command.run(*arguments).stderr.splitlines()
    assert again[-1] == "2 models: 0 folded, 2 up to date, 0 failed"
    for flags in ([], ["--stage", "other"]):
        models = command.run(*arguments, *flags, "--format", "json").document["models"]
        assert [(model["rewrites"] > 0, model["changed"]) for model in models] == [(False,) * 2, (True,) * 2]
