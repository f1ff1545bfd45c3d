"""The list of dangerous ops is held to what the installed TensorFlow has registered."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fixtures.graph.dangerous_ops import DANGEROUS_OPS
from fixtures.model.tensorflow import import_tensorflow

# how ops are called that open something, and how what they open is
SUSPICIOUS_NAME = re.compile(
    "File|Read(?!y)|Writ|Save|Load|Restore|Snapshot|PyFunc|Print|Dump|Debug|Rpc|Send|Recv|Service|Summary|LMDB|Sql|Abort|"
    "FromGraph|ImportEvent"
)
SUSPICIOUS_ARGUMENT = re.compile("file|path|dir$|director|url|address|prefix|vocab|pattern|descriptor|memory_region")
ACCELERATORS = re.compile("TPU|Xla|Nccl|SparseCore")
LOOKED_AT = """
    ReadVariableOp _ReadVariablesOp RngReadAndSkip DisableCopyOnRead Snapshot
    TensorArrayRead TensorArrayReadV2 TensorArrayReadV3 TensorArrayWrite TensorArrayWriteV2 TensorArrayWriteV3
    ReaderNumRecordsProduced ReaderNumRecordsProducedV2 ReaderNumWorkUnitsCompleted ReaderNumWorkUnitsCompletedV2
    ReaderRead ReaderReadUpTo ReaderReadUpToV2 ReaderReadV2 ReaderReset ReaderResetV2 ReaderRestoreState
    ReaderRestoreStateV2 ReaderSerializeState ReaderSerializeStateV2 IdentityReader IdentityReaderV2
    SnapshotNestedDatasetReader ShardedFilename ShardedFilespec DeleteRpcFutureResource
    AudioSummary AudioSummaryV2 HistogramSummary ImageSummary ScalarSummary TensorSummary TensorSummaryV2 MergeSummary
    BoostedTreesMakeStatsSummary StatsAggregatorSummary ExperimentalStatsAggregatorSummary
    SetStatsAggregatorDataset ExperimentalSetStatsAggregatorDataset
    DebugGradientIdentity DebugGradientRefIdentity DebugNumericSummaryV2 BoostedTreesExampleDebugOutputs
    RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace NegTrain
    Send Recv _Send _Recv _HostSend _HostRecv
    CollectiveBcastSend CollectiveBcastSendV2 CollectiveBcastRecv CollectiveBcastRecvV2
    TensorSliceDataset CTCBeamSearchDecoder
    GetMinibatchesInCsrWithPhysicalReplica GetMinibatchSplitsWithPhysicalReplica
"""
HARMLESS = frozenset(LOOKED_AT.split())
"""What was looked at and does nothing of the kind: see the head of fixtures/graph/dangerous_ops.py."""


def registered() -> list[Any]:
    import_tensorflow()
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    return list(op_def_pb2.OpList.FromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())).op)


@pytest.fixture(scope="module")
def ops() -> dict[str, Any]:
    """Every op that the installed TensorFlow has registered."""
    return {op.name: op for op in registered()}


def test_every_op_that_sounds_like_it_has_been_judged(ops: dict[str, Any]) -> None:
    sounds_like_it = {
        name
        for name, op in ops.items()
        if SUSPICIOUS_NAME.search(name)
        or any(SUSPICIOUS_ARGUMENT.search(argument.name) for argument in op.input_arg)
        or any(SUSPICIOUS_ARGUMENT.search(attribute.name) for attribute in op.attr)
    }
    unjudged = sounds_like_it - DANGEROUS_OPS.keys() - HARMLESS
    assert {name for name in unjudged if not ACCELERATORS.search(name)} == set()


def test_nothing_is_called_both_dangerous_and_harmless() -> None:
    assert DANGEROUS_OPS.keys() & HARMLESS == set()


def test_every_op_of_the_list_is_registered(ops: dict[str, Any]) -> None:
    assert DANGEROUS_OPS.keys() - ops.keys() == set()


@pytest.mark.parametrize("op", [name for name, danger in DANGEROUS_OPS.items() if danger.path is not None])
def test_input_that_holds_a_path_is_a_string(op: str, ops: dict[str, Any]) -> None:
    path = DANGEROUS_OPS[op].path
    assert path is not None
    assert ops[op].input_arg[path].type == import_tensorflow().string.as_datatype_enum


@pytest.mark.parametrize("op", [name for name, danger in DANGEROUS_OPS.items() if danger.only_with])
def test_attribute_that_makes_the_difference_is_there(op: str, ops: dict[str, Any]) -> None:
    assert DANGEROUS_OPS[op].only_with in {attribute.name for attribute in ops[op].attr}
