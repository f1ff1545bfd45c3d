"""Under load: sixteen clients, good and malformed requests, no wrong answer, no dropped connection, memory flat."""

import collections
import contextlib
import http.client
import json
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from fixtures.embedded.flags import Flags
from tests.helpers import tiny_models
from tests.helpers.standin import StandIn, running, wait_until
from tests.helpers.warm_python import pid_behind

CLIENTS = 16
REQUESTS = 250
MAX_GROWTH = 64 * 2**20
OK = ("OK", "")
EXHAUSTED = ("RESOURCE_EXHAUSTED", "Server Threadpool Exhausted")


def test_sixteen_clients_get_their_own_answers(adder: StandIn) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        wrong = list(chain.from_iterable(clients.map(wrong_answers, [adder] * CLIENTS, range(CLIENTS))))
        before = resident_bytes(adder)
        wrong += chain.from_iterable(clients.map(wrong_answers, [adder] * CLIENTS, range(CLIENTS)))
    assert wrong == []
    assert resident_bytes(adder) - before < MAX_GROWTH


@pytest.mark.parametrize("threads", [1, 4])
def test_what_has_no_thread_is_refused_as_grpc_refuses_it(tmp_path: Path, threads: int) -> None:
    tiny_models.save_waiter(tmp_path / "waiter" / "1", 1.0, tmp_path / "go")
    flags = (f"--model_base_path={tmp_path / 'waiter'}", "--model_name=waiter", f"--grpc_max_threads={threads}")
    with running(*flags) as standin, ThreadPoolExecutor(CLIENTS) as clients:
        calls = [clients.submit(predict_over_grpc, standin) for _ in range(CLIENTS)]
        # one thread waits for the next call
        wait_until(lambda: sum(call.done() for call in calls) == CLIENTS - (threads - 1), 30, "the refusals")
        (tmp_path / "go0").touch()
        ended = collections.Counter(call.result() for call in calls)
        assert clients.submit(predict_over_grpc, standin).result() == (OK if threads > 1 else EXHAUSTED)
    assert ended == +collections.Counter({OK: threads - 1, EXHAUSTED: CLIENTS - (threads - 1)})


def test_by_default_there_are_four_threads_for_each_processor() -> None:
    assert Flags().grpc_max_threads == 4 * len(os.sched_getaffinity(0))


def predict_over_grpc(standin: StandIn) -> tuple[str, str]:
    import grpc
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = "waiter"
    request.inputs["x"].CopyFrom(tiny_models.tensorflow().make_tensor_proto([1.0]))
    with grpc.insecure_channel(f"127.0.0.1:{standin.grpc_port}") as channel:
        try:
            prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=60)
        except grpc.RpcError as error:
            return error.code().name, error.details()
    return OK


def wrong_answers(standin: StandIn, client: int) -> list[str]:
    """Send requests on one kept-alive connection; each that gets another answer than its own is told."""
    random = np.random.default_rng(client)
    wrong = []
    connection = http.client.HTTPConnection("127.0.0.1", standin.rest_port, timeout=30)
    with contextlib.closing(connection):
        for _ in range(REQUESTS):
            values = random.integers(0, 2**16, 300)
            match int(random.integers(0, 4)):
                case 0:
                    body, status, key = b'{"instances": [' + str(values[0]).encode(), 400, "error"
                case 1:
                    body, status, key = b'{"instances": ["a"]}', 400, "error"
                case _:
                    body, status, key = json.dumps({"instances": values.tolist()}).encode(), 200, "predictions"
            connection.request("POST", "/v1/models/adder:predict", body)
            reply = connection.getresponse()
            content = json.loads(reply.read())
            if (
                reply.status != status
                or (status == 200 and content[key] != (values + 1.0).tolist())
                or key not in content
            ):
                wrong.append(f"{body[:80]!r}: {reply.status} {str(content)[:200]}")
    return wrong


def resident_bytes(standin: StandIn) -> int:
    pages = Path(f"/proc/{pid_behind(standin.process)}/statm").read_text().split()[1]
    return int(pages) * 4096
