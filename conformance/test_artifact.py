"""The files of the version are whole, and nothing in them does more than compute."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fixtures.claims.agreement import Warn
from fixtures.claims.under_test import ModelUnderTest
from fixtures.claims.warmup import warm_up
from fixtures.errors import expect_no, expect_usable
from fixtures.graph.checkpoint import restored
from fixtures.graph.exporter import TensorFlowVersions
from fixtures.graph.graph import Graph
from fixtures.graph.inspection import Inspection, number_faults
from fixtures.graph.scan import unknown_ops
from fixtures.model.catalog import ModelVersion
from fixtures.model.links import links_out
from fixtures.model.tensorflow import knows_op
from fixtures.predict.saved_model import SavedModel
from fixtures.predict.worker_process import WorkerProcess

pytestmark = pytest.mark.place(1)


def test_version_directory(version: ModelVersion, inspection: Inspection, warn: Warn) -> None:
    """The directory is named by a positive integer, and no other is named by the same.

    A link in it that leads out of it is a warning.

    Fails when: the version is 0, or two directories are the same version, such as `7` and `007`.
    Then: rename it; remove all but one.
    """
    expect_usable(inspection.clashes)
    expect_no(number_faults(version))
    for line in links_out(version.path):
        warn(line)


def test_saved_model_parses(inspection: Inspection) -> None:
    """`saved_model.pb` parses and holds the graph to serve.

    Fails when: `saved_model.pb` is missing, cut short, or holds no graph tagged `serve` alone.
    Then: copy it again, beside, then rename.
    """
    expect_usable(inspection.unreadable)


def test_graph_only_computes(version: ModelVersion, model_under_test: ModelUnderTest, inspection: Inspection) -> None:
    """Beside saver and assets no op reads or writes files, runs Python, prints, opens sockets, or waits; else not run.

    Fails when: outside saver and assets an op reads or writes files, runs Python, prints or opens sockets, in the graph
    or a function; or a signature or the loader reaches one that waits for others or starts threads: a queue, a lock.
    Then: export without it, or waive the claim where you trust such a graph.
    """
    expect_usable(model_under_test.blocked_because(version))
    expect_no(inspection.dangers)


def test_ops_are_known(graph: Graph) -> None:
    """Each op is one that TensorFlow knows, or a function of the graph's own library.

    Fails when: an op is neither TensorFlow's nor a function of the graph.
    Then: export with the TensorFlow installed here, or import the op's library in `conformance/conftest.py`.
    """
    expect_usable(unknown_ops(graph, knows_op))


def test_variables_are_whole(version: ModelVersion, graph: Graph, worker_process: WorkerProcess) -> None:
    """Every variable that the graph restores is in the checkpoint with its shape, its dtype and all its bytes.

    Fails when: a variable that the graph restores is not in `variables/` with its shape, dtype and every byte.
    Then: copy the whole of `variables/` again.
    """
    expect_usable(worker_process.checkpoint_faults(version.path, restored(graph)))


def test_warm_up_requests_are_taken(
    version: ModelVersion, load: Callable[[], SavedModel], worker_process: WorkerProcess, warn: Warn
) -> None:
    """What the version ships to be warmed up with can be read, and the model takes each request.

    Fails when: `assets.extra/tf_serving_warmup_requests` is no TFRecord file of at most 1,000 PredictionLog messages,
    or the model refuses one of them. The server does not load such a version.
    Then: write the file anew with requests that the version takes, or remove it.
    """
    warm_up(version, load, worker_process.records, warn)


def test_exporter_is_not_newer_than_the_server(tensorflow_versions: TensorFlowVersions) -> None:
    """The server's TensorFlow is of the minor version that exported the SavedModel, or a newer one.

    Fails when: the TensorFlow that exported it is of a newer minor version than the server's.
    Then: export with the server's, or update the server.
    """
    expect_no(tensorflow_versions.newer_exporter)
