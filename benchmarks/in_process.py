"""A prediction by the process beside this one against the same in this one: `python -m benchmarks.in_process`.

The flower model computes one image, in turn here and there; the medians are compared. What the second takes longer is
what it costs to have a model where it can do no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median, quantiles

from benchmarks.gate import FLOWERS, say
from fixtures.model.contract import read_contract
from fixtures.model.signature import DEFAULT_SIGNATURE, Array
from fixtures.predict.loaded_model import LoadedModel
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import find_samples

TIMES = 200


def main() -> None:
    """Print the medians of both, in milliseconds, with their quartiles, and what the difference is."""
    contract = read_contract(FLOWERS)
    (sample, *_) = find_samples(contract)[DEFAULT_SIGNATURE]
    inputs = sample.inputs(contract.signatures[DEFAULT_SIGNATURE])
    path = FLOWERS / "002"
    here, there = LoadedModel(path), SavedModel(path)
    times: dict[str, list[float]] = {"here": [], "there": []}
    for _ in range(TIMES):
        times["here"].append(_milliseconds(lambda: here.predict(DEFAULT_SIGNATURE, inputs)))
        times["there"].append(_milliseconds(lambda: there.predict(DEFAULT_SIGNATURE, inputs)))
    told = {where: f"{median(taken):.2f} ms ({_quartiles(taken)})" for where, taken in times.items()}
    more = median(times["there"]) - median(times["here"])
    say(f"one image: {told['here']} in this process, {told['there']} in the one beside it: {more:.2f} ms more")


def _milliseconds(predict: Callable[[], Mapping[str, Array]]) -> float:
    start = time.perf_counter()
    predict()
    return (time.perf_counter() - start) * 1e3


def _quartiles(taken: list[float]) -> str:
    first, _, third = quantiles(taken, n=4)
    return f"{first:.2f} to {third:.2f}"


if __name__ == "__main__":
    main()
