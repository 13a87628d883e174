"""Let an ONNX model take pictures of any size.

CenterFace is fully convolutional, but its file pins the input to 10 x 3 x 32 x 32 and lists every
weight as a replaceable input, which keeps onnxruntime from folding them (it then runs at half the
speed). This rewrites those few fields in the file's protobuf encoding and copies everything else
as it is, so that neither the `onnx` package nor generated code is needed.
Field numbers: onnx.proto of ONNX 1.x; encoding: protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator
from typing import Final

MODEL_IR_VERSION, MODEL_GRAPH = 1, 7
GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE_INFO = 11, 12, 13
VALUE_NAME, VALUE_TYPE, TYPE_TENSOR, TENSOR_ELEMENT, TENSOR_SHAPE, SHAPE_SIDE = 1, 2, 1, 1, 2, 1
FLOAT: Final = 1
# The first version of the format in which a weight need not be an input as well.
IR_VERSION: Final = 4


def any_size(model: bytes, picture: str) -> bytes:
    """The same model with `picture` as its only input and no fixed sizes.

    Input and outputs must be float tensors of four dimensions. Raises ValueError where `model`
    is not protobuf.
    """
    result = b""
    for number, raw, value in _fields(model):
        if number == MODEL_IR_VERSION:
            result += _key(number, 0) + _varint(IR_VERSION)
        elif number == MODEL_GRAPH:
            result += _delimited(number, _graph(value, picture.encode()))
        else:
            result += raw
    return result


def _graph(graph: bytes, picture: bytes) -> bytes:
    parts: list[bytes] = []
    for number, raw, value in _fields(graph):
        if number in (GRAPH_INPUT, GRAPH_OUTPUT):
            name = next((inner for key, _, inner in _fields(value) if key == VALUE_NAME), b"")
            if number == GRAPH_OUTPUT or name == picture:
                parts.append(_delimited(number, _float_tensor(name)))
        elif number != GRAPH_VALUE_INFO:
            parts.append(raw)
    return b"".join(parts)


def _float_tensor(name: bytes) -> bytes:
    """A ValueInfoProto: a float tensor of four dimensions of any length."""
    shape = _delimited(TENSOR_SHAPE, _delimited(SHAPE_SIDE, b"") * 4)
    tensor = _delimited(TYPE_TENSOR, _key(TENSOR_ELEMENT, 0) + _varint(FLOAT) + shape)
    return _delimited(VALUE_NAME, name) + _delimited(VALUE_TYPE, tensor)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Every field of a message: its number, all its bytes, and its value if it has a length."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        wire, value = key & 7, b""
        if wire == 0:
            _, at = _read_varint(message, at)
        elif wire == 2:
            length, at = _read_varint(message, at)
            value, at = message[at : at + length], at + length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} at byte {start}")
        if at > len(message):
            raise ValueError("the message ends inside a field")
        yield key >> 3, message[start:at], value


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("the message ends inside a number")


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _delimited(number: int, value: bytes) -> bytes:
    return _key(number, 2) + _varint(len(value)) + value
