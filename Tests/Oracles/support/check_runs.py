"""Runs `caffold check`; a faulty net, and one without faults, that its tests share."""

FAULTY = """\
name: "faulty"
input: "data"
input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  convolution_param { num_output: 4 kernal_size: 3 }
}
layer { name: "wide" type: "Pooling" bottom: "conv" top: "wide" pooling_param { kernel_size: 9 stride: 40 } }
layer { name: "r" type: "ReLU" bottom: "cnv" top: "r" }
layer { name: "r" type: "Relu" bottom: "conv" top: "wide" }
"""

CLEAN = """\
input: "data"
input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
"""


def put(folder, text, name="net.prototxt"):
    path = folder / name
    path.write_text(text)
    return path


def check(command, *arguments, code):
    result = command.run("check", *arguments)
    assert result.code == code, result.stdout + result.stderr
    return result


def rules(document):
    return [finding["rule"] for net in document["nets"] for finding in net["findings"]]
