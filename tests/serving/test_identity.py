"""Who answers at an address is told whatever a proxy drops or adds: by what is said of a model that nobody has."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.embedded import model_info
from fixtures.errors import BadInputError
from fixtures.model.tensorflow import import_tensorflow
from fixtures.serving.endpoint import STAND_IN
from fixtures.serving.identity import CONNECTIONS, RESERVED, UNKNOWN, is_tensorflow_serving
from fixtures.serving.model_server import ModelServer
from tests.helpers.gate import SHARED, RunGate
from tests.helpers.middleman import Forward, Middleman, Reply, Request, Tamper, faithful
from tests.helpers.puppet import Puppet, PuppetServer


def test_the_gate_and_the_stand_in_mean_the_same() -> None:
    assert (model_info.WHO_ANSWERS, model_info.STAND_IN) == (RESERVED, STAND_IN)


def test_tensorflow_serving_is_known_by_its_own_words() -> None:
    recorded = (SHARED / "tfs/rest.jsonl").read_text().splitlines() if SHARED.exists() else []
    said = [json.loads(line) for line in recorded if "Could not find any versions" in line]
    for exchange in said:
        name = exchange["path"].removeprefix("/v1/models/").replace("%00", "\0")
        error = json.loads(exchange["response"]["body"]["text"])
        assert (exchange["response"]["status"], error) == (404, {"error": UNKNOWN.replace(RESERVED, name)})
    with PuppetServer(Puppet()) as real:
        assert is_tensorflow_serving(real.url, real.grpc, 10)


def adding(headers: Mapping[str, str]) -> Tamper:
    return lambda request, forward: replace(forward(request), headers=headers)


@pytest.mark.parametrize(
    "tamper",
    [faithful, adding({"Server": "nginx"}), adding({"Server": "TensorFlow Serving", "Via": "1.1 proxy"})],
    ids=["drops-headers", "adds-a-server", "says-it-is-real"],
)
def test_proxy_makes_no_tensorflow_serving_of_the_stand_in(served_colours: ModelServer, tamper: Tamper) -> None:
    with Middleman(served_colours.endpoint.rest, tamper) as proxy:
        assert not is_tensorflow_serving(proxy.url, None, 10)


def test_proxy_makes_no_stand_in_of_tensorflow_serving() -> None:
    with PuppetServer(Puppet()) as real, Middleman(real.url, adding({"Server": STAND_IN})) as proxy:
        assert is_tensorflow_serving(proxy.url, None, 10)


@pytest.mark.parametrize("replicas", [2, CONNECTIONS])
def test_one_stand_in_among_the_replicas_is_enough(served_colours: ModelServer, replicas: int) -> None:
    asked = itertools.count(1)

    def balance(request: Request, forward: Forward) -> Reply:
        if next(asked) % replicas == 0:
            return forward(request)
        return Reply(404, "application/json", json.dumps({"error": UNKNOWN}).encode())

    with Middleman(served_colours.endpoint.rest, balance) as balancer:
        assert not is_tensorflow_serving(balancer.url, None, 10)


def test_stand_in_behind_the_grpc_address_alone_is_found(served_colours: ModelServer) -> None:
    with PuppetServer(Puppet()) as real:
        assert not is_tensorflow_serving(real.url, served_colours.endpoint.grpc, 10)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, "text/html", b"<h1>nginx</h1>"),
        Reply(200, "application/json", json.dumps({"error": UNKNOWN}).encode()),
        Reply(404, "application/json", json.dumps({"error": UNKNOWN, "code": 5}).encode()),
        Reply(404, "application/json", b'{"error": "Could not find any versions of model other"}'),
        Reply(200, "application/json", b'{"model_version_status": []}'),
    ],
)
def test_anything_else_is_an_error_that_names_what_came(reply: Reply) -> None:
    neither = pytest.raises(BadInputError, match="neither TensorFlow Serving nor the stand-in")
    with Middleman("http://127.0.0.1:1", lambda request, forward: reply) as other, neither as error:
        is_tensorflow_serving(other.url, None, 10)
    assert repr(reply.body) in str(error.value)
    assert f"GET /v1/models/{RESERVED} with {reply.status}" in str(error.value)


def test_anything_else_over_grpc_is_an_error_that_names_what_came() -> None:
    import_tensorflow()
    import grpc

    empty = grpc.server(ThreadPoolExecutor(1))
    address = f"127.0.0.1:{empty.add_insecure_port('127.0.0.1:0')}"
    empty.start()
    with PuppetServer(Puppet()) as real, pytest.raises(BadInputError, match=f"--tfs-grpc={address}.*UNIMPLEMENTED"):
        is_tensorflow_serving(real.url, address, 10)
    empty.stop(None)


class Everything(Puppet):
    """Says over gRPC that it has any model."""

    def status_over_grpc(self, request: Any, context: Any) -> Any:
        from tensorflow_serving.apis import get_model_status_pb2

        return get_model_status_pb2.GetModelStatusResponse()


def test_one_who_has_any_model_is_neither() -> None:
    with PuppetServer(Everything()) as other, pytest.raises(BadInputError, match="knows versions of it"):
        is_tensorflow_serving(other.url, other.grpc, 10)


def test_verdict_on_a_stand_in_behind_a_proxy_is_provisional(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *tamper_with(faithful), "-ktest_version_directory")

    assert run.predicate("colours/2")["server"]["isTensorFlowServing"] is False
    assert re.search("server: the stand-in at http", run.output)
