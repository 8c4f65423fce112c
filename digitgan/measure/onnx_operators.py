"""What a network from anywhere may consist of: plain operators on plain numbers.

Everything else that ONNX knows takes memory that ONNX Runtime does not count (texts,
sparse tensors, sequences), reads files, or hides what is run (functions, subgraphs).
An ONNX file is a message of protocol buffers, whose encoding is walked here: numbered
fields, of which messages nest, https://protobuf.dev/programming-guides/encoding.
Numbers of fields and types are those of onnx.proto, https://github.com/onnx/onnx.
"""

from collections.abc import Iterator

NAMES = (  # all that digitgan writes, and some of older classifiers
    "Abs Add Cast Clip Concat Conv ConvTranspose DequantizeLinear Div Elu Flatten "
    "Gather Gemm GreaterOrEqual Identity LeakyRelu MatMul Mul QuantizeLinear "
    "ReduceMax ReduceSum Relu Reshape Round Selu Shape Sigmoid Slice Softmax Softplus "
    "Squeeze Sub Tanh Transpose Unsqueeze Where"
)
OPERATORS = frozenset(NAMES.split())
# float32, uint8, int8, int32, int64, bool, float16, float64
TYPES = frozenset((1, 2, 3, 6, 7, 9, 10, 11))
MAX_FIELDS = 100_000  # of all messages that are looked into
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # how a field is encoded
FIXED = {FIXED64: 8, FIXED32: 4}  # bytes
PLAIN_ATTRIBUTE = frozenset((1, 2, 3, 4, 7, 8, 13, 20, 21))  # no tensors, no graphs
Field = tuple[int, int | memoryview]


def checked_operators(content: bytes) -> set[str]:
    """Return the operators of a network, if it is of plain ones on plain numbers.

    A ValueError says what else it has.
    """
    walk = _Walk()
    walk.model(memoryview(content))
    return walk.operators


class _Walk:
    """A walk through one file, of a bounded length, and the operators that it met."""

    def __init__(self):
        self.operators: set[str] = set()
        self._left = MAX_FIELDS

    def model(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number in (20, 25):  # training_info, functions
                raise ValueError("it has functions or training steps of its own")
            if number == 7:
                self._graph(_message(value))

    def _graph(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number == 1:
                self._node(_message(value))
            elif number == 5:  # initializer
                self._tensor(_message(value))
            elif number == 15:  # sparse_initializer
                raise ValueError("it has sparse tensors")

    def _node(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number == 4:
                name = _text(value)
                self.operators.add(name)
                if name not in OPERATORS:
                    problem = f"its operator {name[:40]!r} is none of digitgan's"
                    raise ValueError(problem)
            if number == 5:
                self._attribute(_message(value))
            if number == 7 and _text(value) not in ("", "ai.onnx"):  # domain
                raise ValueError("its operators are not those of ONNX itself")

    def _attribute(self, message: memoryview) -> None:
        is_type, number_is_type = False, True
        for number, value in self._fields(message):
            if number not in PLAIN_ATTRIBUTE:
                raise ValueError("an operator has a tensor or a graph of its own")
            if number == 1:
                is_type = is_type or _text(value) == "to"  # of Cast
            if number == 3:
                number_is_type = number_is_type and value in TYPES
        if is_type and not number_is_type:
            raise ValueError("it computes with what are no numbers")

    def _tensor(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number == 2 and value not in TYPES:
                raise ValueError("it holds what are no numbers")
            if number in (6, 13) or (number == 14 and value):
                raise ValueError("it holds texts, or reads other files")

    def _fields(self, message: memoryview) -> Iterator[Field]:
        """Yield the number and the value of each field of a message."""
        at = 0
        while at < len(message):
            self._left -= 1
            if self._left < 0:
                raise ValueError("it has more parts than any network of digitgan")
            key, at = _varint(message, at)
            number, kind = key >> 3, key & 7
            value: int | memoryview
            if kind == VARINT:
                value, at = _varint(message, at)
            elif kind == BYTES or kind in FIXED:
                size, at = _varint(message, at) if kind == BYTES else (FIXED[kind], at)
                value = message[at : at + size]
                at += size
                if len(value) < size:
                    raise ValueError("it is cut short")
            else:
                raise ValueError("it is no ONNX file")
            yield number, value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return a number whose bytes hold seven bits each, and where it ends."""
    value = 0
    for place in range(10):
        if at + place >= len(message):
            raise ValueError("it is cut short")
        byte = message[at + place]
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, at + place + 1
    raise ValueError("it is no ONNX file")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("it is no ONNX file")
    return value


def _text(value: int | memoryview) -> str:
    return str(_message(value), "utf-8", "replace")
