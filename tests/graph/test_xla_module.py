"""A program for XLA that calls out of itself is told from one with the calls that JAX usually exports."""

from __future__ import annotations

import pytest

from fixtures.graph.proto import parse
from fixtures.graph.xla_module import calls_out
from fixtures.model.tensorflow import import_tensorflow

TEXT = "module @jit_f { func.func @main(%0: tensor<f32>) { %1 = stablehlo.custom_call CALL : () -> () } }"
BYTECODE = b"ML\xefRStableHLO_v1.0.0\0custom_call_v1\0main\0keras/src/callbacks.py\0"


def calls(module: bytes, *, token: bool = False) -> bool:
    import_tensorflow()
    from tensorflow.core.framework import node_def_pb2

    node = node_def_pb2.NodeDef(op="XlaCallModule")
    node.attr["module"].s = module
    node.attr["has_token_input_output"].b = token
    return calls_out(parse("NodeDef", node.SerializeToString()))


@pytest.mark.parametrize(
    ("call", "out"),
    [
        ("@Sharding(%0)", False),
        ("@SPMDFullToShardShape(%0)", False),
        ('@"cu_threefry2x32"(%0)', False),
        ("@lapack_sgetrf(%0)", False),
        ('(%0) {call_target_name = "shape_assertion"}', False),
        ("@tf.call_tf_function(%0)", False),
        ("@xla_python_cpu_callback(%0)", True),
        ("@launch(%0)", True),
        ('(%0) {call_target_name = "launch"}', True),
        ("(%0)", True),
        ("@Sharding(%0) } { stablehlo.custom_call @launch(%0)", True),
        ("@Sharding(%0) } { stablehlo.outfeed %0", True),
    ],
)
def test_targets_in_text(call: str, out: bool) -> None:
    assert calls(TEXT.replace("CALL", call).encode()) == out


@pytest.mark.parametrize(
    ("strings", "out"),
    [
        (b"Sharding\0", False),
        (b"launch\0", True),
        (b"", True),
        (b"Sharding\0xla_ffi_python_cpu_callback\0", True),
        (b"Sharding\0SendToHost\0", True),
        (b"Sharding\0recv_v1\0", True),
    ],
)
def test_targets_in_bytecode(strings: bytes, out: bool) -> None:
    assert calls(BYTECODE + strings) == out


def test_program_without_calls_stays_within_itself() -> None:
    assert not calls(BYTECODE.replace(b"custom_call_v1", b"add_v1"))
    assert not calls(b"module { stablehlo.add }")


def test_token_orders_what_is_seen_outside() -> None:
    assert calls(b"module { stablehlo.add }", token=True)
