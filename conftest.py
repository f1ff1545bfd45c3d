"""Registers the plugins of the gate."""

pytest_plugins = [
    "fixtures.plugin.options",
    "fixtures.plugin.outcomes",
    "fixtures.plugin.docker",
    "fixtures.plugin.session",
    "fixtures.plugin.interruption",
    "fixtures.plugin.waivers",
    "fixtures.plugin.cases",
    "fixtures.plugin.predictors",
    "fixtures.plugin.promises",
    "fixtures.plugin.artifact",
    "fixtures.plugin.traffic",
    "fixtures.plugin.bad_input",
    "fixtures.plugin.properties",
    "fixtures.plugin.report",
]
