"""Good requests to signatures of many kinds, for broken ones to be made from."""

from __future__ import annotations

import numpy as np

from fixtures.robustness.target import Target
from fixtures.samples import GeneratedSample
from fixtures.signature import Shape, Signature, TensorSpec

OUTPUTS = {"y": np.array([2.5], np.float32)}


def spec(dtype: str, *shape: int) -> TensorSpec:
    return TensorSpec(dtype=dtype, shape=shape)  # type: ignore[arg-type]


def of_any_rank(dtype: str) -> TensorSpec:
    shape: Shape = "unknown"
    return TensorSpec(dtype=dtype, shape=shape)  # type: ignore[arg-type]


def target(signature_name: str = "serving_default", **inputs: TensorSpec) -> Target:
    """A good request for inputs, the output being one float32 for each row."""
    signature = Signature(inputs=inputs, outputs={"y": spec("float32", -1)})
    return Target("flower", 7, signature_name, signature, GeneratedSample(1).inputs(signature), OUTPUTS)


def numbers() -> Target:
    """0.5 for `x`."""
    signature = Signature(inputs={"x": spec("float32", -1)}, outputs={"y": spec("float32", -1)})
    return Target("flower", 7, "serving_default", signature, {"x": np.array([0.5], np.float32)}, OUTPUTS)


TARGETS = {
    "numbers": numbers(),
    "image": target(image=spec("float32", -1, 4, 5, 3)),
    "several": target(a=spec("float32", -1, 2), b=spec("int64", -1), c=spec("string", -1)),
    "five": target(a=spec("uint8", -1, 2), b=spec("bool", -1), c=spec("float64", -1, 3, 1), d=spec("int32", -1, 1),
                   e=spec("uint32", -1)),
    "by_name": target("other", x=spec("float64", -1, 2)),
    "scalar": target(x=spec("float32")),
    "fixed": target(x=spec("int8", 2, 3)),
    "text": target(x=spec("string", -1)),
    "matrix_of_text": target(x=spec("string", -1, 2)),
    "bool": target(x=spec("bool", -1, -1)),
    "half": target(x=spec("float16", -1, 2), y=spec("float32", -1, 2)),
    "complex": target(x=spec("complex64", -1)),
    "any_rank": target(x=of_any_rank("float32")),
    "no_input": target(),
}  # fmt: skip
