"""SHA-256 of many spans, compiled: by the C functions that Python's own ``hashlib`` calls, so that other threads run meanwhile.

Where they cannot be had by name (a library that was built into Python, Windows), ``hashlib`` itself does it, one span after the other.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ctforensics.load.nodes import compiled

_NAMES = ("SHA256_Init", "SHA256_Update", "SHA256_Final")
_STATE, _SUM = 512, 32  # bytes: OpenSSL's state has 112
_KEY = 16

Array = np.ndarray[Any, Any]


def keys(text: Array, starts: Array, ends: Array) -> Array:
    """The first 16 bytes of the SHA-256 of each span, behind one another."""
    functions = _functions()
    if functions is None:
        return _plainly(text, starts, ends)
    made = np.empty(_KEY * len(starts), np.uint8)
    _sums(functions, text, starts, ends, made)
    return made


def _plainly(text: Array, starts: Array, ends: Array) -> Array:
    view, sha256 = memoryview(text.data), hashlib.sha256
    places = zip(starts.tolist(), ends.tolist(), strict=True)
    sums = b"".join([sha256(view[start:end]).digest()[:_KEY] for start, end in places])
    return np.frombuffer(sums, np.uint8)


@lru_cache(maxsize=1)
def _functions() -> Array | None:
    """Where the three C functions stand in this process, tried out; None where they cannot be had."""
    try:
        library = ctypes.CDLL(importlib.import_module("_hashlib").__file__)
        places = [ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in _NAMES]
    except (ImportError, AttributeError, TypeError, OSError):  # no such module, no file of its own, no such name in it
        return None
    functions = np.array(places, np.int64)
    text = np.frombuffer(bytes(range(256)) * 16, np.uint8).copy()
    ends = np.array([0, 1, 55, 56, 63, 64, 65, 119, 128, 1000, len(text)])
    starts = np.minimum(ends, 3) * (ends > 3)
    made = np.empty(_KEY * len(ends), np.uint8)
    _sums(functions, text, starts, ends, made)
    return functions if made.tobytes() == _plainly(text, starts, ends).tobytes() else None


@intrinsic
def _called(typing, address, given):
    """What the C function at an address answers to some pointers and sizes.

    The address is an argument and never a constant: compiled code is kept on disk, and the next process has the library elsewhere.
    """

    def build(context, builder, signature, values):
        words = cgutils.unpack_tuple(builder, values[1])
        kind = ir.FunctionType(ir.IntType(32), [word.type for word in words])
        return builder.call(builder.inttoptr(values[0], kind.as_pointer()), words)

    return types.int32(address, given), build


@compiled
def _sums(functions, text, starts, ends, made):
    """Fills ``made`` with the key of each span; ``functions`` are the addresses of those that begin, take and end a sum."""
    state, found = np.empty(_STATE, np.uint8), np.empty(_SUM, np.uint8)
    begin, take, end = functions[0], functions[1], functions[2]
    at, held, out = text.ctypes.data, state.ctypes.data, found.ctypes.data
    for i in range(len(starts)):
        if starts[i] < 0 or ends[i] < starts[i] or ends[i] > len(text):
            raise IndexError("a span leaves its buffer")
        _called(begin, (held,))
        _called(take, (held, at + starts[i], ends[i] - starts[i]))
        _called(end, (out, held))
        for k in range(_KEY):
            made[_KEY * i + k] = found[k]
