"""JSON as TensorFlow Serving reads and writes it, beyond what was recorded."""

import json
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import tiny_models

tiny_models.tensorflow()

from fixtures.embedded import grisu, json_fast, json_reply, json_request, json_text, rapidjson  # noqa: E402
from fixtures.embedded.json_request import PredictBody  # noqa: E402
from fixtures.embedded.status import ServingError  # noqa: E402

FLOAT, DOUBLE, INT32, UINT8, INT64 = 1, 2, 3, 4, 9


def read(module: Any, body: bytes, dtype: int) -> PredictBody | str | None:
    """Read a body for one input `x`: what comes of it, or the error's text."""
    try:
        return module.read_predict(body, lambda _: {"x": SimpleNamespace(dtype=dtype)})  # type: ignore[no-any-return]
    except ServingError as error:
        return str(error)


numbers = st.one_of(
    st.integers(-300, 300),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=3).map(float),
)
any_numbers = numbers | st.sampled_from([math.nan, math.inf, -math.inf])
odd: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.just({}), st.just({"b64": "aGk="})
)
nested = st.recursive(
    st.one_of(any_numbers, numbers, numbers, odd), lambda inner: st.lists(inner, max_size=3), max_leaves=8
)
regular = st.lists(st.lists(any_numbers, min_size=2, max_size=2), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    value=st.one_of(nested, regular, st.lists(st.fixed_dictionaries({"x": numbers}), min_size=1, max_size=3)),
    key=st.sampled_from(["instances", "inputs"]),
    dtype=st.sampled_from([FLOAT, DOUBLE, INT32, UINT8, INT64]),
)
def test_the_quick_way_reads_the_same_or_declines(value: Any, key: str, dtype: int) -> None:
    body = json.dumps({key: value}).encode()
    quick = read(json_fast, body, dtype)
    exact = read(json_request, body, dtype)
    if quick is None:
        return
    assert isinstance(quick, PredictBody)
    assert isinstance(exact, PredictBody), f"{body!r}: {exact}"
    assert quick.format is exact.format
    assert quick.tensors["x"].shape == exact.tensors["x"].shape
    assert quick.tensors["x"].values.dtype == exact.tensors["x"].values.dtype
    assert quick.tensors["x"].values.tobytes() == exact.tensors["x"].values.tobytes()


@pytest.mark.parametrize(
    "body",
    [
        b'{"instances": [1.0, 2.0]}',
        b'{"instances": [[1, 2.5], [3, -4e-3]]}',
        b'{"instances": [{"x": 1.0}, {"x": 2.0}]}',
        b'{"inputs": {"x": [[1.0]]}}',
        b'{"signature_name": "serving_default", "inputs": 3}',
        b'{"inputs": [NaN, -Infinity, 1.5]}',
        b'{"inputs": [3.4028235e+38, 1e-45, -1e39]}',
    ],
)
def test_the_quick_way_takes_plain_numbers(body: bytes) -> None:
    assert isinstance(read(json_fast, body, FLOAT), PredictBody)


@pytest.mark.parametrize(
    ("body", "dtype"),
    [
        (b'{"instances": [1.0], "instances": [2.0]}', FLOAT),
        (b'{"instances": [{"x": 1.0, "x": 2.0}]}', FLOAT),
        (b'{"instances": [16777217]}', FLOAT),
        (b'{"instances": [true]}', FLOAT),
        (b'{"instances": [1.0]}', INT32),
        (b'{"instances": [2147483648]}', INT32),
        (b'{"instances": [0.12345678901234567]}', DOUBLE),
        (b'{"instances": [1e-50]}', DOUBLE),
        (b'{"instances": [[1], [2, 3]]}', INT32),
        (b'{"instances": [1.0]} x', FLOAT),
        (b'{"instances": [NaN, 1e400]}', FLOAT),
        (b'{"instances": [12345678901234567890123]}', FLOAT),
        (b'{"instances": [Inf]}', FLOAT),
        (b'{"signature_name": "\\ude00", "instances": [NaN]}', FLOAT),
        (b'{"instances": [NaNe39]}', FLOAT),
        (b'{"instances": [11e308]}', FLOAT),
        (b'{"instances": [NaN, 11e308]}', FLOAT),
    ],
)
def test_the_quick_way_declines(body: bytes, dtype: int) -> None:
    assert read(json_fast, body, dtype) is None


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[NaN, Inf, -Infinity]", [math.nan, math.inf, -math.inf]),
        (b'\xef\xbb\xbf{"a": 1} trailing', {"a": 1}),
        (b"[1e-50, 3.4028236e38]", [9.9999999999999989e-51, 3.4028235999999999e38]),
        (b"[-0, -0.0, 1e-320]", [0, -0.0, 0.0]),
        (b"[18446744073709551615, 18446744073709551616]", [2**64 - 1, 2.0**64]),
        (b"[-9223372036854775808, -9223372036854775809]", [-(2**63), -(2.0**63)]),
        (b'["\\ud83d\\ude00\\u00e9\\/"]', ["\U0001f600\u00e9/"]),
        (b'["\\ude00", "\xed\xb8\x80"]', ["\udced\udcb8\udc80", "\udced\udcb8\udc80"]),
        (b"[NaN.5, NaNe39, -Infinitye128, -Inf.25e1]", [0.5, 0.0, -0.0, -2.5]),
        (b"[NaInf, -NInfinity, -NaN]", [math.inf, -math.inf, math.nan]),
        (b"[11e308, -1.8e308, 1e308]", [math.inf, -math.inf, 1e308]),
        (b"[123456789.12345678901234567]", [123456789.1234568]),
    ],
)
def test_json_is_read(body: bytes, value: Any) -> None:
    assert repr(plain(rapidjson.parse(body))) == repr(value)


@given(st.lists(numbers, min_size=1, max_size=4))
def test_numbers_are_read_the_same_at_once_and_one_by_one(values: list[float]) -> None:
    texts = [json.dumps(value) for value in values]
    at_once = rapidjson.parse(f"[{', '.join(texts)}]".encode())
    one_by_one = [rapidjson.parse(text.encode()) for text in texts]
    assert repr(at_once) == repr(one_by_one)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b" ", "The document is empty. at offset: 1"),
        (b" ,1", "The document is empty. at offset: 1"),
        (b":", "The document is empty. at offset: 0"),
        (b"]", "The document is empty. at offset: 0"),
        (b"}", "The document is empty. at offset: 0"),
        (b"[,1]", "Invalid value. at offset: 1"),
        (b'["a\nb"]', "Invalid escape character in string. at offset: 3"),
        (b'["\\ud800\\ud800"]', "The surrogate pair in string is invalid. at offset: 2"),
        (b"[NaN.]", "Miss fraction part in number. at offset: 5"),
        (b"[Infinit]", "Invalid value. at offset: 8"),
        (b"[1" + b"0" * 309 + b"]", "Number too big to be stored in double. at offset: 1"),
        (b"[-1" + b"0" * 5000 + b"e-4900]", "Number too big to be stored in double. at offset: 1"),
        (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
        (b'{"a": 1 "b"}', "Missing a comma or '}' after an object member. at offset: 8"),
        (b'{"a": 1,}', "Missing a name for object member. at offset: 8"),
        (b"[1 2]", "Missing a comma or ']' after an array element. at offset: 3"),
        (b'["a', "Missing a closing quotation mark in string. at offset: 3"),
        (b'["a\0"]', "Missing a closing quotation mark in string. at offset: 3"),
        (b'["\\x"]', "Invalid escape character in string. at offset: 2"),
        (b'["\\u12g4"]', "Incorrect hex digit after \\u escape in string. at offset: 2"),
        (b'["\\ud800\\u0041"]', "The surrogate pair in string is invalid. at offset: 2"),
        (b"[1.]", "Miss fraction part in number. at offset: 3"),
        (b"[1e]", "Miss exponent in number. at offset: 3"),
        (b"[1e309]", "Number too big to be stored in double. at offset: 1"),
        (b"[tru]", "Invalid value. at offset: 4"),
        (b"[Na]", "Invalid value. at offset: 3"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ServingError) as raised:
        rapidjson.parse(body)
    assert raised.value.message == f"JSON Parse error: {message}"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=5e-324))
def test_written_digits_read_back(value: float) -> None:
    digits, point = grisu.digits(value)
    assert float(f"0.{digits}e{point}") == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-8, "1e-8"),
        (3.3e38, "3.3e38"),
        (100.0, "100.0"),
        (0.001, "0.001"),
        (1e21, "1e21"),
        (2.0**64, "18446744073709553000.0"),
        (-0.0, "-0.0"),
        ([1, [], {"a": [True, None]}], '[1, [], {\n        "a": [true, null]\n    }]'),
        ('\x0b"\\/é', '"\\u000B\\"\\\\/é"'),
    ],
)
def test_values_are_quoted_as_rapidjson_writes_them(value: Any, text: str) -> None:
    assert json_text.write(rapidjson.parse(json.dumps(value).encode())) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"NaN", ""),
        (b"[1.0, [2, -Infinity, 3], 4]", "[1.0, [2, "),
        (b'{"a": [1], "b": NaN, "c": 2}', '{\n    "a": [1],\n    "b": '),
    ],
)
def test_what_is_quoted_ends_before_a_number_that_is_not_finite(body: bytes, text: str) -> None:
    assert json_text.write(rapidjson.parse(body)) == text


@given(st.lists(st.floats(width=32), min_size=1, max_size=5))
def test_float32_survives_its_digits(values: list[float]) -> None:
    array = np.array(values, np.float32)
    read_back = np.array([float(text) for text in json_reply.decimals(array)], np.float64).astype(np.float32)
    np.testing.assert_array_equal(read_back, array)


@pytest.mark.parametrize("depth", [64, 65, 254, 20_000])
def test_deep_lists_are_read(depth: int) -> None:
    result = read(json_request, b'{"inputs": ' + b"[" * depth + b"1.0" + b"]" * depth + b"}", FLOAT)
    assert isinstance(result, PredictBody)
    assert result.tensors["x"].shape == (1,) * depth


def plain(value: Any) -> Any:
    """Make dicts of objects, to compare and print."""
    if isinstance(value, rapidjson.Object):
        return {name: plain(member) for name, member in value.members}
    return [plain(item) for item in value] if isinstance(value, list) else value
