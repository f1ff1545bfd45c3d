"""The versions of TensorFlow that exported and serve a SavedModel are compared by minor version."""

from __future__ import annotations

import pytest

from fixtures.graph.exporter import TensorFlowVersions

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("exporter", "server", "is_newer"),
    [
        ("2.20.0", "2.20.0", False),
        ("2.20.1", "2.20.0", False),
        ("2.3.0", "2.20.0", False),
        ("1.15.5-rc1", "2.20.0", False),
        ("2.9.0", "2.10.0", False),
        ("2.21.0", "2.20.1", True),
        ("2.21.0-dev20260101", "2.20.0", True),
        ("3.0.0", "2.20.0", True),
        ("2.20.0", "2.9.0", True),
    ],
)
def test_newer_exporter(exporter: str, server: str, is_newer: bool) -> None:
    versions = TensorFlowVersions(exporter, "2.20.0", server)
    assert bool(versions.newer_exporter) is is_newer
    assert versions.unknown == ""


@pytest.mark.parametrize(
    ("exporter", "server", "says"),
    [("", "2.20.0", "does not tell which"), ("2.20.0", "", "server is not known"), ("2.20.0", "unknown", "not known")],
)
def test_what_cannot_be_compared_says_why(exporter: str, server: str, says: str) -> None:
    versions = TensorFlowVersions(exporter, "2.20.0", server)
    assert says in versions.unknown
    assert versions.newer_exporter == []


def test_all_three_are_named() -> None:
    assert str(TensorFlowVersions("2.3.0", "2.20.0", "2.20.1")) == (
        "exported by TensorFlow 2.3.0, computed by 2.20.0, served by 2.20.1"
    )
