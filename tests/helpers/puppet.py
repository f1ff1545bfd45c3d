"""A server that speaks TensorFlow Serving's REST API and answers as it is told: the liar that the claims must catch."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from google.protobuf import json_format

from fixtures.model.signature import Array, Signature, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.colours import SHARPNESS, softmax

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
    distort_grpc: Callable[[Array], Array] = lambda outputs: outputs
    grpc_states: dict[int, str] | None = None
    """What gRPC says of the versions, None for what REST says."""
    grpc_published: Mapping[str, Signature] | None = None
    """What gRPC publishes, None for what REST publishes."""
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
        self._hang_up_in_time()
        time.sleep(self.hang_s)
        if self.refuse:
            return 400, {"error": self.refuse}
        if "instances" in request:
            image = np.array(request["instances"], np.float32)
            return 200, {"predictions": self.distort_row(self.compute(version, image)).tolist()}
        image = np.array(request["inputs"], np.float32)
        return 200, {"outputs": self.distort_column(self.compute(version, image)).tolist()}

    def _hang_up_in_time(self) -> None:
        if self.predictions > self.hang_up_after:
            raise HangUp

    def predict_over_grpc(self, request: Any, context: Any) -> Any:
        """PredictionService.Predict."""
        tensorflow = import_tensorflow()
        from tensorflow_serving.apis import predict_pb2

        version = request.model_spec.version.value or self.unversioned
        (image,) = map(tensorflow.make_ndarray, request.inputs.values())
        reply = predict_pb2.PredictResponse()
        published = self.published if self.grpc_published is None else self.grpc_published
        (output,) = published[request.model_spec.signature_name or "serving_default"].outputs
        distorted = self.distort_grpc(self.compute(version, image))
        reply.outputs[output].CopyFrom(tensorflow.make_tensor_proto(distorted))
        return reply

    def status_over_grpc(self, request: Any, context: Any) -> Any:
        """ModelService.GetModelStatus."""
        import grpc
        from tensorflow_serving.apis import get_model_status_pb2

        if request.model_spec.name != "colours":
            context.abort(grpc.StatusCode.NOT_FOUND, f"Could not find any versions of model {request.model_spec.name}")
        reply = get_model_status_pb2.GetModelStatusResponse()
        states = self.states if self.grpc_states is None else self.grpc_states
        for number, state in states.items():
            json_format.ParseDict(_state(number, state), reply.model_version_status.add())
        return reply

    def metadata_over_grpc(self, request: Any, context: Any) -> Any:
        """PredictionService.GetModelMetadata."""
        from tensorflow_serving.apis import get_model_metadata_pb2

        published = self.published if self.grpc_published is None else self.grpc_published
        signatures = _metadata(2, published)["metadata"]["signature_def"]
        reply = get_model_metadata_pb2.GetModelMetadataResponse()
        reply.metadata["signature_def"].Pack(
            json_format.ParseDict(signatures, get_model_metadata_pb2.SignatureDefMap())
        )
        return reply

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Status and reply to any request."""
        self._hang_up_in_time()
        match = MODEL_PATH.match(path)
        if match is None:
            return 404, {"error": f"Could not find any versions of model {path.rpartition('/')[2]}"}
        version = int(match[1]) if match[1] else self.unversioned
        if match[2] == ":predict":
            return self.predict(version, json.loads(body))
        if match[2] == "/metadata":
            return 200, _metadata(version, self.published)
        return 200, {"model_version_status": [_state(number, state) for number, state in self.states.items()]}


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that went away.

    To print a traceback Python 3.11 parses source, which must not happen in two threads at once; pytest does it too.
    """

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong, unless the other end has closed the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class PuppetServer:
    """Lets a puppet answer on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, puppet: Puppet) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # or each reply waits 40 ms: the body for the acknowledgement of the headers, and that for more to come
            disable_nagle_algorithm = True
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

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

        self._grpc = _grpc_server(puppet)
        self.grpc = f"127.0.0.1:{self._grpc.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> PuppetServer:
        """Start to answer."""
        self._grpc.start()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop answering."""
        self._grpc.stop(None)
        self._server.shutdown()
        self._server.server_close()


def _grpc_server(puppet: Puppet) -> Any:
    import_tensorflow()
    import grpc
    from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

    predictions = prediction_service_pb2_grpc.PredictionServiceServicer()
    predictions.Predict = puppet.predict_over_grpc
    predictions.GetModelMetadata = puppet.metadata_over_grpc
    models = model_service_pb2_grpc.ModelServiceServicer()
    models.GetModelStatus = puppet.status_over_grpc
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(predictions, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
    return server


def _state(version: int, state: str) -> dict[str, object]:
    error = "" if state == "AVAILABLE" else "it did not load"
    code = "OK" if state == "AVAILABLE" else "UNKNOWN"
    return {"version": str(version), "state": state, "status": {"error_code": code, "error_message": error}}


def _metadata(version: int, published: Mapping[str, Signature]) -> dict[str, Any]:
    signatures = {
        name: {
            "inputs": {key: _info(spec) for key, spec in signature.inputs.items()},
            "outputs": {key: _info(spec) for key, spec in signature.outputs.items()},
            "method_name": f"tensorflow/serving/{signature.method}",
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
