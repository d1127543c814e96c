"""The pages of `graph` and `fold --report`: their data, and what they do in a Chromium without a head.

`SCREENSHOTS=folder` keeps pictures of the pages.
"""

import json
import os
import pathlib
import re
import subprocess

import browser
import conftest
import onnx
import pytest
import small_nets
from caffold import DIGITS
from graph_pages import HOSTILE, data, needs_dot

# The names of the boxes that a selector finds.
NAMES = "[...document.querySelectorAll('{} title')].map(title => title.textContent.split('\\n')[0])"
# How many elements each picture has.
COUNTS = "[...document.querySelectorAll('.pane')].map(pane => pane.querySelectorAll('{}').length)"
REAL = ["ov_person_detection_0022", "retinaface_mnet25", "xilinx_enet_encoder"]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    if not browser.find():
        pytest.skip("no Chromium is installed: the page is not tried in a browser")
    made = browser.Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture
def page(chromium):
    """A page that is open; at the end it must have said nothing and have asked for nothing but itself."""

    def opened(path, fragment=""):
        chromium.messages.clear()
        chromium.open(path, fragment)
        return chromium

    yield opened
    assert chromium.messages == []
    assert all(address.startswith("file://") for address in chromium.requests), chromium.requests


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a fold of the digits net."""
    folder = tmp_path_factory.mktemp("report")
    done = conftest.caffold.run(
        "fold", *DIGITS, "-o", folder / "out", "--report", folder / "report.html", "--format", "json"
    )
    assert done.code == 0, done.stderr
    written = done.document["report"]
    assert written == {"path": str(folder / "report.html"), "bytes": (folder / "report.html").stat().st_size}
    return folder / "report.html"


def keep(chromium, name):
    if folder := os.environ.get("SCREENSHOTS"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        chromium.screenshot(pathlib.Path(folder) / f"{name}.png")


@needs_dot
def test_an_onnx_file_is_drawn(command, tmp_path, page):
    """Each node, input and output is a box; who reads whom is what the package onnx says."""
    net = tmp_path / "net.onnx"
    assert command.run("export", *DIGITS, "-o", net, "-q").code == 0
    graph = onnx.load(net).graph
    constants = {tensor.name for tensor in graph.initializer}
    wanted = sorted(
        (name, node.output[0]) for node in graph.node for name in node.input if name and name not in constants
    )
    for ending in ("dot", "svg", "html"):
        done = command.run("graph", net, "-o", tmp_path / f"net.{ending}")
        assert done.code == 0, done.stderr
    drawn = data(tmp_path / "net.html")["nets"][0]
    assert [layer["type"] for layer in drawn["layers"]] == [node.op_type for node in graph.node]
    read = [(bottom, layer["tops"][0]["name"]) for layer in drawn["layers"] for bottom in layer["bottoms"]]
    assert sorted(read) == wanted
    assert len(drawn["arrows"]) == len(wanted) + len(graph.output)
    assert "kernel_shape: 3, 3" in drawn["layers"][0]["text"]
    text = (tmp_path / "net.dot").read_text()
    assert text.count(" -> ") == len(drawn["arrows"])
    assert "Conv  1×16×8×8" in text
    opened = page(tmp_path / "net.html")
    assert "Conv" in opened.text("body")
    keep(opened, "onnx")


def test_without_graphviz(command, tmp_path, page):
    """A page has its tables and says why it has no picture; a picture is an error.

    A program in the current folder is not run.
    """
    (tmp_path / "dot").write_text("#!/bin/sh\ntouch evil\n")
    (tmp_path / "dot").chmod(0o755)

    def run(*arguments):
        return subprocess.run(
            [command.BINARY, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": f".:{tmp_path}"},
        )

    done = run("graph", DIGITS[0], "-o", "net.svg")
    assert done.returncode == 2
    assert "install it with 'apt-get install graphviz'" in done.stderr
    done = run("fold", *DIGITS, "-o", "out", "--report", "report.html")
    assert done.returncode == 0
    assert "report.html: warning: no picture: Graphviz's program 'dot' is not installed" in done.stderr
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "net.svg").exists()
    assert data(tmp_path / "report.html")["nets"][0]["layout"] is None
    open_page = page(tmp_path / "report.html", "#select=conv1/bn")
    assert "no picture" in open_page.text("#remark")
    assert "conv-bn-scale" in open_page.text("#panel")
    keep(open_page, "without-graphviz")


def test_the_page_has_the_facts_of_the_reports(command, tmp_path, report):
    """What `fold`, `inspect` and `weights` report in JSON is what the page shows."""
    page = data(report)
    before, after = page["nets"]
    folded = command.run("fold", *DIGITS, "--dry-run", "--format", "json").document
    files = [DIGITS, [report.parent / "out" / file.name for file in DIGITS]]
    for net, pair in zip((before, after), files):
        inspected = command.run("inspect", *pair, "--format", "json").document
        assert [layer["name"] for layer in net["layers"]] == [layer["name"] for layer in inspected["layers"]]
        for key in ("type", "bottoms", "tops", "parameters", "multiplyAdds", "activationBytes"):
            assert [layer[key] for layer in net["layers"]] == [layer[key] for layer in inspected["layers"]], (
                key
            )
        weights = command.run("weights", pair[1], "*", "--format", "json").document
        stored = {layer["name"]: layer["blobs"] for layer in weights["layers"]}
        for layer in net["layers"]:
            for own, other in zip(layer["blobs"], stored.get(layer["name"], []), strict=True):
                assert own["shape"] == other["shape"]
                assert own["type"] == other["type"]
                assert sum(own["histogram"]) == sum(other["histogram"]) or len(set(other["histogram"])) <= 1
    assert [rewrite["rule"] for rewrite in page["rewrites"]] == [
        rewrite["rule"] for rewrite in folded["rewrites"]
    ]
    assert page["check"]["worst"] == max(site["relative"] for site in folded["check"]["sites"])
    gone = {name for rewrite in folded["rewrites"] for name in rewrite["removed"]}
    assert {layer["name"] for layer in before["layers"] if layer["fate"] == "removed"} == gone
    assert len(report.read_text()) - len(json.dumps(page, separators=(",", ":"))) < 60_000


@needs_dot
def test_search_and_clicks(page, report):
    """A search lights layers and goes to them; a click chooses, and lights the group in the other net."""
    open_page = page(report)
    assert open_page.text("#title").startswith("digits.prototxt")
    assert "Layers by type".upper() in open_page.text("#panel").upper()
    open_page.key("/")
    open_page.type("conv2/bn")
    found = NAMES.format(".found")
    assert open_page.value(found) == ["conv2/bn"]
    assert open_page.text("#matches") == "1 match"
    open_page.key("Enter")
    assert open_page.text("#panel h3") == "conv2/bn"
    assert "select=conv2%2Fbn" in open_page.value("location.hash")
    assert "Check passed" in open_page.text("#panel")
    open_page.key("Escape")
    assert open_page.value("document.querySelectorAll('.found').length") == 0

    # A layer of the net after, by its number there.
    number = [layer["name"] for layer in data(report)["nets"][1]["layers"]].index("conv1")
    open_page.click(f".pane:nth-child(2) [data-box='{number}'] rect")
    assert open_page.text("#panel h3") == "conv1"
    linked = NAMES.format(".pane:first-child .linked")
    assert open_page.value(linked) == ["conv1", "conv1/bn", "conv1/scale"]
    assert open_page.value("document.querySelectorAll('.histogram').length") > 1
    open_page.click("#panel a.layer.gone")
    assert open_page.text("#panel h3") == "conv1/bn"
    open_page.click("[data-tab=layers]")
    assert open_page.value("document.querySelectorAll('#panel tbody tr').length") == len(
        data(report)["nets"][0]["layers"]
    )
    open_page.click("[data-tab=rewrites]")
    assert open_page.text("#panel").count("conv-bn-scale") == 5


@needs_dot
def test_moving_and_zooming(page, report):
    """The wheel moves, with Ctrl it zooms about the mouse; the other picture follows."""
    open_page = page(report)
    views = "[...document.querySelectorAll('.pane > svg > g')].map(g => g.getAttribute('transform'))"
    first = open_page.value(views)
    open_page.mouse("mouseWheel", 200, 400, deltaX=0, deltaY=400)
    moved = open_page.value(views)
    assert moved[0] != first[0]
    assert moved[1] != first[1]
    open_page.mouse("mouseWheel", 200, 400, deltaX=0, deltaY=-120, modifiers=2)
    zoomed = [float(re.match(r"scale\((.*?)\)", view)[1]) for view in open_page.value(views)]
    before = [float(re.match(r"scale\((.*?)\)", view)[1]) for view in moved]
    assert zoomed[0] > before[0]
    assert zoomed[1] == zoomed[0]
    open_page.mouse("mousePressed", 200, 400)
    open_page.mouse("mouseMoved", 260, 300, button="left", buttons=1)
    open_page.mouse("mouseReleased", 260, 300)
    assert open_page.value(views)[0] != moved[0]
    # A drag chooses nothing.
    assert open_page.value("location.hash") == ""


@needs_dot
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hostile_names_are_text(command, tmp_path, page, theme):
    (tmp_path / "net.prototxt").write_text(HOSTILE)
    done = command.run("graph", tmp_path / "net.prototxt", "-o", tmp_path / "net.html")
    assert done.code == 0, done.stderr
    open_page = page(tmp_path / "net.html", "#search=script")
    open_page.theme(theme)
    names = open_page.value(NAMES.format(".box"))
    assert names[0] == "</script><img src=x onerror=alert(1)>"
    assert names[2] == r"\276\355\x{0}\x{1B}[31m"
    assert open_page.value("document.querySelectorAll('img, .found').length") == 1
    assert open_page.value("document.querySelectorAll('main img').length") == 0
    open_page.click("[data-tab=layers]")
    for name in range(5):
        open_page.click(f"[data-box='{name}'] rect")
        assert open_page.text("#panel h3") == names[name]
    open_page.click(".pane svg .end rect")


def test_the_page_writes_numbers_as_the_commands_do(command, page, report):
    """Memory, statistics of weights, and errors of the check have the same text in the terminal."""
    table = command.run("inspect", *DIGITS).stdout
    (memory,) = re.findall(r"^conv1 .* ([0-9.]+ [KMG]iB) ", table, re.M)
    (peak,) = re.findall(r"peak memory: (.*?),", table)
    words = command.run("weights", DIGITS[1], "conv1").stdout
    statistics = re.findall(r"min (.*?), max (.*?), mean (.*?), std (.*?),", words)
    said = command.run("fold", *DIGITS, "--dry-run", "-v").stderr
    (error,) = re.findall(r"check: .* at 'conv1': .* differs by (.*?), .*, (.*?) ulp", said)
    opened = page(report, "#select=conv1")
    shown = opened.text("#panel")
    assert memory in shown
    assert f"differs by {error[0]}, " in shown
    assert f", {error[1]} ulp" in shown
    for numbers in statistics:
        assert "\t".join(["before", *numbers]) in shown
    assert peak in opened.text("#figures")


@needs_dot
def test_boxes_and_their_texts(command, tmp_path, page):
    """A long name stays inside its box, and a search shows the whole box, whatever the scale."""
    names = [f"stage{number}_mobilenet_batchnorm_fwd_scale" for number in range(30)]
    layers = [
        small_nets.layer("BatchNorm", name, before) for name, before in zip(names, ["data", *names[:-1]])
    ]
    (tmp_path / "net.prototxt").write_text(
        'input: "data" input_shape { dim: 1 dim: 8 dim: 256 dim: 256 }\n' + "".join(layers)
    )
    assert command.run("graph", tmp_path / "net.prototxt", "-o", tmp_path / "net.html").code == 0
    opened = page(tmp_path / "net.html")
    beyond = opened.value("""[...document.querySelectorAll(".box")].filter(box => {
      const body = box.querySelector(".body").getBoundingClientRect();
      return [...box.querySelectorAll("text")].some(text => text.getBoundingClientRect().right > body.right);
    }).length""")
    assert beyond == 0
    for larger in (0, 12):
        for _ in range(larger):
            opened.mouse("mouseWheel", 400, 400, deltaX=0, deltaY=-120, modifiers=2)
        opened.key("/")
        opened.type("stage17")
        opened.key("Enter")
        inside = opened.value("""(() => {
          const box = document.querySelector(".chosen").getBoundingClientRect();
          const pane = document.querySelector(".pane").getBoundingClientRect();
          const map = document.querySelector("canvas.map").getBoundingClientRect();
          return box.left >= pane.left && box.right <= map.left
            && box.top >= pane.top && box.bottom <= pane.bottom;
        })()""")
        assert inside
        opened.key("Escape")


def test_a_reason_of_many_layers_stands_once(command, tmp_path, page):
    layers = "".join(
        small_nets.conv(f"c{number}", f"b{number - 1}" if number else "data", out=3, kernel=1)
        + small_nets.batch_norm(f"b{number}", f"c{number}", more="use_global_stats: false")
        for number in range(50)
    )
    (tmp_path / "net.prototxt").write_text(small_nets.HEAD % "dim: 1 dim: 3 dim: 8 dim: 8" + layers)
    fold = ["fold", tmp_path / "net.prototxt", "--definition-only", "--dry-run"]
    assert command.run(*fold, "--report", tmp_path / "report.html").code == 0
    opened = page(tmp_path / "report.html", "#tab=stays")
    assert opened.text("#panel").count("use_global_stats") == 1
    links = "document.querySelectorAll('#panel a.layer').length"
    assert opened.value(links) == 40
    opened.click("#panel button.more:not([hidden])")
    assert opened.value(links) == 50


@needs_dot
@pytest.mark.parametrize("name", REAL)
def test_real_nets(command, tmp_path, page, name):
    """The pages of real nets load without a word on the console, in both themes."""
    files = [conftest.shared("models", name) / file for file in ("deploy.prototxt", "model.caffemodel")]
    flags = ["--assume-stored-statistics"] if name == "xilinx_enet_encoder" else []
    done = command.run("fold", *files, *flags, "-o", tmp_path / "out", "--report", tmp_path / "report.html")
    assert done.code == 0, done.stderr
    document = data(tmp_path / "report.html")
    group = document["groups"][len(document["groups"]) // 2]
    chosen = document["nets"][0]["layers"][group["before"][0]]["name"]
    for theme in ("light", "dark"):
        open_page = page(tmp_path / "report.html", f"#select={chosen}")
        open_page.theme(theme)
        assert open_page.text("#panel h3") == chosen
        boxes = open_page.value(COUNTS.format(".box:not(.end)"))
        assert boxes == [len(net["layers"]) for net in document["nets"]]
        linked = open_page.value(COUNTS.format(".linked"))
        assert linked == [len(group["before"]), len(group["after"])]
        keep(open_page, f"{name}-{theme}")


@needs_dot
def test_a_thousand_layers(command, tmp_path, page):
    """A page of 1,000 layers is there, and answers, within seconds."""
    lines = ['input: "data" input_shape { dim: 1 dim: 8 dim: 16 dim: 16 }']
    bottom = "data"
    for block in range(200):
        name = f"block{block}"
        lines += [
            small_nets.conv(f"{name}/conv", bottom, name, out=8, kernel=1),
            small_nets.batch_norm(f"{name}/bn", name, name),
            small_nets.scale(f"{name}/scale", name, name),
            small_nets.layer("ReLU", f"{name}/relu", name, name),
            small_nets.layer("Eltwise", f"{name}/sum", f"{name} {bottom}"),
        ]
        bottom = f"{name}/sum"
    (tmp_path / "net.prototxt").write_text("\n".join(lines))
    done = command.run(
        "fold",
        tmp_path / "net.prototxt",
        "--definition-only",
        "-o",
        tmp_path / "out",
        "--report",
        tmp_path / "report.html",
    )
    assert done.code == 0, done.stderr
    open_page = page(tmp_path / "report.html")
    assert open_page.value("document.querySelectorAll('.pane:first-child .box:not(.end)').length") == 1000
    # Milliseconds of a search and of 20 moves, layout included.
    took = open_page.value("""(() => {
      const start = performance.now(), field = document.getElementById("search");
      field.value = "block150";
      field.dispatchEvent(new Event("input"));
      const pane = document.querySelector(".pane");
      for (let step = 0; step < 20; step += 1) {
        pane.dispatchEvent(new WheelEvent("wheel", { deltaY: 50, cancelable: true }));
        document.body.getBoundingClientRect();
      }
      return performance.now() - start;
    })()""")
    assert open_page.text("#matches") == "5 matches"
    assert took < 2000
