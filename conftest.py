"""Registers the plugins of the gate, and sees that all of them are there."""

import pytest

from fixtures.plugin.first import expect_all, pytest_addoption

__all__ = ["pytest_addoption", "pytest_configure", "pytest_plugins"]

pytest_plugins = [
    "fixtures.plugin.shown",
    "fixtures.plugin.outcomes",
    "fixtures.plugin.docker",
    "fixtures.plugin.session",
    "fixtures.plugin.interruption",
    "fixtures.plugin.cases",
    "fixtures.plugin.waivers",
    "fixtures.plugin.predictors",
    "fixtures.plugin.promises",
    "fixtures.plugin.artifact",
    "fixtures.plugin.traffic",
    "fixtures.plugin.bad_input",
    "fixtures.plugin.properties",
    "fixtures.plugin.report",
]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run a part of the gate."""
    expect_all(config, pytest_plugins)
