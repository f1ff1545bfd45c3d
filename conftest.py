"""Registers the plugins of the gate."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.outcomes",
    "fixtures.serving.docker",
    "fixtures.gate",
    "fixtures.waivers",
    "fixtures.cases",
    "fixtures.claims",
    "fixtures.promised",
    "fixtures.artifact.claims",
    "fixtures.load.claims",
    "fixtures.robustness.claims",
    "fixtures.properties.claims",
    "fixtures.report.plugin",
]
