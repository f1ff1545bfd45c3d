"""The gate of 50 images against its floor, side by side in one run: `python -m benchmarks.gate`.

Both start the stand-in, import TensorFlow and load the model; they alternate, and the medians are compared. The flower
model is measured on freshly drawn images, the chapter's ResNet-50 on its photographs where ../shared is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from fixtures.model.catalog import find_models
from fixtures.model.contract import CONTRACT_FILE, read_contract
from fixtures.protocols.tensor_json import column_body
from fixtures.samples import find_samples
from training.flowers import LABELS, draw_flower
from training.photos import Purpose, generator

ROOT = Path(__file__).parents[1]
FLOWERS = ROOT / "models" / "flowerclassifier"
CHAPTER = ROOT.parent / "shared" / "chapter"
IMAGES = 50
TIMES = 3


def main() -> None:
    """Print, for each model, the medians of the gate and of the floor, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="savedmodel-conformance-bench-") as directory:
        compare("flowerclassifier, drawn images", flower_model(Path(directory) / "flower"))
        if CHAPTER.is_dir():
            compare("ResNet-50, photographs", chapter_model(Path(directory) / "chapter"))
        else:
            say(f"ResNet-50: left out, there is no {CHAPTER}")


def compare(name: str, prepared: Path) -> None:
    """Time the gate and the floor on what was prepared, in turn."""
    write_inputs(prepared)
    gate, floor = [], []
    for _ in range(TIMES):
        gate.append(
            seconds(
                "pytest",
                "-m=quick",
                f"--models={prepared / 'models'}",
                f"--report={prepared / 'report'}",
                "--tfs=embedded",
            )
        )
        floor.append(seconds("benchmarks.floor", str(prepared)))
    say(
        f"{name}: gate {median(gate):.1f} s, floor {median(floor):.1f} s, ratio {median(gate) / median(floor):.2f} "
        f"(gate {_listed(gate)}; floor {_listed(floor)})"
    )


def seconds(module: str, *arguments: str) -> float:
    """How long a module takes as a whole process, in seconds."""
    start = time.perf_counter()
    # bytecode is kept, as it is for a user, wherever this runs
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def flower_model(directory: Path) -> Path:
    """The flower model with freshly drawn images."""
    photos = directory / "raw_images"
    photos.mkdir(parents=True)
    for index in range(IMAGES):
        flower = draw_flower(LABELS[index % len(LABELS)], generator(Purpose.FRESH, index), (400, 300))
        flower.save(photos / f"flower_{index:02d}.jpg")
    for version in ("001", "002"):
        shutil.copytree(FLOWERS / version, directory / "models/flowerclassifier" / version)
    write_contract(directory)
    return directory


def chapter_model(directory: Path) -> Path:
    """The chapter's ResNet-50 with random weights, and its photographs."""
    shutil.copytree(CHAPTER / "photos", directory / "raw_images")
    for version, seed in (("001", "7"), ("002", "8")):
        command = [sys.executable, str(CHAPTER / "fill_weights.py"), str(directory / "models"), version, seed]
        subprocess.run(command, check=True, capture_output=True)
    write_contract(directory)
    return directory


def write_contract(directory: Path) -> None:
    """The flower model's contract, without what it promises of its own samples."""
    lines = (FLOWERS / CONTRACT_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(("accuracy", "golden")))
    (directory / "models/flowerclassifier" / CONTRACT_FILE).write_text(kept, encoding="utf-8")


def write_inputs(prepared: Path) -> None:
    """What the floor sends: each image as an array, and as the body of a request."""
    (model,) = find_models([prepared / "models"], "latest")
    contract = read_contract(model.base_path)
    name = contract.serving_signature
    (prepared / "inputs").mkdir()
    for sample in find_samples(contract)[name]:
        inputs = sample.inputs(contract.signatures[name])
        (array,) = inputs.values()
        np.save(prepared / "inputs" / f"{sample.name}.npy", array)
        (prepared / "inputs" / f"{sample.name}.json").write_bytes(column_body(inputs, name))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _listed(times: list[float]) -> str:
    return ", ".join(f"{one:.1f}" for one in times)


if __name__ == "__main__":
    main()
