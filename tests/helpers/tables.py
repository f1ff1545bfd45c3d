"""The table that the index of a checkpoint is, taken apart and put together again with right checksums."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)


def blocks(content: bytes) -> list[bytes]:
    """The data block of a small index, its meta block and its index block."""
    at, handles = len(content) - 48, []
    for _ in range(2):
        offset, at = _read(content, at)
        size, at = _read(content, at)
        handles.append((offset, size))
    (meta, meta_size), (index, index_size) = handles
    return [content[: meta - 5], content[meta : meta + meta_size], content[index : index + index_size]]


def table(parts: list[bytes]) -> bytes:
    """The file of these blocks; the index block names the first, of whatever length that is."""
    data, meta, index = parts
    content = data + _trailer(data)
    handles = _varint(len(content)) + _varint(len(meta))
    content += meta + _trailer(meta)
    # one entry: key, and where the data block is
    _, at = _read(index, 0)
    own, at = _read(index, at)
    _, at = _read(index, at)
    key = index[at : at + own]
    where = _varint(0) + _varint(len(data))
    index = _varint(0) + _varint(own) + _varint(len(where)) + key + where + struct.pack("<II", 0, 1)
    handles += _varint(len(content)) + _varint(len(index))
    content += index + _trailer(index)
    return content + handles.ljust(40, b"\0") + MAGIC


def rebuilt(content: bytes, change: Callable[[bytes, Any], None]) -> bytes:
    """The same index after `change` was called with each key and its BundleEntryProto."""
    from tensorflow.core.protobuf import tensor_bundle_pb2

    data, *others = blocks(content)
    at, key, made, starts = 0, b"", b"", []
    (restarts,) = struct.unpack_from("<I", data, len(data) - 4)
    while at < len(data) - 4 - 4 * restarts:
        shared, at = _read(data, at)
        own, at = _read(data, at)
        length, at = _read(data, at)
        key = key[:shared] + data[at : at + own]
        value = data[at + own : at + own + length]
        at += own + length
        if key:
            entry = tensor_bundle_pb2.BundleEntryProto.FromString(value)
            change(key, entry)
            value = entry.SerializeToString()
        # every key whole
        starts.append(len(made))
        made += _varint(0) + _varint(len(key)) + _varint(len(value)) + key + value
    made += struct.pack(f"<{len(starts)}I", *starts) + struct.pack("<I", len(starts))
    return table([made, *others])


def _trailer(block: bytes) -> bytes:
    checksum = _crc32c(block + b"\0")
    return b"\0" + struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)


@cache
def _crcs() -> list[int]:
    crcs = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        crcs.append(number)
    return crcs


def _crc32c(content: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ _crcs()[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def _read(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (content[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if content[at - 1] < 128:
            return number, at


def _varint(number: int) -> bytes:
    made = b""
    while number >= 128:
        made += bytes([number & 127 | 128])
        number >>= 7
    return made + bytes([number])
