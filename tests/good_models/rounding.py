"""What rounding makes of the good models: `python -m tests.good_models.rounding` prints the table of docs/tolerance.md.

Each model computes 64 samples one by one and in batches of 2 to 64, with TF_ENABLE_ONEDNN_OPTS 0 and 1, which is read
when TensorFlow is imported: a process for each.
"""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fixtures.compare.tolerance import MOST_FOR_PROBABILITIES, Tolerance, tolerances
from fixtures.graph.inspection import inspect
from fixtures.model.catalog import ModelVersion
from fixtures.model.contract import NO_CONTRACT
from fixtures.model.signature import INEXACT, Array, Tensors
from fixtures.predict.batches import groups_of
from fixtures.predict.local import LocalPredictor, together
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import Sample
from fixtures.samples.generated import GeneratedSample
from tests.good_models import GOOD_MODELS

SEEDS = (1, 2, 3)
SAMPLES = 64
FEW = 5
"""So many samples give the scale: what the gate generates of its own."""
SIZES = (2, 3, 4, 7, 8, 16, 32, 64)


@dataclass(frozen=True)
class Computed:
    """One output of a model."""

    model: str
    name: str
    kind: str
    tolerance: Tolerance
    answers: list[list[Array]]
    """For each sample what was computed, alone first and then in batches, each of one row."""


def main() -> None:
    """Print the table."""
    needed: dict[str, list[tuple[float, str]]] = {}
    with tempfile.TemporaryDirectory() as directory:
        for seed in SEEDS:
            models = Path(directory) / str(seed)
            for name, build in GOOD_MODELS.items():
                build(models / name / "1", seed)
            without, with_onednn = (_in_another_process(models, onednn) for onednn in "01")
            for one, other in zip(without, with_onednn, strict=True):
                needed.setdefault(one.kind, []).append((_most(one, other), f"{one.model} {one.name}"))
    lines = ["| kind | outputs | most that was needed | by |", "| --- | --- | --- | --- |"]
    for kind, shares in sorted(needed.items()):
        most, by = max(shares)
        lines.append(f"| {kind} | {len({name for _, name in shares})} | {most:.1e} | {f'`{by}`' if most else 'none'} |")
    sys.stdout.write("\n".join(lines) + "\n")


def compute(models: Path) -> list[Computed]:
    """What the models compute in this process."""
    found = []
    for name in GOOD_MODELS:
        version = ModelVersion(name, 1, models / name / "1")
        saved_model, half = SavedModel(version.path), inspect(version).half_precision
        for signature in saved_model.signatures:
            found += _of_signature(name, half.get(signature, {}), LocalPredictor(saved_model, signature))
    return found


def _of_signature(model: str, half: Mapping[str, str], local: LocalPredictor) -> list[Computed]:
    samples = local.accepted([GeneratedSample(number) for number in range(1, SAMPLES + 1)])
    names = [name for name, spec in local.signature.outputs.items() if spec.dtype in INEXACT and spec.batched]
    answers: dict[str, list[list[Array]]] = {name: [] for name in names}
    for group in groups_of(samples, local.form):
        batched: dict[str, list[Tensors]] = {sample.name: [local.predict(sample)] for sample in group}
        for size in SIZES:
            for batch in _runs(group, size):
                rows = local.compute(together(batch, local.signature))
                for at, sample in enumerate(batch):
                    batched[sample.name].append({name: rows[name][at : at + 1] for name in names})
        for name in names:
            answers[name] += [[one[name] for one in all_of_it] for all_of_it in batched.values()]
    allowed = tolerances(NO_CONTRACT, local.signature.outputs, local.known_outputs(samples[:FEW]), half)
    return [
        Computed(
            model,
            f"{local.signature_name}/{name}",
            _kind(local.signature.outputs[name].dtype, half.get(name, ""), allowed[name]),
            allowed[name],
            of_it,
        )
        for name, of_it in answers.items()
    ]


def _kind(dtype: str, half: str, tolerance: Tolerance) -> str:
    if half:
        return f"{dtype}, added up in {half}"
    return f"{dtype}, probabilities" if tolerance.scale_rtol == MOST_FOR_PROBABILITIES else dtype


def _runs(samples: Sequence[Sample], size: int) -> list[Sequence[Sample]]:
    return [samples[at : at + size] for at in range(0, len(samples), size)]


def _most(one: Computed, other: Computed) -> float:
    """The `scale_rtol` that all of it needs."""
    most = 0.0
    base, scale = replace(one.tolerance, scale_rtol=0.0), replace(one.tolerance, rtol=0.0, atol=0.0, scale_rtol=1.0)
    for first, second in zip(one.answers, other.answers, strict=True):
        for expected, answer in itertools.product((first[0], second[0]), first + second):
            with np.errstate(divide="ignore", invalid="ignore"):
                beyond = np.abs(answer.astype(np.float64) - expected.astype(np.float64)) - base.allowed(expected)
                most = max(
                    most, float(np.max(np.where(beyond > 0, beyond / scale.allowed(expected), 0.0), initial=0.0))
                )
    return most


def _in_another_process(models: Path, onednn: str) -> list[Computed]:
    file = models / f"computed-{onednn}"
    subprocess.run(
        [sys.executable, "-m", "tests.good_models.rounding", str(models), str(file)],
        env=os.environ | {"TF_ENABLE_ONEDNN_OPTS": onednn},
        check=True,
    )
    computed: list[Computed] = pickle.loads(file.read_bytes())
    return computed


if __name__ == "__main__":
    if sys.argv[1:]:
        # under its own name the class is another one
        from tests.good_models import rounding

        Path(sys.argv[2]).write_bytes(pickle.dumps(rounding.compute(Path(sys.argv[1]))))
    else:
        main()
