"""The interface of a version is the promised one."""

from __future__ import annotations

import pytest

from fixtures.claims.agreement import Warn
from fixtures.claims.samples_fit import expect_each_taken
from fixtures.claims.signature import promised_twice
from fixtures.claims.under_test import ModelUnderTest
from fixtures.compare.interface import (
    differences,
    method_differences,
    name_differences,
)
from fixtures.errors import expect_no, first_few
from fixtures.graph.graph import Graph
from fixtures.model.contract import Rest
from fixtures.model.signature import Signatures, Tensors
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.protocols.rest_promise import rest_problems
from fixtures.samples import Sample

pytestmark = [pytest.mark.place(2), pytest.mark.quick]

MOST_NAMED = 10


def _readers(saved_model: SavedModel) -> dict[str, Signatures]:
    return {"saved_model.pb": saved_model.signatures, "the loaded function": saved_model.structured}


def test_signature_names(
    model_under_test: ModelUnderTest, promised: Signatures, saved_model: SavedModel, graph: Graph, warn: Warn
) -> None:
    """Callers find every promised signature under its name, for its API, and none that nobody promised.

    One that the contract allows though nothing is promised of it is not asked, and is a warning. So is one function
    that is promised under two names, each in full.

    Fails when: a signature is missing, unpromised, renamed or made for another API; the SavedModel does not load.
    Then: export under the promised names.
    """
    saved, loaded = saved_model.signatures, saved_model.loaded_signature_names
    allow_unpromised = model_under_test.contract.unpromised_signatures == "allow"
    for line in promised_twice(model_under_test.contract, graph):
        warn(line)
    for name in sorted(saved.keys() - promised.keys()) if allow_unpromised else ():
        warn(f"the signature {name} is served and was not asked: the contract promises nothing of it")
    expect_no(
        name_differences(promised, saved, loaded, allow_unpromised)
        + method_differences(promised, saved, "saved_model.pb has")
    )


def test_input_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each input, and each feature of a tf.Example, has its promised name, dtype and shape.

    Fails when: an input, or a feature of its tf.Examples, has another name, dtype or shape than promised.
    Then: fix the export, or the contract and every client.
    """
    expect_no(
        differences("inputs", promised, _readers(saved_model))
        + differences("features", promised, {"the graph": saved_model.signatures}, ("reads", "read"))
    )


def test_output_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each output has its promised name, dtype and shape, in saved_model.pb and in the loaded function.

    Fails when: an output has another name, dtype or shape than promised.
    Then: fix the export, or the contract and every client.
    """
    expect_no(differences("outputs", promised, _readers(saved_model)))


@pytest.mark.formerly("test_one_image_gives_one_row")
@pytest.mark.formerly("test_outputs_have_as_many_rows_as_the_inputs")
def test_answers_fit_the_signature(
    samples: tuple[Sample, ...], local: LocalPredictor, model_under_test: ModelUnderTest
) -> None:
    """What the model computes for each sample has the names, dtypes and shapes of its signature, a row for each sent.

    What is served is held to the same by every claim that asks the server.

    Fails when: the model refuses a sample in process; or a sample gets an output that the signature does not have,
    lacks one, or gets one of another dtype, shape or number of rows. What asks with that sample is then not tried.
    Then: keep the batch dimension through the graph; say of its shapes what they are; send what the model takes.
    """
    expect_no(first_few(local.misfits(samples), MOST_NAMED))
    expect_each_taken(local, samples, model_under_test)


def test_rest_carries_the_signature(
    promised_rest: Rest, local: LocalPredictor, known_outputs: tuple[Tensors, ...]
) -> None:
    """Clients can use REST as promised: in row and column format, in column format alone, or not at all.

    Fails when: REST cannot carry a tensor (float16, bfloat16, uint16, complex), or row format cannot (a scalar, another
    0th dimension), and the contract promises it.
    Then: write the `rest` key that the failure names, or export otherwise.
    """
    expect_no(rest_problems(local.signature_name, local.signature, promised_rest, known_outputs))
