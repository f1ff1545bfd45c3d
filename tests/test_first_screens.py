"""What a run says from its first line to its last: each cause is told once, on the first screen, with the way out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from fixtures.draft.command import main as draft
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import colours, keras_models
from tests.helpers.gate import LOW_EFFORT, ROOT, Run
from tests.helpers.warm_python import warm_python

UNSAID = "-Wignore::pytest.PytestAssertRewriteWarning"
"""What a Python has to say that has imported all before."""
SCREEN = 40
"""Lines that are seen without scrolling."""


@dataclass(frozen=True)
class Case:
    """A model that a new user comes with."""

    made: Callable[[Path], object]
    """Makes of a directory with the good colour model and its contract the one that is gated."""
    word: str
    """The verdict, or "" where there is none."""
    failed: int
    """How many cases fail or end in error."""
    cause: str
    """What the first screen has to say is wrong, as a regular expression."""
    way_out: str
    """And what to do about it."""
    effort: tuple[str, ...] = LOW_EFFORT
    """How much is tried."""


def exported(base: Path) -> None:
    """Replace the versions and the contract by a Keras model, as it saves itself, and its draft."""
    _clear(base)
    keras_models.colour_model().export(str(base / "1"), verbose=False)
    assert draft([str(base), "--write"]) == 0


def saved_untracked(base: Path) -> None:
    _clear(base)
    keras_models.save_untracked(base / "1")


def renamed(base: Path) -> None:
    shutil.rmtree(base / "2")
    colours.save(base / "2", colours.good(2), input_name="picture", also="serve")
    contract = base / "conformance.toml"
    signature, samples = contract.read_text().split("[samples]")
    contract.write_text(f"{signature}{signature.replace('serving_default', 'serve')}[samples]{samples}")


def corrupt(base: Path) -> None:
    (variables,) = (base / "2/variables").glob("variables.data-*")
    variables.write_bytes(b"\0" + variables.read_bytes()[1:-1])


def permuted(base: Path) -> None:
    tf = import_tensorflow()
    _save(base, lambda image: tf.gather(colours.tf_softmax(image, 8.0), [1, 2, 0], axis=-1))


def of_raw_bytes(base: Path) -> None:
    """A model that takes the bytes of an image as no graph tells, without samples."""
    tf = import_tensorflow()
    _clear(base)

    def decoded(image_bytes: Any) -> dict[str, Any]:
        pixels = tf.reshape(tf.io.decode_raw(image_bytes, tf.uint8), (-1, 8, 8, 3))
        return {"colour": colours.tf_softmax(tf.cast(pixels, tf.float32) / 255.0, 8.0)}

    module = tf.Module()
    concrete = tf.function(decoded).get_concrete_function(tf.TensorSpec([None], tf.string, name="image_bytes"))
    tf.saved_model.save(module, str(base / "1"), signatures={"serving_default": concrete})


def misspelt(base: Path) -> None:
    contract = base / "conformance.toml"
    contract.write_text(contract.read_text().replace("accuracy", "acuracy"))


def rounding(base: Path) -> None:
    """A model that loses digits in a sum, the more the more rows come together."""
    tf = import_tensorflow()

    def summed(image: Any) -> Any:
        offset = 3000.0 * tf.cast(tf.shape(image)[0], tf.float32)
        scores = tf.reduce_mean(image, axis=(1, 2)) * 8.0
        return tf.nn.softmax((scores + offset) - offset)

    _save(base, summed)


CASES = {
    "good-by-model.export": Case(
        exported, "PROVISIONAL", 0, "PROVISIONAL because the stand-in", "takes 6 kinds of broken request", effort=()
    ),
    "keras-3-in-a-tf.Module": Case(
        saved_untracked, "REJECT", 1, "Could not find variable", r"`model\.export\(DIRECTORY\)`.*`archive\.add_endpoint"
    ),
    "renamed-input": Case(
        renamed, "REJECT", 1, "input image of serve and serving_default is now picture", "then: fix the export"
    ),
    "corrupt-variables": Case(
        corrupt, "REJECT", 1, "cannot be read from .*/2/variables", "then: copy the whole of `variables/` again"
    ),
    "permuted-labels": Case(
        permuted, "REJECT", 1, "the classes are permuted", r'labels = \["green", "blue", "red"\] 9 of 9 would be right'
    ),
    "image-bytes-without-samples": Case(
        of_raw_bytes, "INCOMPLETE", 1, "the generated samples do not fit", r'\[samples\]\n +images = "images"'
    ),
    "wrong-contract-key": Case(misspelt, "", 0, "predictions: unknown key 'acuracy'", "did you mean 'accuracy'"),
    "rounding": Case(
        rounding,
        "REJECT",
        3,
        r"difference \S+, allowed \S+, \S+ times",
        r"write scale_rtol = \S+ in \[tolerance\.colour\]",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_run_says_once_what_is_wrong_and_what_to_do(
    case: Case, tmp_path: Path, colour_models: Path, snapshot: SnapshotAssertion
) -> None:
    case.made(colour_models / "colours")

    run = _run(tmp_path, "--tfs=embedded", f"--models={colour_models}", *case.effort)

    screen = "\n".join(run.output.splitlines()[:SCREEN])
    if case.failed:
        assert re.search(case.cause, screen)
        assert re.search(case.way_out, screen)
    assert re.search(case.cause, run.output)
    assert re.search(case.way_out, run.output)
    assert len(re.findall(r"^test_\w+\.py::", run.output, re.MULTILINE)) == case.failed
    if case.word:
        assert f"{case.word} colours/" in run.output
    assert _told(run) == snapshot


def _run(directory: Path, *arguments: str) -> Run:
    """A run as a user starts it, from the clone."""
    report = directory / "report"
    ended = subprocess.run(
        [warm_python(), "-m", "pytest", "-pno:cacheprovider", UNSAID, f"--report={report}", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(ended.returncode, ended.stdout + ended.stderr, report)


def _told(run: Run) -> str:
    """The whole output, but for what is the machine's and for the dots."""
    lines = [line.rstrip() for line in run.lasting(run.output).splitlines() if not _MACHINE.match(line)]
    return "\n".join(_measured(_RULE.sub(r"\1", line)) for line in lines)


_MACHINE = re.compile(
    r"platform |rootdir: |configfile: |testpaths: |plugins: |collected |waiting for |a plugin has this run|"
    r"conformance/test_\w+\.py |[.sFE]+( +\[ *\d+%\])?$"
)
_RULE = re.compile(r"^[=_-]+ (.*?)( in [\d.]+s)? [=_-]+$")
_ELSEWHERE = (
    (r"\b[\d.]+ ms over", "N ms over"),
    (r"largest difference \S+, \S+( times)?", "largest difference N, N"),
    (r"difference \S+, allowed \S+, \S+ times", "difference N, allowed N, N times"),
    (r"scale_rtol = \S+", "scale_rtol = N"),
    # Keras counts its models, and a graph may meet either variable first
    (r"\[\[.*\]\]", "[[...]]"),
    (r"colour/(bias|kernel)", "colour/VARIABLE"),
    # where a line is cut hangs on how long the paths in it are
    (r"^(  (failed|error): .{100}).*\.\.\.$", r"\1..."),
)
"""What another machine, or another order of the tests, makes of the same run."""
_TIMED = re.compile(r"  (REST|gRPC), \d+ samples?, \d+ clients?\b")


def _measured(line: str) -> str:
    """The line without what was timed."""
    if named := _TIMED.match(line):
        return f"{named[0]}: N"
    for pattern, lasting in _ELSEWHERE:
        line = re.sub(pattern, lasting, line)
    return line


def _clear(base: Path) -> None:
    for version in ("1", "2"):
        shutil.rmtree(base / version)
    (base / "conformance.toml").unlink()


def _save(base: Path, function: Callable[[Any], Any]) -> None:
    shutil.rmtree(base / "2")
    colours.save(base / "2", lambda image: {"colour": function(image)})
