"""Valid requests to signatures of many kinds, for broken ones to be made from."""

from __future__ import annotations

import numpy as np

from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.model.signature import Shape, Signature, TensorSpec
from fixtures.samples import GeneratedSample

OUTPUTS = {"y": np.array([2.5], np.float32)}


def spec(dtype: str, *shape: int) -> TensorSpec:
    return TensorSpec(dtype=dtype, shape=shape)  # type: ignore[arg-type]


def of_any_rank(dtype: str) -> TensorSpec:
    shape: Shape = "unknown"
    return TensorSpec(dtype=dtype, shape=shape)  # type: ignore[arg-type]


def valid(signature_name: str = "serving_default", **inputs: TensorSpec) -> ValidRequest:
    """A valid request for inputs, the output being one float32 for each row."""
    signature = Signature(inputs=inputs, outputs={"y": spec("float32", -1)})
    return ValidRequest("flower", 7, signature_name, signature, GeneratedSample(1).inputs(signature), OUTPUTS)


def numbers() -> ValidRequest:
    """0.5 for `x`."""
    signature = Signature(inputs={"x": spec("float32", -1)}, outputs={"y": spec("float32", -1)})
    return ValidRequest("flower", 7, "serving_default", signature, {"x": np.array([0.5], np.float32)}, OUTPUTS)


VALID_REQUESTS = {
    "numbers": numbers(),
    "image": valid(image=spec("float32", -1, 4, 5, 3)),
    "several": valid(a=spec("float32", -1, 2), b=spec("int64", -1), c=spec("string", -1)),
    "five": valid(a=spec("uint8", -1, 2), b=spec("bool", -1), c=spec("float64", -1, 3, 1), d=spec("int32", -1, 1),
                   e=spec("uint32", -1)),
    "by_name": valid("other", x=spec("float64", -1, 2)),
    "scalar": valid(x=spec("float32")),
    "fixed": valid(x=spec("int8", 2, 3)),
    "text": valid(x=spec("string", -1)),
    "matrix_of_text": valid(x=spec("string", -1, 2)),
    "bool": valid(x=spec("bool", -1, -1)),
    "half": valid(x=spec("float16", -1, 2), y=spec("float32", -1, 2)),
    "complex": valid(x=spec("complex64", -1)),
    "any_rank": valid(x=of_any_rank("float32")),
    "no_input": valid(),
}  # fmt: skip
