"""The scan of a graph against one of a tenth of its size: `python -m benchmarks.scan`.

The graphs are a path through Identity with as many reads of its end as it is long. What the larger one takes for each
node, beside what the smaller one takes, says whether the scan is linear.
"""

from __future__ import annotations

import time
from statistics import median

from benchmarks.gate import say
from fixtures.graph.graph import Graph
from fixtures.graph.proto import parse
from fixtures.graph.scan import dangers

SMALL, LARGE = 10_000, 100_000
TIMES = 5


def main() -> None:
    """Print the medians of both, in seconds, and their ratio for each node."""
    taken: dict[int, list[float]] = {SMALL: [], LARGE: []}
    for _ in range(TIMES):
        for size, times in taken.items():
            graph = _read_again_and_again(size)
            start = time.perf_counter()
            dangers(graph)
            times.append(time.perf_counter() - start)
    small, large = median(taken[SMALL]), median(taken[LARGE])
    ratio = large / LARGE / (small / SMALL)
    say(f"{SMALL} nodes and as many reads: {small:.2f} s; {LARGE}: {large:.2f} s, for each {ratio:.2f} times as long")


def _read_again_and_again(size: int) -> Graph:
    meta_graph = parse("MetaGraphDef", b"")
    nodes = meta_graph.graph_def.node
    nodes.add(name="n0", op="Placeholder")
    for number in range(size):
        nodes.add(name=f"n{number + 1}", op="Identity", input=[f"n{number}"])
        nodes.add(name=f"r{number}", op="ReadFile", input=[f"n{size}"])
    return Graph(meta_graph)


if __name__ == "__main__":
    main()
