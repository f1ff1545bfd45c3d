"""Versions whose files are not whole, and graphs that do more than compute."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.model.signature import Array
from tests.breakages.breakage import Breakage, numpy_good, tf
from tests.helpers import warmup
from tests.helpers.exports import cut_short, flip_a_bit, rewrite, swap_variables, with_effect, within, write_file
from tests.helpers.puppet import Puppet

DATA = "2/variables/variables.data-00000-of-00001"


def only_version_zero(base: Path) -> None:
    shutil.rmtree(base / "1")
    (base / "2").rename(base / "0")


def copy_under_another_name(base: Path) -> None:
    shutil.copytree(base / "2", base / "002")


def changed(change: Callable[[Any], None]) -> Callable[[Path], None]:
    """Changes the MetaGraphDef of version 2."""
    return lambda base: rewrite(base / "2", change)


def tag_for_training(meta_graph: Any) -> None:
    meta_graph.meta_info_def.tags[:] = ["train"]


def call_unknown_op(meta_graph: Any) -> None:
    meta_graph.graph_def.node.add(name="decode", op="DecodeHologram")


def export_with_99(meta_graph: Any) -> None:
    meta_graph.meta_info_def.tensorflow_version = "99.0.1"


def save_elsewhere(image: Any) -> Any:
    return tf().raw_ops.SaveV2(prefix="elsewhere", tensor_names=["image"], shape_and_slices=[""], tensors=[image])


IMAGES = np.zeros((2, 8, 8, 3), np.float32)


def shipping(images: Array, signature: str = "") -> Callable[[Path], object]:
    """Has version 2 ship a good request, and one for these images."""
    return lambda base: warmup.write(
        base / "2", [warmup.predict({"image": IMAGES}), warmup.predict({"image": images}, signature=signature)]
    )


BREAKAGES = {
    "version-zero": Breakage(
        {"test_version_directory"},
        spoil=only_version_zero,
        puppet=lambda: Puppet(states={0: "AVAILABLE"}, unversioned=0, compute=lambda version, image: numpy_good(image)),
        candidate="colours/0",
    ),
    "version-twice": Breakage({"test_version_directory"}, spoil=copy_under_another_name),
    "graph-cut-short": Breakage({"test_saved_model_parses"}, spoil=lambda base: cut_short(base / "2/saved_model.pb")),
    "graph-missing": Breakage({"test_saved_model_parses"}, spoil=lambda base: (base / "2/saved_model.pb").unlink()),
    "graph-not-to-serve": Breakage({"test_saved_model_parses"}, spoil=changed(tag_for_training)),
    "writes-a-file": Breakage({"test_graph_only_computes"}, function=with_effect(write_file(Path("elsewhere")))),
    "writes-a-file-within": Breakage(
        {"test_graph_only_computes"}, function=with_effect(within(write_file(Path("elsewhere"))))
    ),
    "reads-a-file": Breakage(
        {"test_graph_only_computes"}, function=with_effect(lambda image: tf().io.read_file("/etc/hostname"))
    ),
    "runs-python": Breakage(
        {"test_graph_only_computes"},
        function=with_effect(lambda image: tf().numpy_function(np.mean, [image], "float32")),
    ),
    "prints": Breakage({"test_graph_only_computes"}, function=with_effect(lambda image: tf().print("image", image))),
    "saves-outside-the-saver": Breakage({"test_graph_only_computes"}, function=with_effect(save_elsewhere)),
    "unknown-op": Breakage({"test_ops_are_known"}, spoil=changed(call_unknown_op)),
    "variables-missing": Breakage({"test_variables_are_whole"}, spoil=lambda base: shutil.rmtree(base / "2/variables")),
    "variables-cut-short": Breakage({"test_variables_are_whole"}, spoil=lambda base: cut_short(base / DATA)),
    "variables-without-data": Breakage({"test_variables_are_whole"}, spoil=lambda base: (base / DATA).unlink()),
    "variables-with-a-flipped-bit": Breakage({"test_variables_are_whole"}, spoil=lambda base: flip_a_bit(base / DATA)),
    "variables-of-another-shape": Breakage(
        {"test_variables_are_whole"}, spoil=lambda base: swap_variables(base / "2", {"variable": [1.0, 1.0]})
    ),
    "variables-of-another-dtype": Breakage(
        {"test_variables_are_whole"}, spoil=lambda base: swap_variables(base / "2", {"variable": np.float64(1.0)})
    ),
    "variables-of-another-model": Breakage(
        {"test_variables_are_whole"}, spoil=lambda base: swap_variables(base / "2", {"weights": 1.0})
    ),
    "warm-up-corrupt": Breakage(
        {"test_warm_up_requests_are_taken"}, spoil=lambda base: warmup.spoil(base / "2", bytes(range(200))), served=True
    ),
    "warm-up-for-another-signature": Breakage(
        {"test_warm_up_requests_are_taken"}, spoil=shipping(IMAGES, signature="predict"), served=True
    ),
    "warm-up-of-another-rank": Breakage({"test_warm_up_requests_are_taken"}, spoil=shipping(IMAGES[0]), served=True),
    "exporter-newer-than-the-server": Breakage(
        {"test_exporter_is_not_newer_than_the_server"},
        spoil=changed(export_with_99),
        served=True,
        skipped_by_good=True,
    ),
}
