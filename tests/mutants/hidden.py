"""Models that answer every sample rightly: what is wrong with them shows later, seldom, or to other input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import tf
from tests.helpers import colours
from tests.mutants import claims
from tests.mutants.bases import COLOURS, TABLE, TOKENS, TWO_INPUTS
from tests.mutants.change import Change, Inputs, Serve, Wrap, behind, exported_anew, knowing_input, spec, write_anew
from tests.mutants.fault import Fault

IMAGES: Inputs = {"image": spec("float32", None, 8, 8, 3)}
IN_2027 = 1_798_761_600.0


def counted(then: Callable[[Any, Any], Any]) -> Change:
    """A variable counts the calls, and the output depends on it: `then` is given output and count."""

    def wrap(serve: Serve, module: Any) -> Serve:
        if not hasattr(module, "calls"):
            module.calls = tf().Variable(0, dtype=tf().int64)

        def counting(**inputs: Any) -> Any:
            count = module.calls.assign_add(1)
            return {name: then(tensor, count) for name, tensor in serve(**inputs).items()}

        return counting

    return exported_anew(wrap)


def set_at_load(version: Path) -> None:
    """A table that is filled by the clock when the version is loaded."""
    module = tf().Module()
    lookup: Any = tf().lookup
    filled: Any = lookup.KeyValueTensorInitializer

    class Drawn(filled):  # type: ignore[misc]
        def initialize(self, table: Any) -> Any:
            # no random op: processes forked from one that has drawn would draw the same
            noise = 1.0 + 0.3 * tf().sin(tf().cast(tf().timestamp() % 1.0, tf().float32) * 100.0)
            return tf().raw_ops.LookupTableImportV2(
                table_handle=table.resource_handle, keys=tf().constant(["gain"]), values=noise[None]
            )

    module.table = lookup.StaticHashTable(Drawn(["gain"], tf().constant([1.0])), 1.0)

    def serve(image: Any) -> Any:
        return {"colour": colours.tf_softmax(image, colours.SHARPNESS[2] * module.table.lookup(tf().constant("gain")))}

    write_anew(version, module, {"serving_default": serve}, {"serving_default": IMAGES})


def by_a_generator(serve: Serve, module: Any) -> Serve:
    """A generator of numbers, which is a variable."""
    module.generator = tf().random.Generator.from_seed(7)
    return lambda image: {
        name: zeros_if(module.generator.uniform(()) < 1e-6, tensor) for name, tensor in serve(image=image).items()
    }


def counted_when_bright(serve: Serve, module: Any) -> Serve:
    """Only images brighter than any sample are counted, and the tenth and on get nothing."""
    module.bright = tf().Variable(0)

    def counting(image: Any) -> Any:
        bright = tf().reduce_mean(image) > 0.95
        count = tf().cond(bright, lambda: module.bright.assign_add(1), lambda: tf().identity(module.bright))
        return {name: zeros_if(count > 10, tensor) for name, tensor in serve(image=image).items()}

    return counting


def exported_with_training(version: Path) -> None:
    """A second signature moves what the first multiplies with."""
    module = tf().Module()
    module.base = tf().saved_model.load(str(version))
    module.gain = tf().Variable(1.0)
    good = module.base.signatures["serving_default"]

    def serve(image: Any) -> Any:
        return {"colour": good(image=image)["colour"] * module.gain}

    def train(image: Any) -> Any:
        module.gain.assign_add(1e-9 * tf().reduce_mean(image))
        return {"brightness": tf().reduce_mean(image, (1, 2, 3))}

    functions: dict[str, Serve] = {"serving_default": serve, "train": train}
    write_anew(version, module, functions, dict.fromkeys(functions, IMAGES))


def zeros_if(condition: Any, tensor: Any) -> Any:
    return tf().where(condition, tf().zeros_like(tensor), tensor)


def kept(serve: Serve, module: Any) -> Serve:
    """Every answer is kept, and none depends on it."""
    module.table = tf().lookup.experimental.MutableHashTable(tf().string, tf().float32, 0.0)
    return doing_first(lambda image: module.table.insert(text_of(image), tf().reduce_sum(image)))(serve, module)


def kept_in_the_call(image: Any) -> Any:
    """The same in a table that has a name in place of a variable that holds it."""
    raw = tf().raw_ops
    table = raw.MutableHashTableV2(key_dtype=tf().string, value_dtype=tf().float32, shared_name="kept")
    raw.LookupTableInsertV2(table_handle=table, keys=text_of(image), values=tf().reduce_sum(image))
    return tf().constant(0)


def queued(image: Any) -> Any:
    raw = tf().raw_ops
    queue = raw.FIFOQueueV2(component_types=[tf().float32], shapes=[[]], capacity=10**6, shared_name="queued")
    return raw.QueueEnqueueV2(handle=queue, components=[tf().reduce_sum(image)])


def accumulated(image: Any) -> Any:
    raw = tf().raw_ops
    summed = raw.ResourceConditionalAccumulator(dtype=tf().float32, shape=[], shared_name="summed")
    raw.ResourceAccumulatorApplyGradient(handle=summed, local_step=0, gradient=tf().reduce_sum(image))
    return tf().constant(0)


def text_of(image: Any) -> Any:
    return tf().strings.as_string(tf().reduce_sum(image))


def doing_first(effect: Callable[[Any], Any]) -> Wrap:
    """Does it before it computes; no output depends on it."""

    def wrap(serve: Serve, module: Any) -> Serve:
        def serving(image: Any) -> Any:
            with tf().control_dependencies([effect(image)]):
                return {name: tf().identity(tensor) for name, tensor in serve(image=image).items()}

        return serving

    return wrap


def last_answer_mixed_in(serve: Serve, module: Any) -> Serve:
    """What was asked before leaves its mark, far below what is compared to the bit."""
    module.last = tf().Variable(0.0)

    def remembering(image: Any) -> Any:
        last = tf().identity(module.last)
        with tf().control_dependencies([last]):
            module.last.assign(tf().reduce_mean(image))
        return {name: tensor + 1e-12 * last for name, tensor in serve(image=image).items()}

    return remembering


def looked_up(serve: Serve, module: Any) -> Serve:
    """Whoever asks the same for the second time gets a little more."""
    module.table = tf().lookup.experimental.MutableHashTable(tf().string, tf().float32, 0.0)

    def looking(image: Any) -> Any:
        key = text_of(image)
        seen = tf().reshape(module.table.lookup(key), [])
        with tf().control_dependencies([seen]):
            inserted = module.table.insert(key, 1.0)
        with tf().control_dependencies([inserted]):
            return {name: tensor + 1e-12 * seen for name, tensor in serve(image=image).items()}

    return looking


def without_category(serve: Serve, module: Any) -> Serve:
    """The same category whatever it is; of how many there are, the numbers tell."""
    return lambda numbers, category: serve(numbers=numbers, category=tf().zeros(tf().shape(numbers)[:1], tf().int32))


def with_a_spare_input(serve: Serve, module: Any) -> Serve:
    return lambda image, mask: serve(image=image)


def second_signature(function: Callable[[Any], Any]) -> Change:
    """Beside the good signature another, `explain`, of the same input."""

    def change(version: Path) -> None:
        module = tf().Module()
        module.base = tf().saved_model.load(str(version))
        good = module.base.signatures["serving_default"]
        functions = {"serving_default": lambda image: good(image=image), "explain": function}
        write_anew(version, module, functions, dict.fromkeys(functions, IMAGES))

    return change


def no_contract(contract: str) -> str:
    return ""


def without_golden(contract: str) -> str:
    return contract.replace('golden = "golden.npz"', "")


FAULTS = {
    "hidden-zeros-after-100000-calls": Fault(
        COLOURS, claims.STATE, counted(lambda tensor, count: zeros_if(count > 100_000, tensor))
    ),
    "hidden-every-1000th-call": Fault(
        COLOURS, claims.STATE, counted(lambda tensor, count: zeros_if(tf().equal(count % 1000, 999), tensor))
    ),
    "hidden-counter-by-a-hair": Fault(
        COLOURS, claims.STATE, counted(lambda tensor, count: tensor + 1e-15 * tf().cast(count, tensor.dtype))
    ),
    "hidden-last-answer-mixed-in": Fault(COLOURS, claims.STATE, exported_anew(last_answer_mixed_in)),
    "hidden-zeros-after-2027": Fault(
        COLOURS, claims.CLOCK, behind(lambda tensor: zeros_if(tf().timestamp() > IN_2027, tensor))
    ),
    "hidden-zeros-once-in-a-million": Fault(
        COLOURS, claims.DICE, behind(lambda tensor: zeros_if(tf().random.uniform(()) < 1e-6, tensor))
    ),
    "hidden-one-row-once-in-a-million": Fault(
        COLOURS,
        claims.DICE,
        behind(lambda tensor: zeros_if(tf().random.uniform((tf().shape(tensor)[0], 1)) < 1e-6, tensor)),
    ),
    "hidden-dice-in-a-condition": Fault(
        COLOURS,
        claims.DICE,
        knowing_input(
            lambda tensor, image: tf().cond(
                tf().reduce_mean(image) > 0.9,
                lambda: tensor * tf().random.uniform((), 0.9, 1.0),
                lambda: tf().identity(tensor),
            )
        ),
    ),
    "hidden-dice-seeded-by-the-clock": Fault(
        COLOURS,
        claims.CLOCK,
        behind(
            lambda tensor: zeros_if(
                tf().random.stateless_uniform((), [tf().cast(tf().timestamp() * 1e6, tf().int64), 1]) < 1e-6, tensor
            )
        ),
    ),
    "hidden-dice-of-a-generator": Fault(COLOURS, claims.STATE, exported_anew(by_a_generator)),
    "hidden-dice-in-a-function": Fault(
        COLOURS,
        claims.DICE,
        behind(lambda tensor: zeros_if(tf().function(lambda: tf().random.uniform(()))() < 1e-6, tensor)),
    ),
    "hidden-shuffled-once-in-a-million": Fault(
        COLOURS,
        claims.DICE,
        behind(
            lambda tensor: tf().where(
                tf().random.shuffle(tf().range(1_000_000))[0] < 1, tf().reverse(tensor, [-1]), tensor
            )
        ),
    ),
    "hidden-clock-in-a-loop": Fault(
        COLOURS,
        claims.CLOCK,
        behind(
            lambda tensor: tf().while_loop(
                lambda turn, kept: turn < 1,
                lambda turn, kept: (turn + 1, zeros_if(tf().timestamp() > IN_2027, kept)),
                (tf().constant(0), tensor),
            )[1]
        ),
    ),
    "hidden-counter-in-a-condition": Fault(COLOURS, claims.STATE, exported_anew(counted_when_bright)),
    "hidden-signature-that-trains": Fault(COLOURS, claims.STATE, exported_with_training, contract=no_contract),
    "hidden-table-that-grows": Fault(COLOURS, claims.KEPT, exported_anew(kept)),
    "hidden-queue-that-fills": Fault(COLOURS, claims.COMPUTES, exported_anew(doing_first(queued))),
    "hidden-table-by-name-that-grows": Fault(COLOURS, claims.KEPT, exported_anew(doing_first(kept_in_the_call))),
    "hidden-accumulator-that-grows": Fault(COLOURS, claims.KEPT, exported_anew(doing_first(accumulated))),
    "hidden-table-looked-up": Fault(COLOURS, claims.STATE, exported_anew(looked_up)),
    "hidden-input-ignored": Fault(TWO_INPUTS, claims.UNUSED, exported_anew(without_category), contract=without_golden),
    "hidden-input-without-a-contract": Fault(
        TWO_INPUTS, claims.UNUSED, exported_anew(without_category), contract=no_contract
    ),
    "hidden-input-spare": Fault(
        COLOURS,
        claims.UNUSED,
        exported_anew(with_a_spare_input, {**IMAGES, "mask": spec("float32", None)}),
        contract=no_contract,
    ),
    "hidden-head-constant": Fault(
        TWO_INPUTS,
        "test_outputs_vary_with_the_sample",
        exported_anew(
            lambda serve, module: (
                lambda **inputs: {
                    name: tf().zeros_like(tensor) + 0.5 if name == "bought" else tensor
                    for name, tensor in serve(**inputs).items()
                }
            )
        ),
        contract=without_golden,
    ),
    "hidden-second-signature-divides-by-zero": Fault(
        COLOURS,
        "test_outputs_are_finite",
        second_signature(lambda image: {"share": tf().reduce_mean(image, (1, 2)) / (tf().reduce_mean(image) * 0.0)}),
        contract=no_contract,
    ),
    "hidden-second-signature-mixes-rows": Fault(
        COLOURS,
        "test_batches_agree_with_single_requests",
        second_signature(lambda image: {"mean": tf().reduce_mean(image, (1, 2)) - tf().reduce_mean(image)}),
        contract=no_contract,
    ),
    "hidden-second-signature-throws-dice": Fault(
        COLOURS,
        "test_same_input_same_bits",
        second_signature(lambda image: {"mean": tf().reduce_mean(image, (1, 2)) + tf().random.uniform(())}),
        contract=no_contract,
    ),
    "hidden-unpromised-signature": Fault(
        COLOURS,
        "test_signature_names",
        second_signature(lambda image: {"mean": tf().reduce_mean(image, (1, 2))}),
    ),
    "hidden-nan-on-dark-images": Fault(
        COLOURS,
        "test_outputs_are_finite",
        knowing_input(
            lambda tensor, image: tf().where(
                tf().reduce_mean(image, (1, 2, 3))[:, None] < 0.1, np.float32("nan"), tensor
            )
        ),
    ),
    "hidden-numbers-set-at-load": Fault(COLOURS, "test_rest_row", set_at_load),
    "hidden-nan-in-padding": Fault(
        TOKENS,
        "test_outputs_are_finite",
        knowing_input(
            lambda tensor, tokens: (
                tensor
                * tf().reduce_min(tf().cast(tokens, tf().float32) / tf().cast(tokens, tf().float32), 1, keepdims=True)
            )
        ),
    ),
    "hidden-nan-for-one-category": Fault(
        TWO_INPUTS,
        "test_outputs_are_finite",
        exported_anew(
            lambda serve, module: (
                lambda **inputs: {
                    name: tf().where(tf().equal(inputs["category"], 11)[:, None], np.float32("nan"), tensor)
                    for name, tensor in serve(**inputs).items()
                }
            )
        ),
    ),
    "hidden-negative-income": Fault(
        TABLE,
        "test_golden_outputs_hold",
        exported_anew(
            lambda serve, module: lambda **inputs: serve(**{**inputs, "income": -tf().abs(inputs["income"]) * 2.0})
        ),
    ),
}
