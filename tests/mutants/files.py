"""Versions whose files are not whole, and graphs that do more than compute or that cannot be run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import tf
from tests.helpers import colours
from tests.helpers.exports import cut_short, flip_a_bit, rewrite
from tests.mutants import claims
from tests.mutants.bases import COLOURS, FLOWERS, TEXT, WORDS
from tests.mutants.change import Serve, exported_anew
from tests.mutants.fault import FILES, Fault

DATA = "variables/variables.data-00000-of-00001"
INDEX = "variables/variables.index"
WHOLE = "test_variables_are_whole"
COMPUTES = "test_graph_only_computes"
PARSES = "test_saved_model_parses"


def only_asset(version: Path) -> Path:
    (asset,) = (version / "assets").iterdir()
    return asset


def in_reverse(file: Path) -> None:
    """The same lines, the last first."""
    file.write_text("\n".join(reversed(file.read_text().splitlines())))


def flip_in_the_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 64
    file.write_bytes(content)


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def with_effect(effect: Any) -> Any:
    """Does it before it computes."""

    def wrap(serve: Serve, module: Any) -> Serve:
        def serving(**inputs: Any) -> Any:
            with tf().control_dependencies([effect(next(iter(inputs.values())))]):
                return {name: tf().identity(tensor) for name, tensor in serve(**inputs).items()}

        return serving

    return exported_anew(wrap)


def hidden_in_a_condition(image: Any) -> Any:
    """A file is read where an image is white."""
    white = tf().reduce_min(image) > 0.99
    return tf().cond(white, lambda: tf().strings.length(tf().io.read_file("/etc/passwd")), lambda: tf().constant(0))


def unknown_op(meta_graph: Any) -> None:
    meta_graph.graph_def.node.add(name="custom", op="MyCompanysOp")


def unknown_op_in_a_function(meta_graph: Any) -> None:
    function = meta_graph.graph_def.library.function[0]
    function.node_def.add(name="custom", op="MyCompanysOp")


def newer(meta_graph: Any) -> None:
    meta_graph.meta_info_def.tensorflow_version = "2.99.0"


def tagged(*tags: str) -> Any:
    def change(meta_graph: Any) -> None:
        meta_graph.meta_info_def.tags[:] = tags

    return lambda version: rewrite(version, change)


def as_keras_should_not(version: Path) -> None:
    """What loads in Python, and of which TensorFlow Serving finds no variable."""
    keras = tf().keras
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax", use_bias=False)])
    model.set_weights([np.eye(3, dtype=np.float32) * colours.SHARPNESS[2]])

    def serve(image: Any) -> Any:
        return {"colour": model(tf().reduce_mean(image, axis=(1, 2)))}

    shutil.rmtree(version)
    concrete = tf().function(serve).get_concrete_function(tf().TensorSpec((None, 8, 8, 3), "float32", name="image"))
    tf().saved_model.save(model, str(version), signatures={"serving_default": concrete})


def warm_up_of_garbage(version: Path) -> None:
    (version / "assets.extra").mkdir()
    (version / "assets.extra/tf_serving_warmup_requests").write_bytes(b"warm me up, and all of me")


def linked_away(version: Path) -> None:
    """The variables are elsewhere, and a link leads there."""
    elsewhere = version.parent.parent.parent / "elsewhere"
    shutil.move(version / "variables", elsewhere)
    (version / "variables").symlink_to(elsewhere)


FAULTS = {
    "files-variables-cut-short": Fault(FLOWERS, WHOLE, lambda version: cut_short(version / DATA), options=FILES),
    "files-shard-missing": Fault(FLOWERS, WHOLE, lambda version: (version / DATA).unlink(), options=FILES),
    "files-index-missing": Fault(FLOWERS, WHOLE, lambda version: (version / INDEX).unlink(), options=FILES),
    "files-index-cut-short": Fault(FLOWERS, WHOLE, lambda version: cut_short(version / INDEX), options=FILES),
    "files-bit-flipped": Fault(FLOWERS, WHOLE, lambda version: flip_a_bit(version / DATA), options=FILES),
    "files-bit-flipped-in-the-middle": Fault(
        FLOWERS, WHOLE, lambda version: flip_in_the_middle(version / DATA), options=FILES
    ),
    "files-variables-zeroed": Fault(FLOWERS, WHOLE, lambda version: zero(version / DATA), options=FILES),
    "files-graph-cut-short": Fault(
        FLOWERS, PARSES, lambda version: cut_short(version / "saved_model.pb"), options=FILES
    ),
    "files-graph-empty": Fault(COLOURS, PARSES, lambda version: (version / "saved_model.pb").write_bytes(b"")),
    "files-graph-missing": Fault(COLOURS, PARSES, lambda version: (version / "saved_model.pb").unlink()),
    "files-tagged-for-training": Fault(COLOURS, PARSES, tagged("train")),
    "files-tagged-for-a-gpu": Fault(COLOURS, PARSES, tagged("serve", "gpu")),
    "files-version-twice": Fault(
        COLOURS, "test_version_directory", lambda version: shutil.copytree(version, version.with_name("002"))
    ),
    "files-asset-missing": Fault(WORDS, "test_signature_names", lambda version: only_asset(version).unlink()),
    "files-asset-empty": Fault(WORDS, "test_signature_names", lambda version: only_asset(version).write_bytes(b"")),
    "files-asset-cut-short": Fault(WORDS, "test_golden_outputs_hold", lambda version: cut_short(only_asset(version))),
    "files-asset-in-reverse": Fault(WORDS, "test_golden_outputs_hold", lambda version: in_reverse(only_asset(version))),
    "files-linked-away": Fault(COLOURS, change=linked_away, options=("--release",), says="link"),
    "files-warm-up-of-garbage": Fault(COLOURS, claims.WARM_UP, warm_up_of_garbage),
    "graph-unknown-op": Fault(COLOURS, "test_ops_are_known", lambda version: rewrite(version, unknown_op)),
    "graph-unknown-op-in-a-function": Fault(
        TEXT, "test_ops_are_known", lambda version: rewrite(version, unknown_op_in_a_function)
    ),
    "graph-of-a-newer-tensorflow": Fault(
        COLOURS, "test_exporter_is_not_newer_than_the_server", lambda version: rewrite(version, newer)
    ),
    "graph-reads-a-file": Fault(COLOURS, COMPUTES, with_effect(lambda image: tf().io.read_file("/etc/passwd"))),
    "graph-reads-a-file-in-a-condition": Fault(COLOURS, COMPUTES, with_effect(hidden_in_a_condition)),
    "graph-writes-a-file": Fault(
        COLOURS, COMPUTES, with_effect(lambda image: tf().io.write_file("/tmp/written-by-a-mutant", "x"))
    ),
    "graph-runs-python": Fault(
        COLOURS, COMPUTES, with_effect(lambda image: tf().numpy_function(np.mean, [image], tf().float32))
    ),
    "graph-prints": Fault(COLOURS, COMPUTES, with_effect(lambda image: tf().print(image))),
    "graph-lists-a-directory": Fault(COLOURS, COMPUTES, with_effect(lambda image: tf().io.matching_files("/*"))),
    "graph-that-keras-should-not-write": Fault(COLOURS, "test_version_answers_its_own_numbers", as_keras_should_not),
}
