"""What the server answers is what the model computes in process."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fixtures.claims.agreement import Agree, Warn, mixed_up, protocols_apart
from fixtures.claims.digits import rounded
from fixtures.claims.rows import DrawnRows, expect_served, local_apart, noise_of
from fixtures.claims.same_signatures import SameSignature
from fixtures.claims.tolerances import TOLERANCES, as_json, too_wide
from fixtures.compare.difference import Sides
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import expect_no
from fixtures.model.signature import Tensors
from fixtures.options import Effort
from fixtures.predict.batches import Batch
from fixtures.predict.drawing import Drawing
from fixtures.predict.local import LocalPredictor
from fixtures.predict.served import ServedPredictor
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import Protocol
from fixtures.protocols.rest_column import COLUMN
from fixtures.protocols.rest_row import ROW
from fixtures.samples import Sample

pytestmark = [pytest.mark.place(5), pytest.mark.quick, pytest.mark.agreement]


def test_tolerances_tell_right_from_wrong(
    local: LocalPredictor,
    known_outputs: tuple[Tensors, ...],
    tolerance: dict[str, Tolerance],
    default_tolerance: dict[str, Tolerance],
    record_property: Callable[[str, object], None],
) -> None:
    """What the contract allows of an output still tells a right answer from a wrong one, where the default does.

    Fails when: a promised tolerance takes the negation of the model's own outputs, zeros, those of the next sample, or
    the same in another order, for right on all samples, and the default does not.
    Then: promise less, or leave it out: the tolerances used stand in verdict.json.
    """
    record_property(TOLERANCES, json.dumps(as_json(local.signature_name, tolerance)))
    expect_no(too_wide(tolerance, default_tolerance, known_outputs))


def test_same_input_same_bits(few_samples: tuple[Sample, ...], local: LocalPredictor) -> None:
    """The model computes the same input to the same bits each time.

    What is served of outputs that a model draws anew each time is held against what it draws itself.

    Fails when: the model computes the same input to other bits, one time of 5.
    Then: look for dropout left on, or a counter in the graph.
    """
    expect_no([line for sample in few_samples for line in local.nondeterminism(sample)])


def test_same_request_same_bits(few_samples: tuple[Sample, ...], served: ServedPredictor) -> None:
    """The server answers the same request with the same bits each time.

    Fails when: the server answers the same request with other bits, one time of 5.
    Then: look for state in the server, or several servers behind the address.
    """
    expect_no([line for sample in few_samples for line in served.nondeterminism(sample)])


def test_rest_row(sample: Sample, local: LocalPredictor, served: ServedPredictor, agree: Agree) -> None:
    """A request in row format gets the local numbers and names the same class.

    Fails when: the served numbers, or the class they name, differ from the local ones.
    Then: replay it with the `curl` line given; look which version answers, and what comes between to change numbers.
    """
    served.expect_supported(ROW)
    agree(local.predict(sample), served.predict(sample, ROW))


def test_rest_column(sample: Sample, local: LocalPredictor, served: ServedPredictor, agree: Agree) -> None:
    """A request in column format gets the local numbers and names the same class.

    Fails when: the served numbers, or the class they name, differ from the local ones.
    Then: replay it with the `curl` line given; look which version answers, and what comes between to change numbers.
    """
    served.expect_supported(COLUMN)
    agree(local.predict(sample), served.predict(sample, COLUMN))


def test_grpc(sample: Sample, local: LocalPredictor, served: ServedPredictor, agree: Agree) -> None:
    """A gRPC request gets the local numbers and names the same class.

    Fails when: the served numbers, or the class they name, differ from the local ones.
    Then: compare with what REST answers: look whether the port is another server's, and what stands between.
    """
    served.expect_supported(GRPC)
    agree(local.predict(sample), served.predict(sample, GRPC))


def test_other_words_get_the_same_answer(
    few_samples: tuple[Sample, ...], local: LocalPredictor, served: ServedPredictor, agree: Agree
) -> None:
    """A request that is written in other words, as other clients write it, gets the local numbers.

    Fails when: the answer differs from the local one, or is an error, where REST names the signature and is written as
    Python's json writes it, or gRPC leaves the default signature unnamed or holds tensors element by element.
    Then: look what comes between client and server and reads requests, such as a gateway that rewrites them.
    """
    for protocol in served.general_protocols:
        for words, answer in served.predict_in_other_words(few_samples[0], protocol):
            agree(local.predict(few_samples[0]), answer, Sides(of=f"{protocol.words}, {words}"))


def test_same_signatures_give_the_same_answer(
    same_signatures: list[SameSignature],
    local: LocalPredictor,
    served: ServedPredictor,
    agree: Agree,
    warn: Warn,
) -> None:
    """A signature that is promised to be the same as this one computes and is served the same numbers.

    Where the graph shows that the two are one function, one sample is asked through it, alone and in a batch of two.
    Else a warning says so, it is asked in full too, and all samples and rows drawn like them must get the same.

    Fails when: a signature that has `same_as` in the contract computes other numbers than the one that it names, or is
    served others.
    Then: promise it for what it is, with inputs and outputs of its own, or export the two as one function.
    """
    for same in same_signatures:
        for line in same.warnings:
            warn(line)
        same.expect_same(local, served, agree)


def test_protocols_give_the_same_numbers(
    sample: Sample, local: LocalPredictor, served: ServedPredictor, json_tolerance: dict[str, Tolerance]
) -> None:
    """REST in row format, REST in column format and gRPC give the same numbers to the last bit.

    Fails when: REST row, REST column and gRPC, and gRPC's Classify or Regress, differ in any bit; of a float64 input
    JSON loses the last bits, and what REST and gRPC then give may differ within the tolerance.
    Then: look for randomness in the graph, such as dropout left on.
    """
    # what the signature does not allow even in process is not tried
    local.predict(sample)
    expect_no(protocols_apart(served.outputs_by_protocol(sample), json_tolerance))


def test_rest_carries_every_digit(accepted: list[Sample], local: LocalPredictor, served: ServedPredictor) -> None:
    """Over REST float32 outputs come with all their digits, nine where they need them.

    Fails when: no number in any answer has more than six significant digits, and the local ones have.
    Then: look for what rounds the numbers: the server, or a proxy before it.
    """
    expected = local.known_outputs(accepted)
    answers = {one.words: [served.answer(sample, one).as_served for sample in accepted] for one in served.in_json}
    expect_no([f"{words}: {line}" for words, answered in answers.items() for line in rounded(answered, expected)])


def test_batches_agree_with_single_requests(
    sent_batches: list[tuple[Batch, Protocol]], local: LocalPredictor, served: ServedPredictor, agree: Agree
) -> None:
    """Samples that are sent together get the numbers that each gets alone, whatever their number and order.

    Fails when: 2, 3, 7 or all samples sent together, in order or shuffled, get other answers than one by one; or one
    that is sent with itself and with rows drawn like it, or such a row.
    Then: look for batch norm in training mode, padding across the batch, or rows in the wrong order.
    """
    for batch, protocol in sent_batches:
        for sample, alone, answer in served.predict_together(batch.samples, protocol):
            sides = Sides("together", "alone", f"{sample.name} in {batch}, {protocol.words}")
            agree(alone, answer, sides, noise_of(sample, local, served, agree.tolerances))


def test_large_batches_compute_what_their_rows_get(
    large_batches: list[DrawnRows], local: LocalPredictor, drawing: Drawing, tolerance: dict[str, Tolerance]
) -> None:
    """In process up to 64 rows that are computed together get what each gets alone.

    The rows are drawn, of the shapes of a few samples. Where memory or time are too little for 64, a warning says so.

    Fails when: rows drawn like a sample get other numbers together than one by one, by more than the model's own noise.
    Then: look for what depends on the number of rows: padding, slices, a limit, rows in the wrong order.
    """
    for rows in large_batches:
        expect_no(local_apart(rows, local, tolerance, drawing.settled))


def test_large_batches_are_served_as_their_rows(
    large_batches: list[DrawnRows],
    local: LocalPredictor,
    served: ServedPredictor,
    tolerance: dict[str, Tolerance],
    warn: Warn,
) -> None:
    """Up to 64 rows that are sent together are answered with what the model computes for each alone.

    Fails when: the server answers a large batch of drawn rows with something else than the model computes for each.
    Then: look what comes between client and model: what splits requests, or puts them together.
    """
    for rows in large_batches:
        for protocol in served.general_protocols:
            expect_served(served, protocol, rows, local, tolerance, warn)


@pytest.mark.formerly("test_eight_clients_get_what_one_gets")
@pytest.mark.usefixtures("may_be_loaded")
def test_many_clients_get_what_one_gets(
    served: ServedPredictor, accepted: list[Sample], tolerance: dict[str, Tolerance], effort: Effort
) -> None:
    """Each of 16 clients that ask at once gets the numbers that one client gets.

    Fails when: 16 clients that ask at once get other answers than one client; to the bit, on a server at a URL within
    the tolerance.
    Then: look for state shared between requests.
    """
    expect_no(mixed_up(served, accepted, tolerance, effort.rounds))
