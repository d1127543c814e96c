"""The Python wheel, in a fresh virtual environment: the command, and each function of the package."""

import zipfile

from conftest import DIGITS, only, run


def test_the_wheel_is_small_and_whole():
    wheel = only("*.whl")
    assert wheel.stat().st_size <= 9_000_000
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        record = next(name for name in names if name.endswith("/RECORD"))
        listed = [line.rsplit(",", 2)[0] for line in archive.read(record).decode().splitlines()]
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert sorted(listed) == sorted(names)
    assert any(name.endswith("licenses/THIRD-PARTY-NOTICES") for name in names)
    assert "caffold/py.typed" in names
    assert [name for name, mode in modes.items() if mode == 0o755] == [
        name for name in names if name.endswith("/scripts/caffold")
    ]


def test_import_is_quick(environment, tmp_path):
    """In processor time: other work of the machine does not count."""
    program = "import time; t = time.process_time(); import caffold; print(time.process_time() - t)"
    python = environment / "bin" / "python"
    seconds = [float(run(python, "-c", program, cwd=tmp_path).stdout) for _ in range(5)]
    assert min(seconds) <= 0.05


def test_the_command_is_there(environment, tmp_path):
    done = run(environment / "bin" / "caffold", "fold", *DIGITS, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "digits.caffemodel").stat().st_size < DIGITS[1].stat().st_size


def test_fold_verify_and_apply(python):
    printed = python("""
result = caffold.fold(*digits, "out", verify=True, plan="plan.json")
print(result.layers.before, result.layers.after, result.check.passed, result.verification.equal)
equal = caffold.verify(*digits, "out/digits.prototxt", "out/digits.caffemodel", samples=2, seed=3)
print(equal.equal, equal.outputs, equal.samples)
again = caffold.apply("plan.json", "again")
print(open("out/digits.caffemodel", "rb").read() == open("again/digits.caffemodel", "rb").read())
part = caffold.fold(*digits, "part", ignore=["remove-dropout"], only_layer=["conv1*", "fc1*"])
print([(rewrite.rule, rewrite.kept) for rewrite in part.rewrites])
""")
    assert printed.splitlines() == [
        "26 14 True True",
        "True ['prob'] 2",
        "True",
        "[('conv-bn-scale', ['conv1']), ('conv-bn-scale', ['fc1'])]",
    ]


def test_export_and_run(python):
    printed = python("""
made = caffold.export(*digits, "net.onnx", input_shape={"data": (2, 1, 8, 8)}, opset=13)
print(made.outcome, made.proof.proven, made.opset, made.inputs[0].shape, [file.path for file in made.files])
print(caffold.verify(*digits, "net.onnx").equal)
dump = caffold.run(*digits, "dump.npz", all=True, seed=5)
print(dump.random_inputs, len(dump.blobs))
print(caffold.compare(*digits, "dump.npz", tolerance={"float": 1e-6}).equal)
""")
    assert printed == "done True 13 [2, 1, 8, 8] ['net.onnx']\nTrue\n['data'] 12\nTrue\n"


def test_look_and_cut(python):
    printed = python("""
print(caffold.inspect(*digits).totals)
print(caffold.weights(digits[1], "conv1").layers[0].blobs[0].shape)
print(caffold.diff(digits[0], digits[0]).same, caffold.diff(digits[0], own[0]).same)
print([match.layer for match in caffold.why("conv1/bn", *digits).rewrites[0].matched])
part = caffold.extract(*digits, "part", to="conv2")
print(part.kept, part.outputs[0].name, part.written.model)
print(caffold.reshape(digits[0], "four", batch=4).inputs[0].new)
print([misfit.layer for misfit in caffold.reshape(digits[0], size=(9, 9)).misfits])
""")
    assert printed.splitlines() == [
        "Totals(layers=26, parameters=14735, multiply_adds=90688, activation_bytes=16848)",
        "[16, 1, 3, 3]",
        "True False",
        "['conv1', 'conv1/bn', 'conv1/scale']",
        "6 conv2 part/digits.prototxt",
        "[4, 1, 8, 8]",
        "['fc1']",
    ]


def test_rules(python):
    printed = python("""
print(len(caffold.rules_list(select="ALL").rules) > len(caffold.rules_list().rules) > 10)
tested = caffold.rules_test("conv-bn")
print(tested.good, tested.rules[0].id, all(test.passed for test in tested.rules[0].tests))
proven = caffold.prove("conv-bn", instances=20)
print(proven.good, proven.rules[0].compared, proven.rules[0].counterexample)
""")
    assert printed == "True\nTrue conv-bn True\nTrue 20 None\n"


def test_errors_carry_their_places_and_reports(python):
    printed = python("""
open("net.prototxt", "w").write('layer { name: "a" type: 3 }')
try:
    caffold.fold("net.prototxt")
except caffold.CaffoldError as error:
    first = error.diagnostics[0]
    print(error.status, first.path, first.line, first.column, first.severity, first.sentence)
    print(error)
try:
    caffold.export(*digits, "net.onnx", tolerance=0)
except caffold.CaffoldError as error:
    print(error.status, error.report["outcome"])
import os
print(os.path.exists("net.onnx"))
""")
    assert printed.splitlines() == [
        "2 net.prototxt 1 25 error expected a string for 'type', found the number 3",
        "net.prototxt:1:25: expected a string for 'type', found the number 3",
        "1 not-proven",
        "False",
    ]


def test_progress_is_told_and_can_end_the_run(python):
    printed = python("""
told = []
caffold.fold(*digits, "out", verify=True, progress=told.append)
last = {progress.task: progress for progress in told}
print(all(progress.done == progress.total for progress in last.values()), last["writing"].path)
print(sorted(last))
def stop(progress):
    raise KeyError("enough")
try:
    caffold.prove("conv-bn", progress=stop)
except KeyError as error:
    print(error)
""")
    assert printed == "True out/digits.caffemodel\n['running', 'writing']\n'enough'\n"


def test_results_are_tables_in_a_notebook(python):
    """HTML whose tags close each other, with the net's own names escaped."""
    printed = python("""
from html.parser import HTMLParser

class Reader(HTMLParser):
    open, texts = [], []
    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag
    def handle_data(self, data):
        self.texts.append(data)

text = open(digits[0]).read().replace('"conv1/bn"', '"<b>bn</b>"')
open("net.prototxt", "w").write(text)
reader = Reader()
reader.feed(caffold.inspect("net.prototxt")._repr_html_())
print(reader.open, reader.texts.count("<b>bn</b>"), "Convolution" in reader.texts)
""")
    assert printed == "[] 1 True\n"
