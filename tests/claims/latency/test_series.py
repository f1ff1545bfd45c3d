"""Percentiles by a definition, budgets, and the table that a person reads."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.claims.latency.series import Series, over_budget, percentile, table
from fixtures.model.contract import Latency

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("times", "percent", "found"),
    [
        ([], 50, None),
        ([7.0], 50, 7.0),
        ([1.0, 2.0], 50, 1.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(time) for time in range(1, 20)], 95, None),
        ([float(time) for time in range(1, 21)], 95, 19.0),
        ([float(time) for time in range(1, 30)], 95, 28.0),
        ([float(time) for time in range(1, 100)], 99, None),
        ([float(time) for time in range(100, 0, -1)], 99, 99.0),
        ([float(time) for time in range(1, 101)], 95, 95.0),
        ([float(time) for time in range(1, 101)], 50, 50.0),
    ],
)
def test_percentile_is_a_time_that_was_measured(times: list[float], percent: int, found: float | None) -> None:
    assert percentile(times, percent) == found


def series(**how: Any) -> Series:
    given = {"requests": 20, "p50_ms": 10.0, "p95_ms": 30.0, "local_p50_ms": 4.0}
    return Series("REST", 1, 1, **(given | how))


@pytest.mark.parametrize(
    ("measured", "promised", "lines"),
    [
        (series(), Latency(p95_ms=30.0), []),
        (
            series(),
            Latency(p95_ms=29.5),
            ["REST, 1 sample, 1 client: p95 30.0 ms of 20 requests, promised 29.5 ms; p50 10.0 ms, in process 4.0 ms"],
        ),
        (series(), Latency(max_ratio=2.5), []),
        (
            series(),
            Latency(max_ratio=2.4),
            ["REST, 1 sample, 1 client: p50 10.0 ms is 2.5 times the 4.0 ms in process, promised 2.4 times"],
        ),
        (
            series(requests=3, p95_ms=None),
            Latency(p95_ms=250.0),
            ["REST, 1 sample, 1 client: p95 unknown of 3 requests, promised 250 ms; p50 10.0 ms, in process 4.0 ms"],
        ),
        (
            series(local_p50_ms=None),
            Latency(max_ratio=2.0),
            ["REST, 1 sample, 1 client: p50 10.0 ms is no known multiple of the unknown in process, promised 2 times"],
        ),
    ],
)
def test_over_budget(measured: Series, promised: Latency, lines: list[str]) -> None:
    assert over_budget(measured, promised) == lines


def test_both_budgets_are_told() -> None:
    assert len(over_budget(series(), Latency(p95_ms=1.0, max_ratio=1.0))) == 2


def test_table_has_a_line_for_each_series() -> None:
    measured = [
        Series("REST", 1, 1, 43, 34.2, 41.87, None, 28.35, 28.35, 8.55),
        Series("gRPC", 8, 8, 100, 100.0, 200.0, 300.0, 49.0, 392.0, None),
        Series("gRPC", 8, 1, left_out="no"),
    ]
    assert table([one.as_json() for one in measured]) == [
        "latency                     requests  p50 ms  p95 ms  p99 ms  requests/s  samples/s  p50/local",
        "REST, 1 sample, 1 client          43    34.2    41.9       -        28.4       28.4        4.0",
        "gRPC, 8 samples, 8 clients       100   100.0   200.0   300.0        49.0      392.0          -",
        "gRPC, 8 samples, 1 client   left out: no",
    ]


def test_no_series_makes_no_table() -> None:
    assert table([]) == []
