"""`conformance.toml` says what a model promises; whatever makes no sense is an error that says what would be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fixtures.compare.tolerance import EXACT, Tolerance, default_tolerance, tolerances
from fixtures.errors import ContractError
from fixtures.model.contract import (
    CONTRACT_FILE,
    NO_CONTRACT,
    Contract,
    PromisedSignature,
    PromisedTolerance,
    Samples,
    read_contract,
)
from fixtures.model.signature import DType, Signature, TensorSpec, serving_signature

pytestmark = pytest.mark.fast

SIGNATURES = """\
[signatures.serving_default]
inputs.input_4 = { dtype = "float32", shape = [-1, 224, 224, 3] }
outputs.custom_class = { dtype = "float32", shape = [-1, 5] }
outputs.rank = { dtype = "int64", shape = [-1] }
"""
SAMPLES = """
[samples]
images = "../../raw_images"
input = "input_4"
resize = "bicubic"
scale = 0.5
offset = -1
labels = ["roses", "sunflowers", "daisy", "dandelion", "tulips"]
"""
TOLERANCE = """
[tolerance.custom_class]
rtol = 1e-3
atol = 1e-6
"""
PREDICTIONS = """
[predictions]
probabilities = ["custom_class"]
accuracy = 0.9
"""
WHOLE = SIGNATURES + SAMPLES + TOLERANCE + PREDICTIONS

Read = Callable[[str], Contract]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a text as the contract of a model."""

    def read(text: str) -> Contract:
        (tmp_path / CONTRACT_FILE).write_text(text, encoding="utf-8")
        contract = read_contract(tmp_path)
        assert contract.is_pinned
        return contract

    return read


@pytest.fixture
def refusal(read: Read, tmp_path: Path) -> Callable[[str], str]:
    """Reads a text that is no contract, and gives what is said of it beside the file."""

    def refusal(text: str) -> str:
        with pytest.raises(ContractError) as caught:
            read(text)
        file, _, problems = str(caught.value).partition(" is no ")
        assert file == str(tmp_path / CONTRACT_FILE)
        return problems

    return refusal


def test_whole_contract(read: Read, tmp_path: Path) -> None:
    contract = read(WHOLE)
    assert contract.signatures == {
        "serving_default": PromisedSignature(
            inputs={"input_4": TensorSpec(dtype="float32", shape=(-1, 224, 224, 3))},
            outputs={
                "custom_class": TensorSpec(dtype="float32", shape=(-1, 5)),
                "rank": TensorSpec(dtype="int64", shape=(-1,)),
            },
        )
    }
    samples = contract.samples
    assert samples is not None
    assert samples.images == (tmp_path / "../../raw_images").resolve()
    assert (samples.input, samples.resize, samples.scale, samples.offset) == ("input_4", "bicubic", 0.5, -1.0)
    assert samples.labels == ("roses", "sunflowers", "daisy", "dandelion", "tulips")
    assert contract.tolerance == {"custom_class": PromisedTolerance(rtol=1e-3, atol=1e-6)}
    assert (contract.predictions.probabilities, contract.predictions.accuracy) == (("custom_class",), 0.9)


def test_defaults(read: Read) -> None:
    contract = read(SIGNATURES)
    assert (contract.samples, contract.tolerance) == (None, {})
    assert (contract.predictions.probabilities, contract.predictions.accuracy) == ((), None)


def test_defaults_of_samples(read: Read) -> None:
    samples = read(SIGNATURES + '[samples]\nimages = "."\ninput = "input_4"\n').samples
    assert samples is not None
    assert (samples.resize, samples.scale, samples.offset, samples.labels) == ("nearest", None, 0.0, ())


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [("float32", 1 / 255), ("float16", 1 / 255), ("bfloat16", 1 / 255), ("uint8", 1.0), ("int32", 1.0), ("bool", 1.0)],
)
def test_scale_is_one_but_for_floats_unless_it_is_given(dtype: DType, scale: float) -> None:
    spec = TensorSpec(dtype=dtype, shape=(-1, 2, 2, 3))
    assert Samples(images=Path(), input="x").scale_for(spec) == scale
    assert Samples(images=Path(), input="x", scale=0.0).scale_for(spec) == 0.0


def test_absolute_directory_of_images_stays_so(read: Read) -> None:
    samples = read(WHOLE.replace("../../raw_images", "/srv/images")).samples
    assert samples is not None
    assert samples.images == Path("/srv/images")


def test_a_model_without_a_contract_has_none(tmp_path: Path) -> None:
    assert read_contract(tmp_path) is NO_CONTRACT


def test_byte_order_mark_is_no_part_of_the_contract(read: Read) -> None:
    assert read("\ufeff" + WHOLE).samples is not None


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        (WHOLE + "[tolerence.custom_class]\nrtol = 1\n", "tolerence", "tolerance"),
        ("verison = 1\n" + WHOLE, "verison", "known here: signatures, unpromised_signatures, samples"),
        (WHOLE.replace("inputs.input_4", "input.input_4"), "input", "inputs"),
        (WHOLE.replace("dtype", "dtyp", 1), "dtyp", "dtype"),
        (WHOLE.replace("resize", "rezise"), "rezise", "resize"),
        (WHOLE.replace("atol", "attol"), "attol", "atol"),
        (WHOLE.replace("accuracy", "acuracy"), "acuracy", "accuracy"),
    ],
)
def test_unknown_key(refusal: Callable[[str], str], text: str, key: str, nearest: str) -> None:
    problems = refusal(text)
    assert f"unknown key {key!r}" in problems
    assert nearest in problems.partition(f"unknown key {key!r}")[2]


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (WHOLE.replace("inputs.input_4", "input.input_4"), "signatures.serving_default: "),
        (WHOLE.replace("dtype", "dtyp", 1), "signatures.serving_default.inputs.input_4: "),
        (WHOLE.replace("resize", "rezise"), "samples: "),
        (WHOLE.replace("atol", "attol"), "tolerance.custom_class: "),
        (WHOLE.replace("accuracy", "acuracy"), "predictions: "),
    ],
)
def test_unknown_key_says_where_it_stands(refusal: Callable[[str], str], text: str, table: str) -> None:
    assert f"\n  {table}unknown key" in refusal(text)


def test_each_unknown_key_is_named(refusal: Callable[[str], str]) -> None:
    problems = refusal(WHOLE.replace("scale", "scael").replace("offset", "ofset").replace("accuracy", "acuracy"))
    assert [key for key in ("'scael'", "'ofset'", "'acuracy'") if key not in problems] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rtol = 1e-3", "rtol = -1e-3", "tolerance.custom_class.rtol: "),
        ("rtol = 1e-3", "rtol = nan", "tolerance.custom_class.rtol: "),
        ("rtol = 1e-3", "rtol = inf", "tolerance.custom_class.rtol: "),
        ("rtol = 1e-3", 'rtol = "1e-3"', "tolerance.custom_class.rtol: "),
        ("rtol = 1e-3", "rtol = true", "tolerance.custom_class.rtol: "),
        ("atol = 1e-6", "atol = -inf", "tolerance.custom_class.atol: "),
        ("atol = 1e-6", "atol = []", "tolerance.custom_class.atol: "),
        ("scale = 0.5", "scale = nan", "samples.scale: "),
        ("scale = 0.5", "scale = true", "samples.scale: "),
        ("scale = 0.5", 'scale = "1/255"', "samples.scale: "),
        ("offset = -1", "offset = inf", "samples.offset: "),
        ('"bicubic"', '"cubic"', "samples.resize: "),
        ('"bicubic"', "7", "samples.resize: "),
        ('images = "../../raw_images"', "images = 7", "samples.images: "),
        ('images = "../../raw_images"\n', "", "samples: give one of images, arrays, requests, here is none"),
        ('input = "input_4"\n', "", "samples: images need input"),
        ('"roses"', "7", "samples.labels.0: "),
        ('["custom_class"]', '"custom_class"', "predictions.probabilities: "),
        ("accuracy = 0.9", "accuracy = 0", "predictions.accuracy: "),
        ("accuracy = 0.9", "accuracy = 90", "predictions.accuracy: 90 is no share of 1; write 0.9 for 90%"),
        ("accuracy = 0.9", "accuracy = 87.5", "predictions.accuracy: 87.5 is no share of 1; write 0.875 for 87.5%"),
        ("accuracy = 0.9", "accuracy = 900", "predictions.accuracy: 900 is no share of 1; write a number above 0"),
        ("accuracy = 0.9", "accuracy = nan", "predictions.accuracy: "),
        ("accuracy = 0.9", "accuracy = true", "predictions.accuracy: "),
        ("accuracy = 0.9", 'accuracy = "0.9"', "predictions.accuracy: "),
        ('"int64"', '"int63"', "signatures.serving_default.outputs.rank.dtype: 'int63' is none of "),
        ('"int64"', '"resource"', "signatures.serving_default.outputs.rank.dtype: 'resource' is none of "),
        ('"int64"', "64", "signatures.serving_default.outputs.rank.dtype: 64 is none of "),
        ('"int64", shape = [-1]', '"int64"', "signatures.serving_default.outputs.rank.shape: "),
        ("shape = [-1, 5]", "shape = [-2, 5]", "signatures.serving_default.outputs.custom_class.shape: [-2, 5] is no "),
        ("shape = [-1, 5]", "shape = [true, 5]", "signatures.serving_default.outputs.custom_class.shape"),
        ("shape = [-1, 5]", 'shape = ["-1", 5]', "signatures.serving_default.outputs.custom_class.shape"),
        ("shape = [-1, 5]", "shape = [-1.0, 5]", "signatures.serving_default.outputs.custom_class.shape"),
        ("shape = [-1, 5]", 'shape = "any"', "signatures.serving_default.outputs.custom_class.shape"),
        (SAMPLES, "samples = []\n", "samples: "),
        (SIGNATURES, "", "signatures: "),
        (SIGNATURES, "signatures = {}\n", "signatures: "),
    ],
)
def test_value_that_makes_no_sense(refusal: Callable[[str], str], old: str, new: str, says: str) -> None:
    assert old in WHOLE
    before, after = WHOLE.split(old, 1)
    text = new + after if old is SIGNATURES else before + new + after
    if old is SAMPLES:
        text = new + before + after
    assert f"\n  {says}" in refusal(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'input = "input_4"',
            'input = "input_5"',
            "samples.input: 'input_5' is none of the inputs input_4; did you mean",
        ),
        ("[tolerance.custom_class]", "[tolerance.custom_clas]", "tolerance: 'custom_clas' is none of the outputs"),
        ("[tolerance.custom_class]", "[tolerance.custom_clas]", "did you mean 'custom_class'?"),
        ("[tolerance.custom_class]", "[tolerance.rank]", "tolerance.rank: of int64 give atol alone, by how much"),
        ('["custom_class"]', '["classes"]', "predictions.probabilities: 'classes' is none of the outputs"),
        ('["custom_class"]', '["custom_class", "rank"]', "predictions.probabilities: rank is int64"),
        ('probabilities = ["custom_class"]\n', "", "predictions.accuracy needs probabilities = "),
        ("probabilities = [", 'probabilities = ["custom_class", ', "predictions.accuracy needs probabilities = "),
        (SAMPLES, "", "predictions.accuracy needs labelled samples"),
        ("labels = [", "#", "predictions.accuracy needs labelled samples"),
        ('"daisy"', '"roses"', "samples: labels names a label twice"),
        (
            "outputs.custom_class",
            "inputs.more = { dtype = 'bool', shape = [] }\noutputs.custom_class",
            "there is also more",
        ),
    ],
)
def test_names_refer_to_something(refusal: Callable[[str], str], old: str, new: str, says: str) -> None:
    assert old in WHOLE
    assert says in refusal(WHOLE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("dtype", "scaling", "range_"),
    [
        ("uint8", "scale = 0.00392156862745098\n", "0.00392157 and 0"),
        ("uint8", "scale = 0.5\n", "0.5 and 0"),
        ("int8", "", "1 and 0"),
        ("uint8", "scale = 1\noffset = 0.5\n", "1 and 0.5"),
        ("uint8", "scale = 1\noffset = 1\n", "1 and 1"),
        ("int8", "scale = 1\n", "1 and 0"),
        ("uint8", "scale = -1\n", "-1 and 0"),
    ],
)
def test_pixels_that_an_integer_input_cannot_hold(
    refusal: Callable[[str], str], dtype: str, scaling: str, range_: str
) -> None:
    text = SIGNATURES.replace("float32", dtype, 1) + '[samples]\nimages = "."\ninput = "input_4"\n' + scaling
    assert f"samples.scale and samples.offset: {range_} give input_4 values that no {dtype} holds" in refusal(text)


@pytest.mark.parametrize(
    ("dtype", "scaling"),
    [
        ("uint8", ""),
        ("uint8", "scale = 1"),
        ("int8", "offset = -128"),
        ("int32", "scale = -3\noffset = 7"),
        ("float16", ""),
    ],
)
def test_pixels_that_the_input_holds(read: Read, dtype: str, scaling: str) -> None:
    text = SIGNATURES.replace("float32", dtype, 1) + '[samples]\nimages = "."\ninput = "input_4"\n' + scaling
    assert read(text).signatures["serving_default"].inputs["input_4"].dtype == dtype


@pytest.mark.parametrize(
    ("dtype", "way_out"),
    [("uint8", "leave both out: pixels are 0..255"), ("int8", "leave scale out and give offset = -128")],
)
def test_way_out_where_pixels_do_not_fit(refusal: Callable[[str], str], dtype: str, way_out: str) -> None:
    text = SIGNATURES.replace("float32", dtype, 1) + '[samples]\nimages = "."\ninput = "input_4"\nscale = 0.5\n'
    assert way_out in refusal(text)


BYTES = """\
[signatures.serving_default]
inputs.image = { dtype = "string", shape = [-1] }
outputs.colour = { dtype = "float32", shape = [-1, 3] }
"""
FILES = '[samples]\nimages = "."\ninput = "image"\n'


def test_an_input_of_strings_takes_images(read: Read) -> None:
    samples = read(BYTES + FILES + 'labels = ["a", "b", "c"]\n').samples
    assert samples is not None
    assert samples.input == "image"


@pytest.mark.parametrize("line", ['resize = "nearest"', "scale = 1", "offset = 0"])
def test_what_is_done_to_pixels_is_of_no_use_to_an_input_of_strings(refusal: Callable[[str], str], line: str) -> None:
    key = line.partition(" ")[0]
    assert f"samples: {key}: nothing that image could use, which as an input of strings" in refusal(
        BYTES + FILES + line + "\n"
    )


def test_an_input_of_examples_takes_no_images(refusal: Callable[[str], str]) -> None:
    features = 'features.x = { dtype = "float32", shape = [2] }\n'
    assert "samples.images: image takes serialized tf.Examples" in refusal(BYTES + features + FILES)


@pytest.mark.parametrize(
    "content",
    [b"signatures = [", b"\xff\xfe[signatures]", b"a = 1\na = 2\n", b"{}", b"a = 'caf\xe9'"],
    ids=["cut", "utf-16", "twice", "json", "latin-1"],
)
def test_no_toml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CONTRACT_FILE).write_bytes(content)
    with pytest.raises(ContractError, match="is no readable TOML: ") as caught:
        read_contract(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / CONTRACT_FILE))


def test_empty_file_promises_nothing(refusal: Callable[[str], str]) -> None:
    assert "signatures: Field required" in refusal("")


def test_directory_in_place_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / CONTRACT_FILE).mkdir()
    with pytest.raises(ContractError, match="is no readable TOML"):
        read_contract(tmp_path)


def test_link_to_nothing_in_place_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / CONTRACT_FILE).symlink_to(tmp_path / "moved.toml")
    with pytest.raises(ContractError, match=CONTRACT_FILE):
        read_contract(tmp_path)


def test_every_problem_is_told_at_once(refusal: Callable[[str], str]) -> None:
    problems = refusal(WHOLE.replace("bicubic", "cubic").replace("rtol = 1e-3", "rtol = -1"))
    assert ("samples.resize" in problems, "tolerance.custom_class.rtol" in problems) == (True, True)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [(["serving_default"], "serving_default"), (["a", "serving_default"], "serving_default"), (["z", "b"], "b")],
)
def test_signature_that_samples_are_sent_to(names: list[str], chosen: str) -> None:
    assert serving_signature({name: Signature(inputs={}, outputs={}) for name in names}) == chosen


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        ("", default_tolerance("float32")),
        ("[tolerance.custom_class]\nrtol = 0.5\n", replace(default_tolerance("float32"), rtol=0.5)),
        ("[tolerance.custom_class]\natol = 0\n", replace(default_tolerance("float32"), atol=0.0)),
        ("[tolerance.custom_class]\nscale_rtol = 0\n", replace(default_tolerance("float32"), scale_rtol=0.0)),
        (TOLERANCE, replace(default_tolerance("float32"), rtol=1e-3, atol=1e-6)),
    ],
)
def test_tolerance_is_the_promised_one_else_the_dtypes(read: Read, promised: str, expected: Tolerance) -> None:
    contract = read(SIGNATURES + promised)
    found = tolerances(contract, contract.signatures["serving_default"].outputs, ())
    assert found == {"custom_class": expected, "rank": EXACT}


def test_tolerances_without_a_contract_are_the_dtypes() -> None:
    outputs = {"y": TensorSpec(dtype="float16", shape=(-1,)), "s": TensorSpec(dtype="string", shape=())}
    expected = {"y": default_tolerance("float16"), "s": replace(EXACT, batched=False)}
    assert tolerances(NO_CONTRACT, outputs, ()) == expected


@pytest.mark.parametrize(
    ("shape", "text", "batched"),
    [
        ((-1, 5), "float32 (-1, 5)", True),
        ((-1,), "float32 (-1)", True),
        ((1, 5), "float32 (1, 5)", False),
        ((5, -1), "float32 (5, -1)", False),
        ((), "float32 ()", False),
        ("unknown", "float32 unknown", False),
    ],
)
def test_spec_in_words_and_whether_it_is_batched(shape: Any, text: str, batched: bool) -> None:
    spec = TensorSpec(dtype="float32", shape=shape)
    assert (str(spec), spec.batched) == (text, batched)


@pytest.mark.parametrize(
    ("dtype", "numpy_dtype"),
    [("float32", np.float32), ("bool", np.bool_), ("string", object), ("bfloat16", ml_dtypes.bfloat16)],
)
def test_numpy_dtype(dtype: DType, numpy_dtype: Any) -> None:
    assert TensorSpec(dtype=dtype, shape=()).numpy_dtype == np.dtype(numpy_dtype)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[latency]\n", "latency: give p95_ms, max_ratio or both"),
        ("[latency]\np95_ms = 0\n", "latency.p95_ms: "),
        ("[latency]\np95_ms = inf\n", "latency.p95_ms: "),
        ("[latency]\nmax_ratio = true\n", "latency.max_ratio: "),
        ("[latency]\np95 = 1\n", "latency: unknown key 'p95'; did you mean 'p95_ms'?"),
    ],
)
def test_latency_that_makes_no_sense(refusal: Callable[[str], str], text: str, says: str) -> None:
    assert f"\n  {says}" in refusal(WHOLE + text)


def test_golden_file_is_beside_the_contract(read: Read, tmp_path: Path) -> None:
    golden = read(SIGNATURES + '[predictions]\ngolden = "golden.npz"\n').predictions.golden
    assert golden is not None
    assert (golden.name, golden.is_absolute()) == ("golden.npz", True)


TWO = """
[signatures.a]
inputs.text = { dtype = "string", shape = [-1] }
outputs.score = { dtype = "float32", shape = [-1] }
outputs.id = { dtype = "int64", shape = [-1] }

[signatures.b]
inputs.x = { dtype = "float32", shape = [-1] }
inputs.y = { dtype = "float32", shape = [-1] }
outputs.id = { dtype = "float64", shape = [-1] }
"""


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (
            '[samples]\nimages = "."\narrays = "a.npz"\n',
            "samples: give one of images, arrays, requests, here is images and",
        ),
        ('[samples]\narrays = "a.npz"\ninput = "x"\n', "samples: input: nothing that arrays could use; remove it"),
        ('[samples]\nrequests = "a"\nscale = 2\nsignature = "a"\n', "samples: scale, signature: nothing that requests"),
        ('[samples]\narrays = "a.npz"\nsignature = "c"\n', "samples.signature: 'c' is none of the signatures a, b"),
        (
            '[predictions]\nnon_finite = ["scores"]\n',
            "predictions.non_finite: 'scores' is none of the outputs id, score; did",
        ),
        (
            '[predictions]\nconstant = ["scores"]\n',
            "predictions.constant: 'scores' is none of the outputs id, score; did",
        ),
        ("[tolerance.text]\nrtol = 1\n", "tolerance: 'text' is none of the outputs id, score"),
        (
            '[predictions]\nprobabilities = ["score"]\naccuracy = 1.0\n[samples]\nrequests = "r"\nlabels = ["a"]\n',
            "predictions.accuracy needs labelled samples: samples.images or arrays, and labels",
        ),
        (
            '[predictions]\nprobabilities = ["score"]\naccuracy = 1.0\n'
            '[samples]\narrays = "r"\nlabels = ["a"]\nsignature = "b"\n',
            "predictions.probabilities: 'score' is none of the outputs id",
        ),
    ],
)
def test_samples_and_promises_of_several_signatures(refusal: Callable[[str], str], added: str, says: str) -> None:
    assert says in refusal(TWO + added)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            'method = "clasify"',
            "signatures.a: method: 'clasify' is none of predict, classify, regress; did you mean 'classify'?",
        ),
        ('rest = "rows"', "signatures.a.rest: "),
        ("batching = 0", "signatures.a.batching: "),
        ('features.x = { dtype = "floot32", shape = [1] }', "did you mean 'float32'?"),
        (
            'inputs.more = { dtype = "string", shape = [] }\nfeatures.x = { dtype = "int64", shape = [1] }',
            "is not exactly one",
        ),
        ("shape = [1]", "unknown key 'shape'"),
    ],
)
def test_signature_that_makes_no_sense(refusal: Callable[[str], str], line: str, says: str) -> None:
    assert says in refusal(TWO.replace("[signatures.a]\n", f"[signatures.a]\n{line}\n"))


def test_unpromised_signatures_are_forbidden_unless_allowed(read: Read, refusal: Callable[[str], str]) -> None:
    assert read(TWO).unpromised_signatures == "forbid"
    assert read('unpromised_signatures = "allow"\n' + TWO).unpromised_signatures == "allow"
    assert "unpromised_signatures: " in refusal("unpromised_signatures = true\n" + TWO)


def test_tolerance_is_for_the_output_in_every_signature(read: Read) -> None:
    contract = read(TWO + "[tolerance.id]\nrtol = 0.5\natol = 1\n[tolerance.score]\natol = 2\n")
    of_a, of_b = (tolerances(contract, contract.signatures[name].outputs, ()) for name in ("a", "b"))
    assert (of_b["id"].rtol, of_b["id"].atol, of_a["score"].atol) == (0.5, 1.0, 2.0)


def test_place_of_samples_is_plain(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    samples = read(TWO + '[samples]\narrays = "below/../a.npz"\n').samples
    assert samples is not None
    assert samples.arrays == Path("a.npz")


@pytest.mark.parametrize(
    ("shape", "accepted", "refused"),
    [
        ((-1, 2), [(1, 2), (0, 2)], [(1, 3), (2,), (1, 2, 1)]),
        ((), [()], [(1,)]),
        ((3,), [(3,)], [(1,)]),
        ("unknown", [(), (1, 2)], []),
    ],
)
def test_shapes_that_a_spec_takes(shape: Any, accepted: list[Any], refused: list[Any]) -> None:
    spec = TensorSpec(dtype="float32", shape=shape)
    assert [one for one in accepted + refused if spec.takes(one)] == accepted


def test_a_signature_that_is_the_same_as_another_has_its_interface(read: Read) -> None:
    contract = read(WHOLE + '[signatures.serve]\nsame_as = "serving_default"\n')
    one, other = contract.signatures["serving_default"], contract.signatures["serve"]
    assert (other.inputs, other.outputs, other.method) == (one.inputs, one.outputs, one.method)
    assert (one.same_as, other.same_as) == (None, "serving_default")
    assert contract.serving_signature == "serving_default"


def test_the_serving_signature_is_one_that_stands_for_itself(read: Read) -> None:
    contract = read(SIGNATURES.replace("serving_default", "zero") + '[signatures.a]\nsame_as = "zero"\n')
    assert contract.serving_signature == "zero"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            '[signatures.serve]\nsame_as = "serving_defualt"',
            "signatures.serve.same_as: 'serving_defualt' is none of the signatures that have inputs and outputs here: "
            "serving_default; did you mean 'serving_default'?",
        ),
        ('[signatures.serve]\nsame_as = "serve"', "signatures.serve.same_as: 'serve' is none of the signatures"),
        ("[signatures.serve]\nsame_as = 7", "signatures.serve.same_as: 7 is none of the signatures"),
        (
            '[signatures.serve]\nsame_as = "serving_default"\nbatching = false\nrest = "none"',
            "signatures.serve.same_as: everything else is as serving_default has it; remove batching, rest, or same_as",
        ),
        ("[signatures.serve]\nsame_as_ = 7", "signatures.serve: unknown key 'same_as_'; did you mean 'same_as'?"),
    ],
)
def test_what_is_the_same_as_nothing_is_told(table: str, said: str, refusal: Callable[[str], str]) -> None:
    assert said in refusal(SIGNATURES + table)


def test_the_default_signature_is_no_other_name_of_another(refusal: Callable[[str], str]) -> None:
    signature = SIGNATURES.replace("serving_default", "serve")
    assert "signatures.serving_default.same_as: give serving_default its inputs and outputs" in refusal(
        signature + '[signatures.serving_default]\nsame_as = "serve"'
    )
