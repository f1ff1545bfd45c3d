"""A file that nobody would make by accident ends the run with one clear error, at once; nothing is started for it."""

from __future__ import annotations

import io
import os
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.gate import RunGate
from tests.helpers.puppet import Puppet

SOON_S = 5.0
Spoil = Callable[[Path], object]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound(path: Path) -> None:
    # a socket's path has at most 107 bytes
    where = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{where}/{path.name}")
    os.close(where)


def stdin(path: Path) -> None:
    path.symlink_to("/dev/stdin")


def in_place_of(name: str, make: Callable[[Path], None]) -> Spoil:
    def spoil(models: Path) -> None:
        (models / name).unlink(missing_ok=True)
        make(models / name)

    return spoil


def contract(text: str | bytes) -> Spoil:
    content = text.encode() if isinstance(text, str) else text
    return lambda models: (models / "colours/conformance.toml").write_bytes(content)


def samples(source: str, content: bytes | Callable[[Path], None]) -> Spoil:
    """Have the contract name a file of samples that holds this."""

    def spoil(models: Path) -> None:
        file = models / "colours/conformance.toml"
        signature = file.read_text().partition("[samples]")[0]
        file.write_text(f'{signature}[samples]\n{source} = "given"\n')
        if isinstance(content, bytes):
            (models / "colours/given").write_bytes(content)
        else:
            content(models / "colours/given")

    return spoil


def photo(content: bytes) -> Spoil:
    return lambda models: (models.parent / "photos/red_2.jpg").write_bytes(content)


def golden(make: Callable[[Path], object]) -> Spoil:
    def spoil(models: Path) -> None:
        file = models / "colours/conformance.toml"
        file.write_text(file.read_text() + 'golden = "golden.npz"\n')
        (models / "colours/golden.npz").unlink(missing_ok=True)
        make(models / "colours/golden.npz")

    return spoil


def npz(header: bytes, content: bytes = b"", name: str = "image.npy", packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of one array with any header."""
    length = struct.pack("<H", len(header))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        archive.writestr(name, b"\x93NUMPY\x01\x00" + length + header + content)
    return file.getvalue()


def header(shape: str, dtype: str = "<f4") -> bytes:
    return f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}\n".encode()


def sparse(file: Path) -> None:
    """A tebibyte of nothing."""
    with file.open("wb") as opened:
        opened.truncate(2**40)


def bomb(file: Path) -> None:
    """Six hundred MiB of zeros in less than one."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("image.npy", "w") as array:
        head = header(f"({600 * 2**20 // 768}, 8, 8, 3)")
        array.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head)
        for _ in range(600):
            array.write(bytes(2**20))


def png(width: int, height: int) -> bytes:
    """A picture of that many black pixels, or the beginning of one."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/tmp/x) (w) file closefile\nshowpage\n%%EOF\n"
NPZ = "given is no readable .npz file: "
LINE = "given, line 1: "
TOML = "conformance.toml is no readable TOML: "


@pytest.mark.parametrize("kind", [fifo, zeros, bound, stdin], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("colours/conformance.toml", "conformance.toml is no readable TOML: it is a "),
        ("../photos/red_2.png", "red_2.png holds no complete image: it is a "),
        ("../photos/labels.csv", "labels.csv is no readable table: it is a "),
    ],
)
def test_what_is_no_file_is_not_read(
    place: str, says: str, kind: Callable[[Path], None], run_gate: RunGate, colour_models: Path
) -> None:
    expect_one_error(in_place_of(place, kind), says, run_gate, colour_models)


@pytest.mark.parametrize("kind", [fifo, zeros, bound], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda kind: samples("arrays", kind), " is no readable .npz file: it is a "),
        (lambda kind: samples("requests", kind), " cannot be read: it is a "),
        (golden, ", which is no .npz file of plain arrays: it is a "),
    ],
    ids=["arrays", "requests", "golden"],
)
def test_what_is_no_file_is_no_samples(
    spoil: Callable[[object], Spoil], says: str, kind: object, run_gate: RunGate, colour_models: Path
) -> None:
    expect_one_error(spoil(kind), says, run_gate, colour_models)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (contract("a = " + "[" * 600 + "]" * 600), TOML + "it is nested too deep"),
        (contract("a = " + "{b = " * 600 + "1" + "}" * 600), TOML + "it is nested too deep"),
        (contract(".".join(["a"] * 300_000) + " = 1"), TOML + "a key has more than 64 parts (at line 1)"),
        (contract("a = " + "9" * 5000), TOML),
        (contract("[a]\nb = " + "9" * 4000), TOML + "a.b: a number of more than 64 bits"),
        (contract("a = 'x\0y'"), TOML),
        (contract(b"a = '\xff'"), TOML),
        (contract("#" * (2**20 + 1)), TOML + "it is larger than 1 MiB"),
        (lambda models: os.truncate(models / "colours/conformance.toml", 2**40), TOML + "it is larger than 1 MiB"),
        (
            contract(
                'signatures.s = { inputs.x = { dtype = "float32", shape = [9_000_000, 9_000_000] }, outputs = {} }'
            ),
            "inputs.x.shape: one float32 (9000000, 9000000) takes more than the 2 GiB",
        ),
        (samples("arrays", npz(header("(1000000, 1000000, 10)"))), NPZ + "array image claims to be float32 (1000000, "),
        (samples("arrays", npz(header(f"({2**60}, 0)"))), NPZ + "array image claims to be"),
        (samples("arrays", npz(header(f"({2**60},)", "|S0"))), NPZ + "array image claims to be"),
        (samples("arrays", npz(header("(-1, 8, 8, 3)"))), NPZ),
        (samples("arrays", npz(b"{" * 5000)), NPZ),
        (samples("arrays", npz(header("(1, 8, 8, 3)"))), NPZ),
        (samples("arrays", npz(b"", name="image")), NPZ + "image in it is no array"),
        (samples("arrays", npz(header("(1,)"), packed=zipfile.ZIP_LZMA)), NPZ + "image.npy in it is packed as numpy"),
        (samples("arrays", bomb), " unpack to 600 MiB, and at most 512 MiB are read"),
        (golden(bomb), " unpack to 600 MiB, and at most 512 MiB are read"),
        (samples("requests", b'{"inputs": ' + b"[" * 900 + b"]" * 900 + b"}"), LINE + "input image is [[[["),
        (samples("requests", b'{"inputs": ' + b"[" * 9000 + b"]" * 9000 + b"}"), LINE + "no JSON: nested too deep"),
        (samples("requests", b'{"inputs": NaN, "x": ' + b"9" * 5000 + b"}"), LINE + "no JSON"),
        (samples("requests", b'{"signature_name": [1], "inputs": 1}'), LINE + "signature_name is [1], no text"),
        (samples("requests", b'{"signature_name": {}, "inputs": 1}'), LINE + "signature_name is {}, no text"),
        (samples("requests", b'{"signature_name": 0, "inputs": 1}'), LINE + "signature_name is 0, no text"),
        (samples("requests", b'{"examples": [{"\\ud800": NaN}]}'), LINE),
        (samples("requests", b"\0\xff"), LINE + "no JSON"),
        (samples("requests", sparse), "1 GiB"),
        (photo(POSTSCRIPT), "red_2.jpg holds no complete image: it is none of JPEG, PNG, BMP, GIF, WEBP, TIFF"),
        (photo(b"%PDF-1.7\n"), "red_2.jpg holds no complete image: it is none of"),
        (photo(png(2**15, 2**15)), "red_2.jpg holds no complete image: "),
        (photo(png(2**31 - 1, 2**31 - 1)), "red_2.jpg holds no complete image: "),
        (photo(png(1000, 1000)[:100]), "red_2.jpg holds no complete image: "),
        (lambda models: (models.parent / "photos/labels.csv").write_bytes(b"file,label\n\0"), "labels.csv"),
        (
            lambda models: (models.parent / "photos/labels.csv").write_bytes(b"file,label\n" + b"9" * 10**6),
            "labels.csv",
        ),
        (lambda models: os.truncate(models.parent / "photos/labels.csv", 2**40), "it is larger than 16 MiB"),
    ],
)
def test_file_of_evil_intent(spoil: Spoil, says: str, run_gate: RunGate, colour_models: Path) -> None:
    expect_one_error(spoil, says, run_gate, colour_models)


def expect_one_error(spoil: Spoil, says: str, run_gate: RunGate, models: Path) -> None:
    spoil(models)
    started = time.monotonic()
    run = run_gate(f"--models={models}", "--tfs=/no/such/server")
    taken_s = time.monotonic() - started

    assert says in run.output
    assert "/no/such/server is no such file" not in run.output
    assert (run.status, run.output.count("ERROR: ")) == (pytest.ExitCode.USAGE_ERROR, 1)
    assert "Traceback" not in run.output
    assert "INTERNALERROR" not in run.output
    assert taken_s < SOON_S


def test_a_program_in_an_image_is_not_started(run_gate: RunGate, colour_models: Path, tmp_path: Path) -> None:
    program = tmp_path / "gs"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    photo(POSTSCRIPT)(colour_models)
    before, os.environ["PATH"] = os.environ["PATH"], f"{tmp_path}:{os.environ['PATH']}"
    try:
        run_gate(f"--models={colour_models}", "--tfs=/no/such/server")
    finally:
        os.environ["PATH"] = before
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("kind", [fifo, zeros, bound], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index", "assets/words.txt", "fingerprint.pb"])
def test_version_with_what_is_no_file_is_not_loaded(
    name: str, kind: Callable[[Path], None], run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    (colour_models / "colours/2/assets").mkdir(exist_ok=True)
    in_place_of(f"colours/2/{name}", kind)(colour_models)
    started = time.monotonic()
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "conformance/test_artifact.py")

    assert time.monotonic() - started < 2 * SOON_S
    assert run.verdict("colours/2") == "REJECT"
    assert run.claims("colours/2", "failures") == {"test_saved_model_parses"}
    assert f"colours/2/{name} is a " in run.output


def test_version_that_is_linked_in_a_circle(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    (colour_models / "colours/2/up").symlink_to(".")
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}")

    assert "colours/2/up cannot be read: it is a link back to a directory that it is in" in run.output
    assert (run.status, "Traceback" in run.output) == (pytest.ExitCode.USAGE_ERROR, False)


def test_arrays_are_read_as_numpy_writes_them(tmp_path: Path) -> None:
    from fixtures.samples.npz import read_npz

    arrays: dict[str, Any] = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.array([b"x", b"yy"]),
        "c": np.zeros((0, 3)),
        "d": np.array(1),
    }
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "arrays.npz", **arrays)
        found = read_npz(tmp_path / "arrays.npz")
        assert all(
            np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in arrays.items()
        )
