"""The work that no gate can do without, once: `python -m benchmarks.floor PREPARED`.

Starts the same server, imports TensorFlow, loads the model, computes every image in process, and sends every image to
the server once, from arrays and bodies that were prepared beforehand.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from fixtures.model.catalog import find_models
from fixtures.model.signature import DEFAULT_SIGNATURE
from fixtures.predict.saved_model import SavedModel
from fixtures.serving.model_server import ModelServer
from fixtures.serving.process import stand_in

TIMEOUT_S = 300.0


def main(prepared: Path) -> None:
    """Do the work for the one model in `prepared/models`, with the inputs in `prepared/inputs`."""
    (model,) = find_models([prepared / "models"], "latest")
    (candidate,) = model.candidates
    served = ModelServer(model, stand_in("the benchmark's").server(model), TIMEOUT_S)
    try:
        served.start()
        saved_model = SavedModel(candidate.path)
        arrays = sorted((prepared / "inputs").glob("*.npy"))
        for file in arrays:
            (name,) = saved_model.signatures[DEFAULT_SIGNATURE].inputs
            saved_model.predict(DEFAULT_SIGNATURE, {name: np.load(file)})
        for file in arrays:
            served.predict(file.with_suffix(".json").read_bytes(), candidate.number)
    finally:
        served.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
