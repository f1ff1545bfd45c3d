"""Under load: sixteen clients, good and malformed requests, no wrong answer, no dropped connection, memory flat."""

import contextlib
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np

from tests.helpers.standin import StandIn
from tests.helpers.warm_python import pid_behind

CLIENTS = 16
REQUESTS = 250
MAX_GROWTH = 64 * 2**20


def test_sixteen_clients_get_their_own_answers(adder: StandIn) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        wrong = list(chain.from_iterable(clients.map(wrong_answers, [adder] * CLIENTS, range(CLIENTS))))
        before = resident_bytes(adder)
        wrong += chain.from_iterable(clients.map(wrong_answers, [adder] * CLIENTS, range(CLIENTS)))
    assert wrong == []
    assert resident_bytes(adder) - before < MAX_GROWTH


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
