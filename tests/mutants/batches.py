"""Models whose answer to a row depends on what is sent with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.good_models.export import tf
from tests.mutants import claims
from tests.mutants.bases import COLOURS, SERIES, TOKENS
from tests.mutants.change import Change, behind, both, exported_anew, knowing_input
from tests.mutants.fault import Fault

BATCHES = "test_batches_agree_with_single_requests"


def rows(tensor: Any) -> Any:
    return tf().shape(tensor)[0]


def where_rows(condition: Any, other: Any) -> Change:
    """The outputs of a batch whose number of rows fulfils the condition are others."""
    return behind(lambda tensor: tf().where(condition(rows(tensor)), other(tensor), tensor))


def reverse(tensor: Any) -> Any:
    return tf().reverse(tensor, [0])


def only_the_first(tensor: Any) -> Any:
    return tf().concat([tensor[:1], tf().zeros_like(tensor[1:])], axis=0)


def mixed(tensor: Any) -> Any:
    """A hundredth of the row before."""
    return 0.99 * tensor + 0.01 * tf().roll(tensor, 1, axis=0)


def normalised(tensor: Any) -> Any:
    """By the largest in the batch."""
    return tensor / tf().reduce_max(tensor) * 0.5


def sorted_by_first(tensor: Any) -> Any:
    return tf().gather(tensor, tf().argsort(tensor[:, 0]))


def write_requests(lengths: Iterable[int]) -> Change:
    """Samples of tokens, of which there is one of each length."""

    def write(version: Path) -> None:
        bodies = [{"instances": [[1 + number % 7 for number in range(length)]]} for length in lengths]
        (version.parent / "lengths.jsonl").write_text("".join(json.dumps(body) + "\n" for body in bodies))

    return write


def of_requests(contract: str) -> str:
    of_one = 'unpromised_signatures = "allow"\n' + contract.partition("[signatures.serve]")[0]
    return of_one + '[samples]\nrequests = "lengths.jsonl"\n'


FAULTS = {
    "batch-reversed": Fault(COLOURS, BATCHES, behind(reverse)),
    "batch-reversed-above-8": Fault(COLOURS, BATCHES, where_rows(lambda count: count > 8, reverse)),
    "batch-reversed-above-8-no-samples-so-many": Fault(
        TOKENS, claims.DRAWN_ROWS, where_rows(lambda count: count > 8, reverse)
    ),
    "batch-reversed-above-16": Fault(COLOURS, claims.DRAWN_ROWS, where_rows(lambda count: count > 16, reverse)),
    "batch-reversed-above-32": Fault(COLOURS, claims.DRAWN_ROWS, where_rows(lambda count: count > 32, reverse)),
    "batch-reversed-of-64": Fault(COLOURS, claims.DRAWN_ROWS, where_rows(lambda count: tf().equal(count, 64), reverse)),
    "batch-last-row-lost-above-8": Fault(
        COLOURS,
        BATCHES,
        where_rows(
            lambda count: count > 8, lambda tensor: tf().concat([tensor[:-1], tf().zeros_like(tensor[-1:])], axis=0)
        ),
    ),
    "batch-sorted": Fault(COLOURS, BATCHES, behind(sorted_by_first)),
    "batch-mixed": Fault(COLOURS, BATCHES, behind(mixed)),
    "batch-mean": Fault(
        COLOURS, BATCHES, behind(lambda tensor: tensor * 0.5 + tf().reduce_mean(tensor, 0, keepdims=True) * 0.5)
    ),
    "batch-normalised": Fault(
        COLOURS,
        BATCHES,
        behind(normalised),
        contract=lambda contract: contract.replace('probabilities = ["colour"]\naccuracy = 1.0\n', ""),
    ),
    "batch-first-row-alone": Fault(COLOURS, BATCHES, behind(only_the_first)),
    "batch-first-row-for-all": Fault(COLOURS, BATCHES, behind(lambda tensor: tf().tile(tensor[:1], [rows(tensor), 1]))),
    "batch-of-odd-size-padded": Fault(
        COLOURS, BATCHES, where_rows(lambda count: tf().logical_and(count % 2 > 0, count > 1), mixed)
    ),
    "batch-padding-leaks": Fault(
        TOKENS,
        BATCHES,
        knowing_input(lambda tensor, tokens: tensor + 1e-2 * tf().cast(tf().reduce_max(tokens), tensor.dtype)),
        contract=lambda contract: contract.replace('golden = "golden.npz"', ""),
    ),
    "batch-state-carried-over": Fault(
        SERIES, BATCHES, behind(lambda tensor: tensor + 0.1 * tf().cumsum(tensor, axis=0, exclusive=True))
    ),
    "batch-of-samples-of-all-lengths-mixed": Fault(
        TOKENS, claims.EACH_WITH_ITSELF, both(behind(mixed), write_requests(range(2, 10))), contract=of_requests
    ),
    "batch-of-the-only-sample-mixed": Fault(
        TOKENS, claims.EACH_WITH_ITSELF, both(behind(mixed), write_requests([5])), contract=of_requests
    ),
    "batch-limited-to-eight": Fault(
        COLOURS,
        BATCHES,
        behind(lambda tensor: tensor[:8]),
    ),
    "batch-above-eight-refused": Fault(
        COLOURS,
        BATCHES,
        exported_anew(
            lambda serve, module: (
                lambda **inputs: serve(**{name: _at_most_eight(tensor) for name, tensor in inputs.items()})
            )
        ),
    ),
}


def _at_most_eight(tensor: Any) -> Any:
    with tf().control_dependencies([tf().debugging.assert_less(rows(tensor), 9, "eight rows at most")]):
        return tf().identity(tensor)
