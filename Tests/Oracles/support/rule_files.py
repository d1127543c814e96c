"""Rule files, and a net, that tests of the command share."""

GOOD = """\
schema: 1
rules:
  - id: no-relu
    summary: Remove every ReLU.
    tags: [mine]
    safety: approximate
    match: {relu: {type: ReLU}}
    rewrite: {remove: relu}
    tests:
      - name: gone
        net: |
          input: "data"
          layer { name: "a" type: "ReLU" bottom: "data" top: "a" }
          layer { name: "b" type: "TanH" bottom: "a" top: "b" }
        expect: {layers: [b]}
"""

SCALED = """\
schema: 1
rules:
  - id: scaled
    summary: Insert a Power between a TanH and its ReLU.
    safety: conversion
    parameters:
      gain: {type: number, summary: The factor.}
      order: {one_of: [rgb, bgr], default: rgb, summary: The order of the channels.}
    match: {tanh: {type: TanH}, relu: {type: ReLU, bottom: tanh}}
    rewrite:
      insert: {before: relu, type: Power, name: "{tanh.name}_{order}", power_param: {scale: "{gain}"}}
    tests:
      - name: inserted
        parameters: {gain: 2, order: bgr}
        net: |
          input: "data"
          layer { name: "c" type: "TanH" bottom: "data" top: "c" }
          layer { name: "r" type: "ReLU" bottom: "c" top: "r" }
        expect: {layers: [c, c_bgr, r]}
"""

NET = """\
input: "data"
layer { name: "c" type: "TanH" bottom: "data" top: "c" }
layer { name: "r" type: "ReLU" bottom: "c" top: "r" }
"""
