"""Models of text, sequences, tables and boxes that compute something else than they did."""

from __future__ import annotations

from typing import Any

from tests.good_models.export import tf
from tests.mutants.bases import DETECTION, PIXELS, SERIES, STUMPS, TABLE, TEXT, TOKENS, TWO_INPUTS, WORDS
from tests.mutants.change import Change, before, behind, exported_anew, with_variables
from tests.mutants.fault import Fault

GOLDEN = "test_golden_outputs_hold"


def one_output(name: str, change: Any) -> Change:
    return exported_anew(
        lambda serve, module: (
            lambda **inputs: {key: change(tensor) if key == name else tensor for key, tensor in serve(**inputs).items()}
        )
    )


def one_input(name: str, change: Any) -> Change:
    return exported_anew(lambda serve, module: lambda **inputs: serve(**{**inputs, name: change(inputs[name])}))


def swapped(first: str, second: str) -> Change:
    return exported_anew(
        lambda serve, module: lambda **inputs: serve(**{**inputs, first: inputs[second], second: inputs[first]})
    )


def swapped_outputs(first: str, second: str) -> Change:
    def wrap(serve: Any, module: Any) -> Any:
        def swapping(**inputs: Any) -> Any:
            outputs = dict(serve(**inputs))
            return {**outputs, first: outputs[second], second: outputs[first]}

        return swapping

    return exported_anew(wrap)


FAULTS = {
    "text-vocabulary-shuffled": Fault(
        TEXT, GOLDEN, with_variables(lambda name, value: value[::-1] if value.shape[0] > 10 else value)
    ),
    "text-case-kept": Fault(TEXT, GOLDEN, before(lambda text: tf().strings.regex_replace(text, "[A-Z]", "x"))),
    "text-cut-after-three-words": Fault(
        TEXT, GOLDEN, before(lambda text: tf().strings.regex_replace(text, r"^(\S+ \S+ \S+) .*", r"\1"))
    ),
    "text-unknown-word-for-a-known-one": Fault(
        WORDS,
        GOLDEN,
        before(lambda word: tf().where(tf().strings.regex_full_match(word, "un.*"), "good", word)),
    ),
    "sequence-cut-short": Fault(TOKENS, GOLDEN, before(lambda tokens: tokens[:, :4])),
    "sequence-padding-seen": Fault(TOKENS, GOLDEN, before(lambda tokens: tf().maximum(tokens, 1))),
    "sequence-backwards": Fault(SERIES, GOLDEN, before(lambda steps: tf().reverse(steps, [1]))),
    "sequence-shifted-by-one": Fault(SERIES, GOLDEN, behind(lambda steps: tf().roll(steps, 1, axis=1))),
    "sequence-one-step-short": Fault(SERIES, GOLDEN, behind(lambda steps: steps[:, :-1])),
    "table-inputs-swapped": Fault(TABLE, GOLDEN, swapped("age", "income")),
    "table-outputs-swapped": Fault(TWO_INPUTS, GOLDEN, swapped_outputs("bought", "price")),
    "table-category-off-by-one": Fault(TWO_INPUTS, GOLDEN, one_input("category", lambda one: (one + 1) % 20)),
    "table-price-in-thousands": Fault(TWO_INPUTS, GOLDEN, one_output("price", lambda one: one / 1000.0)),
    "table-threshold-moved": Fault(STUMPS, GOLDEN, one_output("above", lambda one: tf().logical_not(one))),
    "table-margin-rounded": Fault(STUMPS, GOLDEN, one_output("probability", lambda one: tf().round(one * 50) / 50)),
    "boxes-classes-off-by-one": Fault(DETECTION, GOLDEN, one_output("classes", lambda one: one + 1)),
    "boxes-corners-swapped": Fault(
        DETECTION, GOLDEN, one_output("boxes", lambda one: tf().gather(one, [1, 0, 3, 2], axis=-1))
    ),
    "boxes-count-beyond-scores": Fault(DETECTION, GOLDEN, one_output("count", lambda one: one + 1)),
    "boxes-scores-constant": Fault(
        DETECTION, "test_outputs_vary_with_the_sample", one_output("scores", lambda one: one * 0.0 + 0.5)
    ),
    "pixels-scaled-twice": Fault(PIXELS, GOLDEN, before(lambda image: image / 255.0)),
    "pixels-channels-swapped": Fault(PIXELS, GOLDEN, before(lambda image: tf().reverse(image, [-1]))),
}
