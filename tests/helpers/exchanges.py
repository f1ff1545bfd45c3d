"""The exchanges recorded from TensorFlow Serving, and what it means to give the same reply.

They lie beside the checkout, in ../shared/tfs, as facts about the protocol. A reply is the same when its status is, and
its JSON is: numbers equal as parsed, ints no floats, NaN equal to NaN, the order of an object's members free.
"""

import base64
import contextlib
import http.client
import json
import math
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.helpers.standin import REPOSITORY, StandIn, running

RECORDED = REPOSITORY.parent / "shared" / "tfs"
ABSENT = f"no recorded exchanges at {RECORDED.relative_to(REPOSITORY.parent)} beside the checkout"
KNOWN_DIFFERENCES = Path(__file__).with_name("known_differences.toml")

Exchange = dict[str, Any]


def recorded(api: str) -> list[Exchange]:
    """Read the exchanges of `rest`, those of mutated requests among them, or `grpc`; none where they are not there."""
    files = {"rest": ("rest", "fuzz"), "grpc": ("grpc",)}[api]
    paths = [path for path in (RECORDED / f"{name}.jsonl" for name in files) if path.exists()]
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def known_differences() -> dict[str, str]:
    """Read why which exchange is answered differently, by `rest/ID` and `grpc/ID`."""
    entries = tomllib.loads(KNOWN_DIFFERENCES.read_text(encoding="utf-8")).get("difference", [])
    return {entry["id"]: entry["why"] for entry in entries}


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[StandIn]:
    """Serve the recorded exchanges' models as they were; `directory` takes the config file."""
    config = directory / "models.config"
    config.write_text((RECORDED / "models.config").read_text().replace("MODELS", str(RECORDED / "models")))
    with running(
        f"--model_config_file={config}",
        "--max_num_load_retries=0",
        "--allow_version_labels_for_unavailable_models=true",
        # as where they were recorded, whatever the processor here: the last bits hang on it
        env={"TF_ENABLE_ONEDNN_OPTS": "1"},
        python=sys.executable,
    ) as standin:
        yield standin


def wanted(api: str, exchange: Exchange) -> Any:
    """Give the recorded reply in the form that `replay` gives."""
    reply = exchange["response"]
    return [reply["status"], _parsed(_raw(reply["body"]))] if api == "rest" else reply


def replay(api: str, exchange: Exchange, standin: StandIn) -> Any:
    """Send an exchange's request: REST status and body, or gRPC code, details and reply."""
    return _replay_rest(exchange, standin) if api == "rest" else _replay_grpc(exchange, standin)


def same(got: Any, want: Any) -> bool:
    """Compare two replies."""
    if isinstance(got, float) and isinstance(want, float) and math.isnan(got) and math.isnan(want):
        return True
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in got)
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(same, got, want))
    return type(got) is type(want) and bool(got == want)


def _replay_rest(exchange: Exchange, standin: StandIn) -> Any:
    body = _raw(exchange["body"])
    connection = http.client.HTTPConnection("127.0.0.1", standin.rest_port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest(exchange["method"], exchange["path"], skip_accept_encoding=True)
        for name, value in exchange["headers"].items():
            connection.putheader(name, value)
        if body or exchange["method"] in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        reply = connection.getresponse()
        return [reply.status, _parsed(reply.read())]


def _replay_grpc(exchange: Exchange, standin: StandIn) -> Any:
    import grpc
    from google.protobuf import json_format
    from tensorflow_serving.apis import (
        classification_pb2,
        get_model_metadata_pb2,
        get_model_status_pb2,
        model_service_pb2_grpc,
        predict_pb2,
        prediction_service_pb2_grpc,
        regression_pb2,
    )

    requests = {
        "Predict": predict_pb2.PredictRequest,
        "Classify": classification_pb2.ClassificationRequest,
        "Regress": regression_pb2.RegressionRequest,
        "GetModelMetadata": get_model_metadata_pb2.GetModelMetadataRequest,
        "GetModelStatus": get_model_status_pb2.GetModelStatusRequest,
    }
    method = exchange["method"]
    request = json_format.ParseDict(exchange["request"], requests[method]())
    with grpc.insecure_channel(f"127.0.0.1:{standin.grpc_port}") as channel:
        services = {"GetModelStatus": model_service_pb2_grpc.ModelServiceStub}
        stub = services.get(method, prediction_service_pb2_grpc.PredictionServiceStub)(channel)
        try:
            reply = getattr(stub, method)(request, timeout=30)
        except grpc.RpcError as error:
            return {"code": error.code().name, "details": error.details(), "reply": None}
    content = json_format.MessageToDict(reply, preserving_proto_field_name=True)
    return {"code": "OK", "details": "", "reply": content}


def _raw(body: dict[str, str]) -> bytes:
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"])


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8", "surrogateescape"))
    except ValueError:
        return body
