"""`make proof`: the gate on every broken model and lying server, each of which is to be rejected by its claim.

It prints what rejected what, and exits with 1 where one was not rejected, or not by the claim that is expected to.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.warm_python import warm_python
from tests.mutants import FAULTS
from tests.mutants.proof import Outcome, Prover, summary


def main() -> int:
    """Gate all of them, several at once."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--jobs", type=int, default=3, help="how many are gated at once")
    parser.add_argument("--verbose", action="store_true", help="with what each failure says")
    parser.add_argument("names", nargs="*", metavar="FAULT", help="those to gate, * for any text, else all")
    asked = parser.parse_args()
    wanted = {
        name: fault
        for name, fault in FAULTS.items()
        if not asked.names or any(fnmatch(name, pattern) for pattern in asked.names)
    }
    if not wanted:
        parser.error(f"no fault is named {' or '.join(asked.names)}")
    import_tensorflow().get_logger().setLevel("ERROR")
    # before threads are: what they start is forked from it
    warm_python()
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(asked.jobs) as pool:
        prover = Prover(Path(directory))

        def gated(name: str) -> Outcome:
            outcome = prover.outcome(name, wanted[name])
            sys.stdout.write(f"{outcome.line()}  [{outcome.seconds:.0f} s]\n")
            if asked.verbose or (outcome.word == "none" and not outcome.is_expected):
                sys.stdout.write(outcome.said[-3000:] + "\n")
            sys.stdout.flush()
            return outcome

        outcomes = list(pool.map(gated, wanted))
    sys.stdout.write(summary(outcomes) + "\n")
    return int(not all(outcome.is_expected for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
