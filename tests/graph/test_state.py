"""What outputs depend on beside their inputs, what grows between requests, and which inputs nothing comes of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.graph.graph import Graph
from fixtures.graph.proto import read_meta_graph
from fixtures.graph.state import State
from fixtures.graph.stateful_ops import CHANGING, CLOCKS, DICE, FILLING, GROWING, KEPT, STAGES, TAKING
from fixtures.model.tensorflow import import_tensorflow

Serve = Callable[..., Mapping[str, Any]]
Make = Callable[[Any, Any], Mapping[str, Serve]]
"""Gives the functions of the signatures, for TensorFlow and a module that holds what is kept."""


def tf() -> Any:
    return import_tensorflow()


def state_of(make: Make, directory: Path, **inputs: str) -> State:
    """What there is in a SavedModel whose signatures take vectors, float32 `x` alone unless other dtypes are given."""
    module = tf().Module()
    specs = {name: tf().TensorSpec((None,), dtype, name=name) for name, dtype in (inputs or {"x": "float32"}).items()}
    signatures = {
        name: tf().function(serve).get_concrete_function(**specs) for name, serve in make(tf(), module).items()
    }
    tf().saved_model.save(module, str(directory), signatures=signatures)
    return State(Graph(read_meta_graph(directory)))


def serving(function: Callable[[Any], Any]) -> Make:
    return lambda tf, module: {"serving_default": lambda x: {"y": function(x)}}


def counted(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.calls = tf.Variable(0.0, name="calls")
    return {"serving_default": lambda x: {"y": x + module.calls.assign_add(1.0)}}


def trained(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.gain = tf.Variable(1.0, name="gain")
    return {
        "serving_default": lambda x: {"y": x * module.gain},
        "train": lambda x: {"gain": module.gain.assign_add(tf.reduce_sum(x))},
    }


def of_a_generator(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.generator = tf.random.Generator.from_seed(1)
    return {"serving_default": lambda x: {"y": x + module.generator.normal(())}}


def read_from_a_table_that_is_filled(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.seen = tf.lookup.experimental.MutableHashTable(tf.string, tf.float32, 0.0)

    def serve(x: Any) -> Mapping[str, Any]:
        key = tf.strings.as_string(x)
        before = module.seen.lookup(key)
        with tf.control_dependencies([before]):
            inserted = module.seen.insert(key, x)
        with tf.control_dependencies([inserted]):
            return {"y": x + before}

    return {"serving_default": serve}


def filled_by_the_clock(tf: Any, module: Any) -> Mapping[str, Serve]:
    class Late(tf.lookup.KeyValueTensorInitializer):  # type: ignore[misc]
        def initialize(self, table: Any) -> Any:
            now = tf.cast(tf.timestamp(), tf.float32)[None]
            return tf.raw_ops.LookupTableImportV2(
                table_handle=table.resource_handle, keys=tf.constant(["1"]), values=now
            )

    module.table = tf.lookup.StaticHashTable(Late(tf.constant(["1"]), tf.constant([2.0])), 0.0)
    return {"serving_default": lambda x: {"y": module.table.lookup(tf.strings.as_string(x))}}


DEPENDENT: Mapping[str, tuple[Make, str]] = {
    "clock": (serving(lambda x: x + tf().cast(tf().timestamp(), "float32")), "depends on the clock: Timestamp"),
    "clock that decides": (
        serving(lambda x: tf().cond(tf().timestamp() > 1e9, lambda: x, lambda: x + 1)),
        "depends on the clock: Timestamp",
    ),
    "clock as a seed": (
        serving(lambda x: x + tf().random.stateless_normal((), [tf().cast(tf().timestamp(), tf().int32), 1])),
        "depends on the clock: Timestamp",
    ),
    "dice with a seed": (serving(lambda x: tf().nn.dropout(x, 0.1, seed=7)), "depends on a draw: RandomUniform"),
    "dice in a loop": (
        serving(
            lambda x: tf().while_loop(
                lambda turn, kept: turn < 3, lambda turn, kept: (turn + 1, tf().random.shuffle(kept)), (0, x)
            )[1]
        ),
        "depends on a draw: RandomShuffle",
    ),
    "dice in a map": (
        serving(lambda x: tf().map_fn(lambda one: one + tf().random.normal(()), x)),
        "depends on a draw: RandomStandardNormal",
    ),
    "variable": (counted, "depends on VarHandleOp calls, which serving_default changes with each request: AssignAddV"),
    "variable that another signature changes": (trained, "gain, which train changes with each request: AssignAddV"),
    "table that is filled by the clock": (
        filled_by_the_clock,
        "which is made when the version is loaded from Timestamp",
    ),
    "generator": (of_a_generator, "which serving_default changes with each request: RngReadAndSkip"),
    "table": (read_from_a_table_that_is_filled, "which serving_default changes with each request: LookupTableInsertV2"),
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_what_an_output_depends_on_beside_its_inputs(name: str, tmp_path: Path) -> None:
    make, said = DEPENDENT[name]
    (line,) = state_of(make, tmp_path).dependent(["serving_default"])

    assert line.startswith("output y of serving_default depends on")
    assert said in line
    assert ", by way of " in line


def from_a_table(tf: Any, module: Any) -> Mapping[str, Serve]:
    filled = tf.lookup.KeyValueTensorInitializer(tf.constant(["1"]), tf.constant([2.0]))
    module.table = tf.lookup.StaticHashTable(filled, 0.0)
    return {"serving_default": lambda x: {"y": module.table.lookup(tf.strings.as_string(x))}}


def read_only(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.weights = tf.Variable(2.0)
    return {"serving_default": lambda x: {"y": x * module.weights}}


def through_lists(x: Any) -> Any:
    array = tf().TensorArray("float32", size=0, dynamic_size=True)
    return array.write(0, tf().reduce_sum(x)).write(1, 1.0).stack()


def through_a_table(x: Any) -> Any:
    raw = tf().raw_ops
    table = raw.AnonymousMutableHashTable(key_dtype=tf().string, value_dtype=tf().float32)
    inserted = raw.LookupTableInsertV2(table_handle=table, keys=tf().constant(["sum"]), values=tf().reduce_sum(x)[None])
    with tf().control_dependencies([inserted]):
        return raw.LookupTableFindV2(table_handle=table, keys=tf().constant(["sum"]), default_value=0.0)


def refusing_by_its_value(x: Any) -> Any:
    with tf().control_dependencies([tf().debugging.assert_less(x, 1e12)]):
        return tf().identity(x)


def beside_a_draw(tf: Any, module: Any) -> Mapping[str, Serve]:
    """Both call the same function, one with what is drawn."""
    double = tf.function(lambda x: x * 2.0)
    return {
        "serving_default": lambda x: {"y": double(x)},
        "drawn": lambda x: {"y": double(x + tf.random.uniform(()))},
    }


def refusing_by_the_clock(x: Any) -> Any:
    with tf().control_dependencies([tf().debugging.assert_less(tf().cast(tf().timestamp(), "float32"), 1e12)]):
        return tf().identity(x)


def test_a_request_that_is_refused_by_the_clock(tmp_path: Path) -> None:
    (line,) = state_of(serving(refusing_by_the_clock), tmp_path).dependent(["serving_default"])

    assert line.startswith("whether serving_default takes a request depends on the clock: Timestamp, the node")


INDEPENDENT: Mapping[str, Make] = {
    "variable that is read": read_only,
    "table that is filled as it is loaded": from_a_table,
    "an iterator within a call": serving(lambda x: next(iter(tf().data.Dataset.from_tensors(x)))),
    "a table within a call": serving(through_a_table),
    "lists within a call": serving(through_lists),
    "draws by a constant seed": serving(lambda x: x + tf().random.stateless_uniform((), [1, 2])),
    "another signature that draws": beside_a_draw,
    "assertion of the input": serving(refusing_by_its_value),
    "draw that goes nowhere": serving(lambda x: (x, tf().random.uniform(()))[0]),
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_what_an_output_may_depend_on(name: str, tmp_path: Path) -> None:
    state = state_of(INDEPENDENT[name], tmp_path)

    assert state.dependent(["serving_default"]) == []
    assert state.growing() == []
    assert state.changed(["serving_default"]) == []
    assert state.unused("serving_default") == []


@pytest.mark.parametrize("op", ["AssignAddVariableOp", "VarHandleOp"])
def test_an_op_that_is_allowed_is_no_fault(op: str, tmp_path: Path) -> None:
    state = state_of(counted, tmp_path)

    assert state.dependent(["serving_default"], {op}) == []
    assert state.dependent(["serving_default"], {"RandomUniform"}) != []


def test_a_change_that_no_output_depends_on_is_told(tmp_path: Path) -> None:
    def make(tf: Any, module: Any) -> Mapping[str, Serve]:
        module.calls = tf.Variable(0, name="calls")

        def serve(x: Any) -> Mapping[str, Any]:
            module.calls.assign_add(1)
            return {"y": x * 2.0}

        return {"serving_default": serve}

    state = state_of(make, tmp_path)

    assert state.dependent(["serving_default"]) == []
    (line,) = state.changed(["serving_default"])
    assert line.startswith("serving_default changes VarHandleOp calls with each request, though no output depends on")


def in_a_queue(x: Any) -> Any:
    queue = tf().raw_ops.FIFOQueueV2(component_types=[tf().float32], shapes=[[]], shared_name="asked")
    asked = tf().raw_ops.QueueEnqueueV2(handle=queue, components=[tf().reduce_sum(x)])
    with tf().control_dependencies([asked]):
        return tf().identity(x)


def in_a_stage(x: Any) -> Any:
    with tf().control_dependencies([tf().raw_ops.Stage(values=[x], shared_name="asked")]):
        return tf().identity(x)


def in_a_variable(tf: Any, module: Any) -> Mapping[str, Serve]:
    module.all = tf.Variable([0.0], shape=(None,), name="all")

    def serve(x: Any) -> Mapping[str, Any]:
        module.all.assign(tf.concat([module.all, x], 0))
        return {"y": x}

    return {"serving_default": serve}


GROWING_ONES: Mapping[str, tuple[Make, str]] = {
    "table": (read_from_a_table_that_is_filled, "serving_default adds to MutableHashTableV2"),
    "queue": (serving(in_a_queue), "serving_default adds to FIFOQueueV2 asked with each request: QueueEnqueueV2"),
    "stage": (serving(in_a_stage), "serving_default adds to Stage asked with each request: Stage"),
    "variable of any size": (in_a_variable, "serving_default adds to VarHandleOp all with each request: AssignVariab"),
}


@pytest.mark.parametrize("name", GROWING_ONES)
def test_what_grows_with_each_request(name: str, tmp_path: Path) -> None:
    make, said = GROWING_ONES[name]
    (line,) = state_of(make, tmp_path).growing()

    assert line.startswith(said)


def test_a_queue_that_is_emptied_again_does_not_grow(tmp_path: Path) -> None:
    def passed_through(x: Any) -> Any:
        queue = tf().raw_ops.FIFOQueueV2(component_types=[tf().float32], shapes=[[]], shared_name="asked")
        asked = tf().raw_ops.QueueEnqueueV2(handle=queue, components=[tf().reduce_sum(x)])
        with tf().control_dependencies([asked]):
            (got,) = tf().raw_ops.QueueDequeueV2(handle=queue, component_types=[tf().float32])
        return x + got

    state = state_of(serving(passed_through), tmp_path)

    assert state.growing() == []
    assert "FIFOQueueV2 asked, which serving_default changes" in state.dependent(["serving_default"])[0]


@pytest.mark.parametrize(
    ("function", "unused"),
    [
        (lambda x, aux: {"y": x + aux}, []),
        (lambda x, aux: {"y": x, "z": aux}, []),
        (lambda x, aux: {"y": x * tf().cast(tf().shape(aux)[0], "float32")}, []),
        (lambda x, aux: {"y": tf().cond(tf().reduce_sum(aux) > 0, lambda: x, lambda: -x)}, []),
        (lambda x, aux: {"y": x}, ["aux"]),
        (lambda x, aux: {"y": tf().function(lambda one, two: one)(x, aux)}, ["aux"]),
        (
            lambda x, aux: {
                "y": tf().while_loop(lambda n, one, two: n < 3, lambda n, one, two: (n + 1, one * 2, two), (0, x, aux))[
                    1
                ]
            },
            ["aux"],
        ),
    ],
    ids=["added", "in another output", "by its shape", "by a condition", "ignored", "in a function", "in a loop"],
)
def test_inputs_that_nothing_comes_of(function: Serve, unused: list[str], tmp_path: Path) -> None:
    state = state_of(lambda tf, module: {"serving_default": function}, tmp_path, x="float32", aux="float32")

    assert state.unused("serving_default") == unused


def test_outputs_that_no_value_goes_into(tmp_path: Path) -> None:
    def serve(x: Any) -> Mapping[str, Any]:
        ones = tf().ones((tf().shape(x)[0], 1))
        return {"y": x * 2.0, "score": 0.5 * ones, "zeros": tf().zeros_like(x * 3.0), "found": tf().where(x > 0.5)}

    assert state_of(lambda tf, module: {"serving_default": serve}, tmp_path).constant("serving_default") == [
        "score",
        "zeros",
    ]


@pytest.mark.parametrize("is_training", [True, False])
def test_branches_of_tensorflow_1_that_are_never_taken(is_training: bool, tmp_path: Path) -> None:
    v1 = tf().compat.v1
    with tf().Graph().as_default(), v1.Session() as session:
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf().float32, (None,), "x")
        training = v1.placeholder_with_default(is_training, (), "training")
        y = v1.cond(training, lambda: x * tf().random.uniform(()), lambda: x + 1.0)
        tensors = {"inputs": {"x": x}, "outputs": {"y": tf().identity(y)}}
        v1.saved_model.simple_save(session, str(tmp_path / "1"), **tensors)
        v1.enable_control_flow_v2()
    state = State(Graph(read_meta_graph(tmp_path / "1")))

    assert bool(state.dependent(["serving_default"])) is is_training
    assert state.unused("serving_default") == []


@pytest.mark.parametrize("use_resource", [True, False])
def test_a_variable_of_tensorflow_1_that_was_drawn_before_it_was_trained(use_resource: bool, tmp_path: Path) -> None:
    v1 = tf().compat.v1
    with tf().Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf().int64, (None,), "x")
        weights = v1.get_variable(
            "weights", (7, 3), initializer=v1.random_normal_initializer(), use_resource=use_resource
        )
        y = tf().gather(weights, x)
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, str(tmp_path / "1"), inputs={"x": x}, outputs={"y": y})
    state = State(Graph(read_meta_graph(tmp_path / "1")))

    assert state.dependent(["serving_default"]) == []
    assert state.changed(["serving_default"]) == []


def test_signatures_of_the_loader_are_none(tmp_path: Path) -> None:
    state_of(from_a_table, tmp_path)

    assert list(Graph(read_meta_graph(tmp_path)).signatures) == ["serving_default"]


def test_every_op_is_one_of_tensorflow() -> None:
    registry = import_tensorflow().raw_ops
    ops = CLOCKS | DICE | KEPT | STAGES.keys() | CHANGING | FILLING

    assert [op for op in sorted(ops) if not hasattr(registry, op)] == []
    assert GROWING <= CHANGING
    assert TAKING <= CHANGING
