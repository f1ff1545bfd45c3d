"""`make zoo`: the gate on every good model, of which it may reject none.

With contracts that are drafted and without, three times with other weights, with TF_ENABLE_ONEDNN_OPTS 0 and 1. It
exits with 1 where a model was rejected.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from pathlib import Path

from tests.good_models import GOOD_MODELS
from tests.good_models.gating import build, rejected
from tests.helpers.gate import LOW_EFFORT
from tests.helpers.warm_gate import run_apart
from tests.helpers.warm_python import warm_python


def main() -> int:
    """Run the gate on all of them, time and again."""
    parser = argparse.ArgumentParser(prog="python -m tests.good_models", description=__doc__)
    parser.add_argument("--tfs", default="embedded", help="the server, as for the gate")
    parser.add_argument("--seeds", type=int, default=3, help="how many times with other weights")
    parser.add_argument("--full", action="store_true", help="with all the effort of the gate: hours")
    parser.add_argument("names", nargs="*", metavar="MODEL", help="those of tests/good_models/ to gate, else all")
    asked = parser.parse_args()
    names = asked.names or list(GOOD_MODELS)
    effort = () if asked.full else LOW_EFFORT
    total = 0
    with tempfile.TemporaryDirectory() as directory:
        for seed, contracts in itertools.product(range(1, asked.seeds + 1), (False, True)):
            place = Path(directory) / f"{seed}-{contracts}"
            build(place / "models", names, seed, contracts=contracts)
            for onednn in "01":
                os.environ["TF_ENABLE_ONEDNN_OPTS"] = onednn
                # it is read when TensorFlow is imported
                warm_python.cache_clear()
                models, report = place / "models", place / f"report-{onednn}"
                run = run_apart(report, f"--models={models}", f"--tfs={asked.tfs}", *effort)
                found = rejected(run, names)
                total += len(found)
                contract = "drafted contracts" if contracts else "no contracts"
                said = f"seed {seed}, {contract}, TF_ENABLE_ONEDNN_OPTS={onednn}: {len(found)} of {len(names)} rejected"
                sys.stdout.write("\n".join([said, *(f"{name}: {why}" for name, why in found.items())]) + "\n")
                sys.stdout.flush()
    sys.stdout.write(f"rejected: {total or 'none'}\n")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
