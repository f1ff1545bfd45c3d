"""A server that speaks TensorFlow Serving's REST API and answers as it is told: the liar that the claims must catch."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from fixtures.agreement import Array
from fixtures.contract import Signature, TensorSpec
from tests.colours import SHARPNESS, softmax

MODEL_PATH = re.compile(r"/v1/models/colours(?:/versions/(\d+))?(/metadata|:predict)?$")
SIGNATURE = Signature(
    inputs={"image": TensorSpec(dtype="float32", shape=(-1, 8, 8, 3))},
    outputs={"colour": TensorSpec(dtype="float32", shape=(-1, 3))},
)


class HangUp(Exception):
    """Raised by an answer that closes the connection instead."""


@dataclass
class Puppet:
    """The strings: what is answered. As it is made, it serves versions 1 and 2 of the colour model truthfully."""

    states: dict[int, str] = field(default_factory=lambda: {1: "AVAILABLE", 2: "AVAILABLE"})
    published: Mapping[str, Signature] = field(default_factory=lambda: {"serving_default": SIGNATURE})
    unversioned: int = 2
    compute: Callable[[int, Array], Array] = lambda version, image: softmax(image, SHARPNESS[version])
    """The outputs of a version for float32 (batch, 8, 8, 3)."""
    distort_row: Callable[[Array], Array] = lambda outputs: outputs
    distort_column: Callable[[Array], Array] = lambda outputs: outputs
    refuse: str = ""
    """The error with which every prediction is refused."""
    hang_up_after: int = 1_000_000
    """Predictions after which no connection is answered any more."""
    hang_s: float = 0.0
    """Seconds before each prediction is answered."""
    predictions: int = 0

    def predict(self, version: int, request: Mapping[str, Any]) -> tuple[int, object]:
        """Status and reply to a prediction."""
        self.predictions += 1
        if self.predictions > self.hang_up_after:
            raise HangUp
        time.sleep(self.hang_s)
        if self.refuse:
            return 400, {"error": self.refuse}
        if "instances" in request:
            image = np.array(request["instances"], np.float32)
            return 200, {"predictions": self.distort_row(self.compute(version, image)).tolist()}
        image = np.array(request["inputs"], np.float32)
        return 200, {"outputs": self.distort_column(self.compute(version, image)).tolist()}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Status and reply to any request."""
        match = MODEL_PATH.match(path)
        if match is None:
            return 404, {"error": f"Could not find any versions of model {path.rpartition('/')[2]}"}
        version = int(match[1]) if match[1] else self.unversioned
        if match[2] == ":predict":
            return self.predict(version, json.loads(body))
        if match[2] == "/metadata":
            return 200, _metadata(version, self.published)
        return 200, {"model_version_status": [_state(number, state) for number, state in self.states.items()]}


class PuppetServer:
    """Lets a puppet answer on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, puppet: Puppet) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # TensorFlow Serving sends no Server header
            version_string = lambda self: ""  # noqa: E731

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    status, reply = puppet.answer(self.command, self.path, body)
                except HangUp:
                    self.close_connection = True
                    return
                text = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> PuppetServer:
        """Start to answer."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def _state(version: int, state: str) -> dict[str, object]:
    error = "" if state == "AVAILABLE" else "it did not load"
    code = "OK" if state == "AVAILABLE" else "UNKNOWN"
    return {"version": str(version), "state": state, "status": {"error_code": code, "error_message": error}}


def _metadata(version: int, published: Mapping[str, Signature]) -> dict[str, object]:
    signatures = {
        name: {
            "inputs": {key: _info(spec) for key, spec in signature.inputs.items()},
            "outputs": {key: _info(spec) for key, spec in signature.outputs.items()},
        }
        for name, signature in published.items()
    }
    return {
        "model_spec": {"name": "colours", "version": str(version), "signature_name": ""},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def _info(spec: TensorSpec) -> dict[str, object]:
    names = {"float32": "DT_FLOAT", "float64": "DT_DOUBLE"}
    shape: dict[str, object] = {"unknown_rank": spec.shape == "unknown"}
    if spec.shape != "unknown":
        shape["dim"] = [{"size": str(size), "name": ""} for size in spec.shape]
    return {"dtype": names.get(spec.dtype, f"DT_{spec.dtype.upper()}"), "tensor_shape": shape, "name": "x:0"}
