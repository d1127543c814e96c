"""What tests of `graph` and of its pages share: a net of hostile names, and the data of a page."""

import json
import re
import shutil

import pytest

HOSTILE = r"""
input: "data" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
layer { name: "</script><img src=x onerror=alert(1)>" type: "ReLU" bottom: "data" top: "a" }
layer { name: "\"]; n0 [label=\"evil" type: "</style>" bottom: "a" top: "b<i>" }
layer { name: "\276\355\000\033[31m" type: "ReLU" bottom: "b<i>" top: "\342\200\256c" }
layer { name: "&lt;&amp;\\N\\l@DATA@" type: "ReLU" bottom: "\342\200\256c" top: "d" }
layer { name: "__proto__" type: "constructor" bottom: "d" top: "toString" }
"""
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")


def data(page):
    """The data of a page."""
    return json.loads(re.search(r'type="application/json">(.*?)</script>', page.read_text(), re.S)[1])
