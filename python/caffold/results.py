"""What the commands of caffold return. Made by python/generate_results.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Union

from caffold._decoding import Result


@dataclass(frozen=True)
class FindingPlace(Result):
    path: str
    line: Optional[int]
    column: Optional[int]


@dataclass(frozen=True)
class CheckFinding(Result):
    rule: str
    severity: str
    place: Optional[FindingPlace]
    layer: Optional[str]
    reason: str
    remedy: Optional[str]
    help: Optional[str]
    evidence: Optional[str]
    fingerprint: str


@dataclass(frozen=True)
class Version(Result):
    version: str


@dataclass(frozen=True)
class SuppressedFinding(Result):
    finding: CheckFinding
    because: Optional[str]


@dataclass(frozen=True)
class CheckedNet(Result):
    model: str
    weights: Optional[str]
    findings: List[CheckFinding]
    suppressed: List[SuppressedFinding]
    known: int


@dataclass(frozen=True)
class FindingCount(Result):
    rule: str
    severity: str
    count: int


@dataclass(frozen=True)
class CheckResult(Result):
    caffold: Version
    command: str
    nets: List[CheckedNet]
    statistics: List[FindingCount]


@dataclass(frozen=True)
class ChannelCount(Result):
    beyond: int
    count: int


@dataclass(frozen=True)
class DumpedBlob(Result):
    name: str
    layer: Optional[str]
    type: Optional[str]
    status: str
    array: Optional[str]
    shape: List[int]
    dumped_shape: Optional[List[int]]
    dumped_type: Optional[str]
    largest: float
    absolute: float
    relative: Optional[float]
    not_finite: int
    tolerance: float
    channels: Optional[ChannelCount]
    worst_channel: Optional[int]


@dataclass(frozen=True)
class CompareResult(Result):
    caffold: Version
    command: str
    model: str
    dump: str
    equal: bool
    each_layer: bool
    compared: int
    first_divergence: Optional[str]
    blobs: List[DumpedBlob]
    unused_arrays: List[str]


@dataclass(frozen=True)
class ChangedField(Result):
    path: str
    old: List[str]
    new: List[str]


@dataclass(frozen=True)
class NamedLayer(Result):
    name: str
    type: str


@dataclass(frozen=True)
class NetFiles(Result):
    model: str
    weights: Optional[str]


@dataclass(frozen=True)
class ChangedType(Result):
    old: str
    new: str


@dataclass(frozen=True)
class ChangedNames(Result):
    old: List[str]
    new: List[str]


@dataclass(frozen=True)
class ChangedMakers(Result):
    blob: str
    old: str
    new: str


@dataclass(frozen=True)
class BlobForm(Result):
    shape: List[int]
    count: int
    type: Optional[str]


@dataclass(frozen=True)
class ChangedBlob(Result):
    index: int
    old: Optional[BlobForm]
    new: Optional[BlobForm]
    absolute: Optional[float]
    relative: Optional[float]
    place: Optional[int]


@dataclass(frozen=True)
class ChangedLayer(Result):
    name: str
    type: ChangedType
    bottoms: Optional[ChangedNames]
    tops: Optional[ChangedNames]
    makers: List[ChangedMakers]
    fields: List[ChangedField]
    blobs: List[ChangedBlob]


@dataclass(frozen=True)
class DiffResult(Result):
    caffold: Version
    command: str
    old: NetFiles
    new: NetFiles
    same: bool
    net: List[ChangedField]
    removed: List[NamedLayer]
    added: List[NamedLayer]
    changed: List[ChangedLayer]
    unchanged: int
    compared_blobs: int


@dataclass(frozen=True)
class GraphValue(Result):
    name: str
    shape: List[Optional[int]]


@dataclass(frozen=True)
class ExportedLayer(Result):
    name: str
    type: str
    operators: List[str]
    constant: bool
    defined_alone: bool
    kept: bool
    native: bool


@dataclass(frozen=True)
class ProvenBlob(Result):
    name: str
    shape: List[int]
    largest: float
    absolute: float
    relative: float


@dataclass(frozen=True)
class ExportProof(Result):
    proven: bool
    tolerance: float
    samples: int
    first_difference: Optional[str]
    without_numbers: List[str]
    uncompared: List[str]
    renewed: List[str]
    blobs: List[ProvenBlob]


@dataclass(frozen=True)
class ExportedFile(Result):
    path: str
    bytes: int


@dataclass(frozen=True)
class TargetOutcome(Result):
    name: str
    accepted: bool
    findings: List[CheckFinding]


@dataclass(frozen=True)
class ExportResult(Result):
    caffold: Version
    command: str
    outcome: str
    opset: int
    inputs: List[GraphValue]
    outputs: List[GraphValue]
    layers: List[ExportedLayer]
    operators: Dict[str, int]
    proof: Optional[ExportProof]
    files: List[ExportedFile]
    fold: FoldResult
    target: Optional[TargetOutcome]


@dataclass(frozen=True)
class Value(Result):
    name: str
    shape: Optional[List[int]]


@dataclass(frozen=True)
class WrittenFiles(Result):
    model: str
    weights: Optional[str]


@dataclass(frozen=True)
class ExtractResult(Result):
    caffold: Version
    command: str
    kept: int
    layers: int
    inputs: List[Value]
    outputs: List[Value]
    written: Optional[WrittenFiles]


@dataclass(frozen=True)
class BatchLayerCounts(Result):
    before: int
    after: int


@dataclass(frozen=True)
class StayingLayers(Result):
    layer: str
    type: str
    count: int
    code: str
    message: str


@dataclass(frozen=True)
class ByteCounts(Result):
    before: int
    after: Optional[int]


@dataclass(frozen=True)
class BatchModel(Result):
    model: str
    weights: Optional[str]
    outputs: List[str]
    status: str
    layers: Optional[BatchLayerCounts]
    rewrites: Optional[int]
    changed: Optional[bool]
    stays: List[StayingLayers]
    worst_error: Optional[float]
    bytes: Optional[ByteCounts]
    message: str


@dataclass(frozen=True)
class BatchResult(Result):
    caffold: Version
    command: str
    config: Optional[str]
    dry_run: bool
    folded: int
    unchanged: int
    failed: int
    models: List[BatchModel]


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
    why: Optional[str]
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
    without_numbers: List[str]
    uncompared_outputs: List[str]
    settled_outputs: List[str]
    handed_over: List[str]
    ties: List[Tie]


@dataclass(frozen=True)
class Tie(Result):
    blob: str
    numbers: int


@dataclass(frozen=True)
class Upgrade(Result):
    v0_layers: int
    v1_layers: int
    inputs: int
    paddings: int
    batch_norms: int
    byte_order_mark: bool
    weight_layers: int
    fork_types: List[ForkType]
    left_out: List[LeftOutField]


@dataclass(frozen=True)
class ForkType(Result):
    layer: str
    word: str
    type: str


@dataclass(frozen=True)
class LeftOutField(Result):
    layer: str
    field: str


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
    report: Optional[File]
    upgrade: Optional[Upgrade]
    target: Optional[TargetOutcome]


@dataclass(frozen=True)
class InspectedBlob(Result):
    shape: List[int]
    count: int
    type: Optional[str]


@dataclass(frozen=True)
class ForkParts(Result):
    type: bool
    fields: List[str]


@dataclass(frozen=True)
class InspectedLayer(Result):
    name: str
    type: str
    bottoms: List[str]
    tops: List[Value]
    parameters: Optional[int]
    multiply_adds: Optional[int]
    activation_bytes: Optional[int]
    blobs: List[InspectedBlob]
    fork: ForkParts
    obstacle: Optional[str]


@dataclass(frozen=True)
class TypeTotals(Result):
    type: str
    layers: int
    parameters: int
    multiply_adds: int
    activation_bytes: int


@dataclass(frozen=True)
class Totals(Result):
    layers: int
    parameters: int
    multiply_adds: int
    activation_bytes: int


@dataclass(frozen=True)
class PeakMemory(Result):
    bytes: int
    layer: Optional[str]


@dataclass(frozen=True)
class Opset(Result):
    domain: str
    version: int


@dataclass(frozen=True)
class InspectedGraph(Result):
    ir_version: int
    opsets: List[Opset]
    producer: str
    open_batches: List[str]
    unread: List[str]


@dataclass(frozen=True)
class Finding(Result):
    kind: str
    layer: Optional[str]
    message: str


@dataclass(frozen=True)
class InspectResult(Result):
    caffold: Version
    command: str
    model: Optional[str]
    weights: Optional[str]
    layers: List[InspectedLayer]
    types: List[TypeTotals]
    totals: Totals
    complete: bool
    peak: Optional[PeakMemory]
    inputs: List[Value]
    outputs: List[Value]
    onnx: Optional[InspectedGraph]
    findings: List[Finding]


@dataclass(frozen=True)
class KeptLayer(Result):
    name: str
    type: str


@dataclass(frozen=True)
class ReduceResult(Result):
    caffold: Version
    command: str
    end: str
    status: Optional[int]
    runs: int
    layers: int
    kept: List[KeptLayer]
    inputs: List[Value]
    outputs: List[Value]
    shapeless: List[str]
    written: Optional[WrittenFiles]


@dataclass(frozen=True)
class ReshapedInput(Result):
    name: str
    old: Optional[List[int]]
    new: Optional[List[int]]


@dataclass(frozen=True)
class Misfit(Result):
    layer: str
    message: str


@dataclass(frozen=True)
class ReshapeResult(Result):
    caffold: Version
    command: str
    inputs: List[ReshapedInput]
    outputs: List[Value]
    misfits: List[Misfit]
    written: Optional[str]


@dataclass(frozen=True)
class ListedParameter(Result):
    name: str
    type: str
    words: List[str]
    required: bool
    value: Optional[str]
    summary: str


@dataclass(frozen=True)
class Overridden(Result):
    file: str
    line: int
    builtin: bool


@dataclass(frozen=True)
class ListedRule(Result):
    order: int
    id: str
    set: Optional[str]
    tags: List[str]
    safety: str
    phase: str
    priority: int
    parameters: List[ListedParameter]
    layers: int
    builtin: bool
    file: str
    line: int
    overrides: List[Overridden]
    tests: int
    summary: str
    reports: str


@dataclass(frozen=True)
class RulesListResult(Result):
    caffold: Version
    command: str
    rules: List[ListedRule]


@dataclass(frozen=True)
class RuleProof(Result):
    id: str
    verdict: str
    compared: int
    drawn: int
    refused: Dict[str, int]
    discarded: Dict[str, int]
    largest_error: float
    types: Dict[str, Dict[str, int]]
    message: Optional[str]
    counterexample: Optional[Counterexample]


@dataclass(frozen=True)
class Counterexample(Result):
    before: str
    after: str
    inputs: Dict[str, List[List[float]]]
    blobs_before: Dict[str, List[List[float]]]
    blobs_after: Dict[str, List[List[float]]]


@dataclass(frozen=True)
class ProveResult(Result):
    caffold: Version
    command: str
    good: bool
    instances: int
    seed: str
    tolerance: float
    together: bool
    rules: List[RuleProof]


@dataclass(frozen=True)
class RuleTest(Result):
    name: str
    line: int
    passed: bool
    failure: Optional[str]


@dataclass(frozen=True)
class TestedRule(Result):
    id: str
    file: str
    line: int
    tests: List[RuleTest]


@dataclass(frozen=True)
class TestedDefinition(Result):
    types: List[str]
    file: str
    line: int
    tests: List[RuleTest]


@dataclass(frozen=True)
class RulesTestResult(Result):
    caffold: Version
    command: str
    good: bool
    rules: List[TestedRule]
    definitions: List[TestedDefinition]


@dataclass(frozen=True)
class WrittenBlob(Result):
    name: str
    shape: List[int]
    file: str


@dataclass(frozen=True)
class OverwrittenInput(Result):
    name: str
    layer: str
    type: str


@dataclass(frozen=True)
class DumpResult(Result):
    caffold: Version
    command: str
    outputs: str
    blobs: List[WrittenBlob]
    missing: List[str]
    obstacles: List[str]
    random_inputs: List[str]
    overwritten_inputs: List[OverwrittenInput]


@dataclass(frozen=True)
class WeightsBlob(Result):
    index: int
    shape: List[int]
    count: int
    type: str
    min: Optional[float]
    max: Optional[float]
    mean: Optional[float]
    std: Optional[float]
    zeros: Optional[int]
    nan: Optional[int]
    infinite: Optional[int]
    histogram: List[int]
    file: Optional[str]


@dataclass(frozen=True)
class WeightsLayer(Result):
    name: str
    type: str
    blobs: List[WeightsBlob]


@dataclass(frozen=True)
class WeightsResult(Result):
    caffold: Version
    command: str
    weights: str
    layers: List[WeightsLayer]


@dataclass(frozen=True)
class MatchedLayer(Result):
    capture: str
    layer: str
    type: str


@dataclass(frozen=True)
class WhyRewrite(Result):
    rule: str
    fate: str
    matched: List[MatchedLayer]


@dataclass(frozen=True)
class ConditionFinding(Result):
    text: str
    found: str
    wanted: str


@dataclass(frozen=True)
class NearMiss(Result):
    rule: str
    start: str
    matched: List[MatchedLayer]
    complete: bool
    reason: str
    message: str
    condition: Optional[str]
    findings: List[ConditionFinding]


@dataclass(frozen=True)
class UnreachedRule(Result):
    rule: str
    captures: List[str]
    start: List[str]


@dataclass(frozen=True)
class WhyResult(Result):
    caffold: Version
    command: str
    layer: str
    type: str
    rewrites: List[WhyRewrite]
    misses: List[NearMiss]
    unreached: List[UnreachedRule]
    other_rules: int
