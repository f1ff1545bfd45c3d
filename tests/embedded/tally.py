"""`python -m tests.embedded.tally`: how many recorded exchanges of each area get the same reply."""

import collections
import os
import sys
import tempfile
from pathlib import Path

from tests.helpers import exchanges


def main() -> int:
    """Replay everything and print the tally; exit status 1 if anything differs that is not known to."""
    # The gRPC stubs import TensorFlow, which has nothing to say here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    cases = [(api, exchange) for api in ("rest", "grpc") for exchange in exchanges.recorded(api)]
    if not cases:
        sys.stderr.write(exchanges.ABSENT + "\n")
        return 1
    alike: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    different = []
    with tempfile.TemporaryDirectory() as directory, exchanges.serving(Path(directory)) as standin:
        for api, exchange in cases:
            same = exchanges.same(exchanges.replay(api, exchange, standin), exchanges.wanted(api, exchange))
            for area in (api, f"{api}/{exchange['id'].partition('/')[0]}"):
                alike[area][0] += same
                alike[area][1] += 1
            if not same:
                different.append(f"{api}/{exchange['id']}")
    for area in sorted(alike):
        sys.stdout.write(f"{area:32} {alike[area][0]:4} of {alike[area][1]:4}\n")
    sys.stdout.writelines(f"differs: {name}\n" for name in different)
    return int(set(different) != set(exchanges.known_differences()))


if __name__ == "__main__":
    sys.exit(main())
