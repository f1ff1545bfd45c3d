"""The stand-in under load: `python -m benchmarks.load [REQUESTS]`, 5,000 unless told.

Sixteen clients send the flower model's samples, a third of the requests malformed. Prints the throughput, how many
answers were wrong, how many connections broke, how much memory the server grew by in the second half, and how it ended.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.gate import FLOWERS, say
from fixtures.compare.difference import worst_difference
from fixtures.compare.tolerance import default_tolerance
from fixtures.errors import Exchange, Unanswered
from fixtures.model.catalog import find_models
from fixtures.model.contract import read_contract
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.protocols.rest import RestConnection
from fixtures.protocols.tensor_json import column_body, decode_columns, reply_json
from fixtures.samples import find_samples
from fixtures.serving.process import ProcessServer, stand_in
from fixtures.serving.wait import wait_until

CLIENTS = 16
TIMEOUT_S = 120.0
MALFORMED = (b'{"inputs": [[[[1, 2', b'{"inputs": [[1.0, 2.0]]}', b'{"instances": "petal"}')


class Load:
    """What the clients send, and what must come back."""

    def __init__(self) -> None:
        (model,) = find_models([FLOWERS.parent], "latest")
        contract = read_contract(FLOWERS)
        self.model = model
        self.signature = contract.signatures[contract.serving_signature]
        local = LocalPredictor(SavedModel(model.candidates[0].path), contract.serving_signature)
        samples = find_samples(contract)[contract.serving_signature]
        self.bodies = [column_body(sample.inputs(self.signature), contract.serving_signature) for sample in samples]
        self.expected = [local.predict(sample) for sample in samples]
        self.tolerances = {name: default_tolerance(spec.dtype) for name, spec in self.signature.outputs.items()}

    def send(self, client: RestConnection, number: int) -> str:
        """Send a request, every third malformed, and say what became of it."""
        at = number % len(self.bodies)
        malformed = number % 3 == 0
        body = MALFORMED[at % len(MALFORMED)] if malformed else self.bodies[at]
        try:
            exchange = client.predict(body, None)
        except Unanswered:
            return "broken connection"
        if malformed:
            return "refused" if exchange.status == 400 else "wrong"
        if exchange.status != 200:
            return "wrong"
        outputs = decode_columns(reply_json(exchange), self.signature.outputs)
        return "right" if worst_difference(outputs, self.expected[at], self.tolerances).headroom_used <= 1 else "wrong"


def main(requests: int) -> None:
    """Start the stand-in, load it, and say how it went."""
    load = Load()
    server = stand_in("the benchmark's").server(load.model)
    endpoint = server.start()
    try:
        clients = [RestConnection(endpoint.rest, load.model.name, TIMEOUT_S, trust_env=False) for _ in range(CLIENTS)]
        wait_until_loaded(clients[0])
        start = time.perf_counter()
        first = run(load, clients, range(requests // 2))
        between = resident_mb(server)
        second = run(load, clients, range(requests // 2, requests))
        took = time.perf_counter() - start
        counts = ", ".join(f"{count} {what}" for what, count in (first + second).most_common())
        say(f"{requests} requests in {took:.0f} s, {requests / took:.0f} a second: {counts}")
        say(f"memory {between} MB after the first half, {resident_mb(server)} MB after the second")
    finally:
        server.stop()


def run(load: Load, clients: list[RestConnection], numbers: range) -> Counter[str]:
    """Send the requests of these numbers, each client its share."""

    def share(client: int) -> list[str]:
        return [load.send(clients[client], number) for number in numbers[client::CLIENTS]]

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(itertools.chain.from_iterable(pool.map(share, range(CLIENTS))))


def wait_until_loaded(client: RestConnection) -> None:
    """Wait until the server answers."""

    def status() -> Exchange | None:
        with contextlib.suppress(Unanswered):
            return client.get_status()
        return None

    if wait_until(status, TIMEOUT_S) is None:
        raise TimeoutError(f"the stand-in did not load within {TIMEOUT_S:g} s")


def resident_mb(server: ProcessServer) -> int:
    """The memory that the server's process occupies, in MB."""
    pages = Path(f"/proc/{server.pid}/statm").read_text().split()[1]
    return int(pages) * 4096 // 2**20


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
