"""What the commands of caffold return. Made by python/generate_results.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Union

from caffold._decoding import Result


@dataclass(frozen=True)
class Version(Result):
    version: str


@dataclass(frozen=True)
class File(Result):
    path: str
    bytes: int


@dataclass(frozen=True)
class Inputs(Result):
    model: File
    weights: Optional[File]


@dataclass(frozen=True)
class TypeCount(Result):
    type: str
    before: int
    after: int


@dataclass(frozen=True)
class LayerCounts(Result):
    before: int
    after: int
    types: List[TypeCount]


@dataclass(frozen=True)
class RewriteFigures(Result):
    site: int
    status: str
    absolute: Optional[float]
    relative: Optional[float]
    ulps: Optional[float]


@dataclass(frozen=True)
class Renamed(Result):
    from_: str
    to: str


@dataclass(frozen=True)
class Cleared(Result):
    layer: str
    parameter: str


@dataclass(frozen=True)
class Rewrite(Result):
    rule: str
    layers: Dict[str, Union[str, List[str]]]
    kept: List[str]
    removed: List[str]
    added: List[str]
    renamed: List[Renamed]
    cleared: List[Cleared]
    check: Optional[RewriteFigures]


@dataclass(frozen=True)
class Refusal(Result):
    layer: str
    type: str
    rule: str
    layers: Dict[str, Union[str, List[str]]]
    reason: str
    message: str


@dataclass(frozen=True)
class Overlap(Result):
    rule: str
    layer: str
    winner: str
    layers: List[str]


@dataclass(frozen=True)
class Warning(Result):
    layer: str
    message: str


@dataclass(frozen=True)
class Site(Result):
    layer: str
    layers: List[str]
    rewrites: List[int]
    status: str
    reason: Optional[str]
    blob: Optional[str]
    channel: Optional[int]
    absolute: Optional[float]
    relative: Optional[float]
    ulps: Optional[float]
    allowed: Optional[float]


@dataclass(frozen=True)
class Check(Result):
    tolerance: float
    passed: bool
    compared: int
    not_checked: int
    conversions: int
    sites: List[Site]


@dataclass(frozen=True)
class RangeBefore(Result):
    largest: float
    channel_ratio: float
    lost_in_eight_bits: int
    growth: float
    channel: int


@dataclass(frozen=True)
class BiasRange(Result):
    largest: float
    half_overflows: int
    half_underflows: int


@dataclass(frozen=True)
class WeightRange(Result):
    layer: str
    type: str
    count: int
    channels: int
    largest: float
    smallest: float
    channel_ratio: float
    lost_in_eight_bits: int
    dead_channels: int
    half_overflows: int
    half_underflows: int
    before: Optional[RangeBefore]
    bias: Optional[BiasRange]


@dataclass(frozen=True)
class Normalisation(Result):
    layer: str
    channels: int
    epsilon: float
    smallest_variance: float
    ill_conditioned: int


@dataclass(frozen=True)
class Precision(Result):
    layers: List[WeightRange]
    normalisations: List[Normalisation]


@dataclass(frozen=True)
class ComparedBlob(Result):
    name: str
    shape: List[int]
    largest: float
    absolute: Optional[float]
    relative: Optional[float]
    made_otherwise: bool


@dataclass(frozen=True)
class Agreement(Result):
    output: str
    rows: int
    top1: int
    top5: int


@dataclass(frozen=True)
class Replaced(Result):
    name: str
    shape: List[int]


@dataclass(frozen=True)
class Cut(Result):
    layer: str
    type: str
    replaced: List[Replaced]


@dataclass(frozen=True)
class VerifyResult(Result):
    caffold: Version
    command: str
    models: List[str]
    equal: bool
    tolerance: float
    samples: int
    verdict: str
    first_divergence: Optional[str]
    blobs: List[ComparedBlob]
    outputs: List[str]
    unmatched_outputs: List[str]
    agreement: List[Agreement]
    cuts: List[Cut]
    skipped: List[str]
    uncompared_outputs: List[str]
    settled_outputs: List[str]
    handed_over: List[str]
    ties: List[Tie]


@dataclass(frozen=True)
class Tie(Result):
    blob: str
    numbers: int


@dataclass(frozen=True)
class FoldResult(Result):
    caffold: Version
    command: str
    config: Optional[str]
    phase: str
    inputs: Inputs
    outputs: Optional[Inputs]
    layers: LayerCounts
    rewrites: List[Rewrite]
    refusals: List[Refusal]
    overlaps: List[Overlap]
    warnings: List[Warning]
    check: Optional[Check]
    precision: Optional[Precision]
    verification: Optional[VerifyResult]
    plan: Optional[File]


@dataclass(frozen=True)
class RuleProof(Result):
    id: str
    verdict: str
    compared: int
    drawn: int
    refused: Dict[str, int]
    largest_error: float
    types: Dict[str, Dict[str, int]]
    message: Optional[str]


@dataclass(frozen=True)
class ProveResult(Result):
    caffold: Version
    command: str
    good: bool
    instances: int
    seed: str
    tolerance: float
    rules: List[RuleProof]
