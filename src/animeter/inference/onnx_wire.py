"""Finds tensors of an ONNX file that live outside it, by walking the protobuf bytes.

An ONNX file may say "these weights are in that other file", and ONNX Runtime then reads it. A
bundle from a stranger must not make us read files of this machine, so such a model is refused
before it is loaded. The `onnx` package could tell too, but it is large and not a dependency.

Source: field numbers from onnx.proto3 of ONNX 1.16; wire format from the Protocol Buffers
encoding guide.
"""

from collections.abc import Iterator
from typing import Final

from animeter.domain.errors import BundleError

# Messages that lead to tensors: field number to the message that stands there.
_MESSAGES: Final[dict[str, dict[int, str]]] = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {
        5: "Tensor",
        6: "Graph",
        10: "Tensor",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
}
_EXTERNAL_DATA_FIELD: Final = 13
_DATA_LOCATION_FIELD: Final = 14
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_DEPTH: Final = 64


class _MalformedError(Exception):
    """The bytes are not protobuf."""


def check_self_contained(model: bytes, origin: str) -> None:
    """Refuse a model whose weights are in other files.

    Args:
        model: content of an ONNX file.
        origin: what to call it in an error.

    Raises:
        BundleError: a tensor lives outside the file, or the bytes are not an ONNX file.
    """
    try:
        outside = _has_external_data(memoryview(model), "Model", depth=0)
    except _MalformedError as error:
        raise BundleError(
            f"{origin} is not an ONNX file: {error}. Export the model again."
        ) from error
    if outside:
        raise BundleError(
            f"{origin} keeps weights in other files, which a bundle may not: "
            "save the model with all its weights inside."
        )


def _has_external_data(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        raise _MalformedError(f"graphs nested deeper than {_MAX_DEPTH}")
    if kind == "Tensor":
        return any(
            field == _EXTERNAL_DATA_FIELD or (field == _DATA_LOCATION_FIELD and value != 0)
            for field, value in _fields(message)
        )
    inside = _MESSAGES[kind]
    return any(
        _has_external_data(value, inside[field], depth + 1)
        for field, value in _fields(message)
        if field in inside and isinstance(value, memoryview)
    )


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        field, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, position = _varint(message, position)
            yield field, value
            continue
        if wire == _BYTES:
            length, position = _varint(message, position)
        elif wire == _FIXED64:
            length = 8
        elif wire == _FIXED32:
            length = 4
        else:
            raise _MalformedError(f"wire type {wire} at byte {position}")
        if position + length > len(message):
            raise _MalformedError("it ends in the middle of a field")
        yield field, message[position : position + length]
        position += length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise _MalformedError("it ends in the middle of a number")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _MalformedError(f"a number longer than 10 bytes at byte {position}")
