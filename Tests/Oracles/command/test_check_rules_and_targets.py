"""`caffold check` and `fold` with a user's own rules that report, and own targets."""

import nets
from check_runs import CLEAN, check, put, rules

RULE = """\
schema: 1
rules:
  - id: no-wide-kernels
    summary: A kernel is wider than 5.
    match: {conv: {type: Convolution, where: "any(window(conv).kernel > limit)"}}
    parameters:
      limit: {type: number, default: 5, summary: The widest kernel.}
    report:
      severity: error
      because: "the kernel of '{conv.name}' is {conv.convolution_param.kernel_size} wide, {limit} is allowed"
      at: conv.convolution_param.kernel_size
      help: https://example.org/kernels
    tests:
      - name: seven
        net: |
          input: "data"
          layer {
            name: "c" type: "Convolution" bottom: "data" top: "c"
            convolution_param { num_output: 2 kernel_size: 7 }
          }
        expect: {reported: {at: c, because: "the kernel of 'c' is 7 wide, 5 is allowed"}}
      - name: three
        net: |
          input: "data"
          layer {
            name: "c" type: "Convolution" bottom: "data" top: "c"
            convolution_param { num_output: 2 kernel_size: 3 }
          }
        expect: unmatched
"""


def test_a_rule_of_ones_own(command, tmp_path):
    rule, net = put(tmp_path, RULE, "mine.yaml"), put(tmp_path, CLEAN)
    assert command.run("rules", "test", rule).code == 0
    proof = command.run("rules", "prove", rule)
    assert proof.code == 0
    assert "nothing to prove" in proof.stderr
    check(command, net, "--rules", rule, code=0)
    document = check(command, net, "--rules", rule, "--param", "limit=2", "--format", "json", code=1).document
    finding = document["nets"][0]["findings"][0]
    assert finding["reason"] == "the kernel of 'conv' is 3 wide, 2 is allowed"
    assert (finding["rule"], finding["help"]) == ("no-wide-kernels", "https://example.org/kernels")
    # A fold does not know rules that report.
    assert command.run("fold", net, "--definition-only", "--dry-run", "--rules", rule).code == 0


TARGET = """\
schema: 1
target:
  id: my-chip
  summary: The compiler of a chip.
  source: its manual, edition 3
  date: 2026-11
  evidence: documented
  mends: [inference]
  types:
    - accepted: [Input, Convolution, ReLU, Pooling]
  limits:
    - {axes: 4}
    - {size: 7, because: its tiles are no larger}
    - {inputs: layer}
"""


def test_a_target_of_ones_own(command, tmp_path):
    target, net = put(tmp_path, TARGET, "chip.yaml"), put(tmp_path, CLEAN)
    document = check(command, net, "--target", target, "--format", "json", code=1).document
    assert rules(document) == ["my-chip-input-field", "my-chip-size"]
    assert document["nets"][0]["findings"][1]["evidence"] == "documented in its manual, edition 3, 2026-11"
    assert "its tiles are no larger" in document["nets"][0]["findings"][1]["reason"]


PRECISE = """\
schema: 1
target:
  id: single-chip
  summary: The compiler of a chip that takes single precision.
  source: its manual, edition 3
  date: 2026-11
  evidence: documented
  limits:
    - {numbers: float32}
"""


def test_findings_about_weights_have_the_place_of_their_layer(command, tmp_path):
    weights = nets.schema.NetParameter()
    blob = weights.layer.add(name="conv", type="Convolution").blobs.add()
    blob.shape.dim.extend([4, 3, 3, 3])
    blob.double_data.extend([1.0] * 108)
    (tmp_path / "net.caffemodel").write_bytes(weights.SerializeToString())
    net, target = put(tmp_path, CLEAN), put(tmp_path, PRECISE, "chip.yaml")
    result = command.run(
        "check", net, tmp_path / "net.caffemodel", "--target", target, "--format", "json"
    ).document
    found = [item for item in result["nets"][0]["findings"] if "single precision" in item["reason"]]
    assert [(item["layer"], item["place"]["line"], item["place"]["column"]) for item in found] == [
        ("conv", 4, 3)
    ]


def test_fold_for_a_target(command, tmp_path):
    target = put(tmp_path, TARGET, "chip.yaml")
    text = CLEAN.replace("dim: 8 dim: 8", "dim: 7 dim: 7").replace(
        'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 7 dim: 7 }',
        'layer { name: "data" type: "Input" top: "data"'
        " input_param { shape { dim: 1 dim: 3 dim: 7 dim: 7 } } }",
    )
    net = put(tmp_path, text + 'layer { name: "d" type: "Dropout" bottom: "conv" top: "d" }\n')
    check(command, net, "--target", target, code=1)
    out = tmp_path / "out.prototxt"
    result = command.run("fold", net, "--definition-only", "--output-model", out, "--target", target)
    assert result.code == 0, result.stderr
    assert "target my-chip: nothing known speaks against the result" in result.stderr
    check(command, out, "--target", target, code=0)
    # What no rule mends is told, and the result is written all the same.
    net = put(tmp_path, text + 'layer { name: "s" type: "Softmax" bottom: "conv" top: "s" }\n')
    result = command.run(
        "fold", net, "--definition-only", "--output-model", out, "--target", target, "--format", "json"
    )
    assert result.code == 1
    assert result.document["target"]["accepted"] is False
    assert [finding["rule"] for finding in result.document["target"]["findings"]] == ["my-chip-other-type"]
    assert out.exists()
    assert command.run("fold", net, "--definition-only", "--target", "opencv5", "--dry-run").code == 2
