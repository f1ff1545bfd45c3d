"""A plugin for runs of the gate on many models at a URL: what may end a server is sent to that one.

A stand-in for each takes seconds, and the models of such a run are known to abort nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from fixtures.model.catalog import Model, ModelVersion
from fixtures.plugin import bad_input as claims
from fixtures.serving.endpoint import Provider, Say
from fixtures.serving.model_server import ModelServer


@contextmanager
def _shared_server(
    provider: Provider, model: Model, version: ModelVersion, timeout_s: float, say: Say
) -> Iterator[ModelServer]:
    alone = replace(model, candidates=(version,), baselines=())
    yield ModelServer(alone, provider.server(alone), timeout_s, say)


claims.start_dedicated_server = _shared_server  # type: ignore[attr-defined]
