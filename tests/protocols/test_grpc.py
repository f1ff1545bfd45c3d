"""How gRPC is asked, and that a request that the server has no thread for is no refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from fixtures.errors import BadReply, Fault, NoThread, Refused
from fixtures.model.signature import Signature
from fixtures.model.tensorflow import import_tensorflow
from fixtures.protocols import grpc as over_grpc
from fixtures.protocols.grpc import GrpcConnection
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import ServedSignature
from fixtures.protocols.threads import NONE_LEFT

EXHAUSTED = "Server Threadpool Exhausted"
AVAILABLE = 30

Serve = Callable[[list[str]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that refuses a status request for each of the texts and then answers, and gives its address."""
    import_tensorflow()
    import grpc
    from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

    server = grpc.server(ThreadPoolExecutor(1))

    def start(texts: list[str]) -> str:
        def answer(request: Any, context: Any) -> Any:
            if texts:
                context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, texts.pop(0))
            reply = get_model_status_pb2.GetModelStatusResponse()
            reply.model_version_status.add(version=1, state=AVAILABLE)
            return reply

        models = model_service_pb2_grpc.ModelServiceServicer()
        models.GetModelStatus = answer
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        return address

    yield start
    server.stop(None)


def test_request_waits_for_a_thread(serve: Serve) -> None:
    warnings: list[str] = []
    with closing(GrpcConnection(serve([EXHAUSTED] * 3), "m", 10, waits=True, warn=warnings.append)) as connection:
        assert list(connection.get_states()) == [1]
    assert warnings == [NONE_LEFT] * 3
    assert "--grpc_max_threads=" in NONE_LEFT


def test_request_does_not_wait_for_ever(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over_grpc, "WAITS_S", 0.2)
    address = serve([EXHAUSTED] * 1000)
    with (
        closing(GrpcConnection(address, "m", 10, waits=True, warn=lambda line: None)) as connection,
        pytest.raises(NoThread, match=EXHAUSTED),
    ):
        connection.get_states()


def test_one_of_several_clients_is_told_at_once(serve: Serve) -> None:
    warnings: list[str] = []
    texts = [EXHAUSTED] * 2
    with closing(GrpcConnection(serve(texts), "m", 10, waits=False, warn=warnings.append)) as connection:
        connection.open()
        with pytest.raises(NoThread):
            connection.get_states()
        assert list(connection.get_states()) == [1]
    assert len(warnings) == 2


@pytest.mark.parametrize("text", ["Received message larger than max (7 vs. 4)", "Concurrent RPC limit exceeded!", ""])
def test_what_else_lacks_a_resource_is_refused(serve: Serve, text: str) -> None:
    warnings: list[str] = []
    with (
        closing(GrpcConnection(serve([text]), "m", 10, waits=True, warn=warnings.append)) as connection,
        pytest.raises(Refused, match="the server answered RESOURCE_EXHAUSTED over gRPC"),
    ):
        connection.get_states()
    assert warnings == []


@pytest.mark.parametrize("dtype", [*over_grpc.ELEMENTS, "float16", "bfloat16"])
def test_tensor_element_by_element_is_the_same(dtype: str) -> None:
    tensorflow = import_tensorflow()
    array = np.array([[0, 1], [0, 1], [1, 1]]).astype(tensorflow.dtypes.as_dtype(dtype).as_numpy_dtype)
    asked = ServedSignature("m", 1, "serving_default", Signature(inputs={}, outputs={}))
    written = GRPC.in_other_words(asked, {"x": array})
    tensor = written["with its tensors element by element"].inputs["x"]

    assert bool(tensor.tensor_content) is (dtype not in over_grpc.ELEMENTS)
    np.testing.assert_array_equal(tensorflow.make_ndarray(tensor), array)


def test_only_the_default_signature_is_left_unnamed() -> None:
    names = {
        name: GRPC.in_other_words(ServedSignature("m", 1, name, Signature(inputs={}, outputs={})), {})
        for name in ("serving_default", "other")
    }

    assert names["serving_default"]["without its signature named"].model_spec.signature_name == ""
    assert "without its signature named" not in names["other"]


@pytest.mark.parametrize(
    ("sizes", "dtype"), [([2**40], 1), ([-(2**62), 7], 1), ([2**62, 0], 1), ([-1], 7), ([1], 21), ([1], 9999)]
)
def test_tensor_that_claims_what_is_not_there(sizes: list[int], dtype: int) -> None:
    import_tensorflow()
    from tensorflow_serving.apis import predict_pb2

    reply = predict_pb2.PredictResponse()
    reply.outputs["y"].dtype = dtype
    for size in sizes:
        reply.outputs["y"].tensor_shape.dim.add(size=size)
    reply.outputs["y"].float_val.append(1)
    with pytest.raises(Fault, match=r"^y: served as a tensor "):
        over_grpc.outputs_in(reply)


def test_reply_that_is_too_large_is_a_fault(serve: Serve) -> None:
    with (
        closing(GrpcConnection(serve([]), "m", 10, waits=True, warn=lambda line: None, largest_reply=3)) as connection,
        pytest.raises(BadReply, match=r"is larger than 3 bytes, .* give --largest-reply=SIZE"),
    ):
        connection.get_states()
