"""Models that take or give something else than is promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.good_models.export import tf
from tests.helpers.exports import rewrite
from tests.mutants import claims
from tests.mutants.bases import COLOURS, DETECTION, EXAMPLES
from tests.mutants.change import Serve, behind, exported_anew, spec
from tests.mutants.fault import Fault


def renamed_output(serve: Serve, module: Any) -> Serve:
    return lambda **inputs: {f"{name}s": tensor for name, tensor in serve(**inputs).items()}


def another_output(serve: Serve, module: Any) -> Serve:
    return lambda image: {**serve(image=image), "brightness": tf().reduce_mean(image, axis=[1, 2, 3])}


def without_the_count(serve: Serve, module: Any) -> Serve:
    return lambda **inputs: {name: tensor for name, tensor in serve(**inputs).items() if name != "count"}


def with_another_input(serve: Serve, module: Any) -> Serve:
    return lambda image, gain: {name: tensor * gain[:, None] for name, tensor in serve(image=image).items()}


def renamed_input(serve: Serve, module: Any) -> Serve:
    return lambda picture: serve(image=picture)


def doubles_in(serve: Serve, module: Any) -> Serve:
    return lambda image: serve(image=tf().cast(image, tf().float32))


def said_to_have(shape: tuple[int | None, ...], tensor: Any) -> Any:
    """What is said of its shape is not what it is."""
    unknown = tf().compat.v1.placeholder_with_default(tensor, [None] * len(tensor.shape))
    unknown.set_shape(shape)
    return unknown


def rename_signature(meta_graph: Any) -> None:
    meta_graph.signature_def["predict"].CopyFrom(meta_graph.signature_def["serving_default"])
    del meta_graph.signature_def["serving_default"]


def another_method(meta_graph: Any) -> None:
    meta_graph.signature_def["serving_default"].method_name = "tensorflow/serving/regress"


def rename_feature(meta_graph: Any) -> None:
    """The tf.Example's `age` is looked for as `Age`."""
    _replace_strings(meta_graph, b"age", b"Age")


def _constants(meta_graph: Any) -> Iterator[Any]:
    """The tensor of each constant."""
    for node in meta_graph.graph_def.node:
        if node.op == "Const":
            yield node.attr["value"].tensor


def _replace_strings(meta_graph: Any, old: bytes, new: bytes) -> None:
    for tensor in _constants(meta_graph):
        tensor.string_val[:] = [new if value == old else value for value in tensor.string_val]


def another_default(meta_graph: Any) -> None:
    """A tf.Example without `pixels` is taken for a white image."""
    for tensor in _constants(meta_graph):
        if tensor.dtype == 1 and [dim.size for dim in tensor.tensor_shape.dim] == [4]:
            tensor.tensor_content = b""
            tensor.float_val[:] = [1.0] * 4


FAULTS = {
    "output-renamed": Fault(COLOURS, "test_output_spec", exported_anew(renamed_output)),
    "output-added": Fault(COLOURS, "test_output_spec", exported_anew(another_output)),
    "output-missing": Fault(DETECTION, "test_output_spec", exported_anew(without_the_count)),
    "output-of-another-dtype": Fault(
        COLOURS, "test_output_spec", behind(lambda colour: tf().cast(colour, tf().float64))
    ),
    "output-of-another-shape": Fault(COLOURS, "test_output_spec", behind(lambda colour: colour[:, :, None])),
    "output-of-any-width": Fault(
        COLOURS, "test_output_spec", behind(lambda colour: said_to_have((None, None), colour))
    ),
    "output-wider-than-declared": Fault(
        COLOURS,
        claims.HELD_TO_SIGNATURE,
        behind(lambda colour: said_to_have((None, 3), tf().concat([colour, colour[:, :1] * 0.0], axis=1))),
    ),
    "output-of-two-rows-for-others": Fault(
        COLOURS,
        "test_answers_fit_the_signature",
        exported_anew(
            lambda serve, module: (
                lambda image: {
                    "colour": tf().repeat(
                        serve(image=image)["colour"],
                        # the first sample is a blue one
                        1 + tf().cast(tf().reduce_mean(image[..., 0]) > tf().reduce_mean(image[..., 2]), tf().int32),
                        axis=0,
                    )
                }
            )
        ),
        contract=lambda contract: contract.replace("accuracy = 1.0\n", ""),
    ),
    "input-renamed": Fault(
        COLOURS,
        "test_input_spec",
        exported_anew(renamed_input, {"picture": spec("float32", None, 8, 8, 3)}),
    ),
    "input-added": Fault(
        COLOURS,
        "test_input_spec",
        exported_anew(with_another_input, {"image": spec("float32", None, 8, 8, 3), "gain": spec("float32", None)}),
    ),
    "input-of-another-dtype": Fault(
        COLOURS, "test_input_spec", exported_anew(doubles_in, {"image": spec("float64", None, 8, 8, 3)})
    ),
    "input-for-a-batch-of-one": Fault(
        COLOURS, "test_input_spec", exported_anew(takes={"image": spec("float32", 1, 8, 8, 3)})
    ),
    "input-of-any-height": Fault(
        COLOURS, "test_input_spec", exported_anew(takes={"image": spec("float32", None, None, 8, 3)})
    ),
    "signature-renamed": Fault(COLOURS, "test_signature_names", lambda version: rewrite(version, rename_signature)),
    "signature-for-regress": Fault(COLOURS, "test_signature_names", lambda version: rewrite(version, another_method)),
    "feature-renamed": Fault(EXAMPLES, "test_input_spec", lambda version: rewrite(version, rename_feature)),
    "feature-with-another-default": Fault(
        EXAMPLES, "test_golden_outputs_hold", lambda version: rewrite(version, another_default)
    ),
}
