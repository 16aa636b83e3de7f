"""Read a TensorFlow checkpoint (a "tensor bundle") without TensorFlow.

The index is a sorted string table as LevelDB has it: blocks of entries that share prefixes of their
keys. Each value is a protocol buffer that says where in the data file an array lies.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: TensorFlow's number of a float32.
FLOAT = 1
FOOTER, TRAILER, MAGIC = 48, 5, 0xDB4775248B80FB57


def read_checkpoint(prefix: str) -> dict[str, NDArray[np.float32]]:
    """Return the float32 arrays of ``PREFIX.index`` and ``PREFIX.data-00000-of-00001``."""
    index = Path(f"{prefix}.index").read_bytes()
    data = Path(f"{prefix}.data-00000-of-00001").read_bytes()
    footer = index[-FOOTER:]
    if struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise ValueError(f"{prefix}.index is not the index of a checkpoint")
    at = _skip_handle(footer, 0)
    offset, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    arrays = {}
    for _, handle in _entries(index, offset, size):
        start, at = _varint(handle, 0)
        length, _ = _varint(handle, at)
        for key, value in _entries(index, start, length):
            entry = dict(_fields(value))
            if key and entry.get(1) == FLOAT:
                first = int(entry.get(4, 0))
                raw = data[first : first + int(entry[5])]
                arrays[key.decode()] = np.frombuffer(raw, "<f4").reshape(_shape(entry.get(2, b"")))
    return arrays


def _entries(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block."""
    if table[offset + size] != 0:
        raise ValueError("the block is compressed")
    block = table[offset : offset + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    end, at, key = len(block) - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _skip_handle(data: bytes, at: int) -> int:
    for _ in range(2):
        _, at = _varint(data, at)
    return at


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a protocol buffer."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        value: int | bytes
        if kind == 0:
            value, at = _varint(message, at)
        elif kind == 2:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        else:  # fixed 32 and 64 bits
            width = 4 if kind == 5 else 8
            value, at = message[at : at + width], at + width
        yield tag >> 3, value


def _shape(message: int | bytes) -> tuple[int, ...]:
    if isinstance(message, int):
        raise TypeError("a shape is a message")
    dims = [value for number, value in _fields(message) if number == 2 and isinstance(value, bytes)]
    return tuple(int(dict(_fields(dim)).get(1, 0)) for dim in dims)
