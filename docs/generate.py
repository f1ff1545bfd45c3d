"""Writes what pages of docs/ tell of the code anew from that code: `make docs`.

What stands above the mark in such a page is written by hand, and kept.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fixtures.claims.listed import claims_in
from fixtures.compare.tolerance import DEFAULTS, MOST_FOR_PROBABILITIES
from fixtures.model.contract import Contract
from fixtures.options import flag, option, options, told

DOCS = Path(__file__).parent
MARK = "<!-- from here on written by `make docs`"
GENERATED = MARK + ": change {source} instead -->"


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """What is to stand in each page."""
    written = {
        "claims.md": _claims(),
        "options.md": _options(),
        "contract.md": _contract(),
        "tolerance.md": _tolerance(),
    }
    return {name: _by_hand(DOCS / name) + "\n".join(lines) + "\n" for name, lines in written.items()}


def _by_hand(page: Path) -> str:
    text, mark, _ = page.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{page} has no mark that says where what is written by hand ends: {MARK}")
    return text


def _claims() -> Iterator[str]:
    yield GENERATED.format(source="the docstrings in conformance/")
    modules = [
        (file, ast.parse(file.read_text(encoding="utf-8"))) for file in (DOCS.parent / "conformance").glob("test_*.py")
    ]
    for file, module in sorted(modules, key=lambda one: _place(*one)):
        quick = "; with `-m quick` too" if "pytest.mark.quick" in _marks(module) else ""
        yield from ("", f"## {(ast.get_docstring(module) or '').removesuffix('.')}", "", f"`{file.name}`{quick}", "")
        yield from _header("claim", "what is claimed", "it fails when", "then")
        for claim in claims_in(file):
            yield _row(f"`{claim.name}`", claim.claimed, claim.fails, claim.advice)


def _tolerance() -> Iterator[str]:
    yield from (GENERATED.format(source="fixtures/compare/tolerance.py"), "", "## The defaults", "")
    yield from _header("dtype", "`rtol`", "`atol`", "`scale_rtol`")
    for dtype, one in DEFAULTS.items():
        yield _row(dtype, *(f"`{number:g}`" for number in (one.rtol, one.atol, one.scale_rtol)))
    yield _row("probabilities", "as their dtype", "as their dtype", f"at most `{MOST_FOR_PROBABILITIES:g}`")


def _marks(module: ast.Module) -> str:
    assigned = [node for node in module.body if isinstance(node, ast.Assign)]
    return " ".join(ast.unparse(node.value) for node in assigned if ast.unparse(node.targets[0]) == "pytestmark")


def _place(file: Path, module: ast.Module) -> int:
    found = re.search(r"pytest\.mark\.place\((\d+)\)", _marks(module))
    if found is None:
        raise ValueError(f"{file}: pytestmark has no pytest.mark.place(NUMBER)")
    return int(found[1])


def _options() -> Iterator[str]:
    yield GENERATED.format(source="fixtures/options.py")
    yield ""
    yield from _header("option", "default", "meaning")
    for name, field in options().items():
        metavar = option(name).metavar
        default = {None: "none", False: "off"}.get(field.default) or f"`{told(field.default)}`"
        yield _row(f"`{flag(name)}{'=' if metavar else ''}{metavar}`", default, field.description or "")


def _contract() -> Iterator[str]:
    yield GENERATED.format(source="fixtures/model/")
    schema = Contract.model_json_schema()
    schemas, places = {"Contract": schema, **schema["$defs"]}, {"Contract": [""]}
    for name in _refer(schemas, "Contract", places):
        table = schemas[name]
        where = ", ".join(f"`{place}`" for place in places[name] if place) or "At the top"
        yield from ("", f"## {where}", "", table["description"], "")
        yield from _header("key", "value", "default", "meaning")
        for key, value in table["properties"].items():
            default = "required" if key in table.get("required", ()) else _default(value)
            yield _row(f"`{key}`", _value(value, places), default, value.get("description", ""))


def _refer(schemas: Mapping[str, Any], name: str, places: dict[str, list[str]]) -> list[str]:
    """The tables from this one on, and into `places` where each may stand."""
    below = []
    path = places[name][0].strip("[]")
    for key, value in schemas[name]["properties"].items():
        for other in re.findall(r"#/\$defs/(\w+)", str(value)):
            place = f"{path}.{key}".strip(".") + (".NAME" if "additionalProperties" in value else "")
            places.setdefault(other, []).append(f"[[{place}]]" if "items" in value else f"[{place}]")
            if other not in below:
                below.append(other)
    return [name, *(deeper for other in below for deeper in _refer(schemas, other, places))]


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, str):
        return f'`"{default}"`'
    return f"`{default}`" if isinstance(default, (int, float)) else "none"


def _value(value: Mapping[str, Any], places: Mapping[str, list[str]]) -> str:
    if "anyOf" in value:
        return " or ".join(_value(one, places) for one in value["anyOf"] if one.get("type") != "null")
    if "$ref" in value:
        return f"see `{places[value['$ref'].rpartition('/')[2]][0]}`"
    if "enum" in value:
        return ", ".join(f'`"{one}"`' for one in value["enum"])
    if "const" in value:
        return f'`"{value["const"]}"`'
    if value["type"] == "array":
        return f"a list: {_value(value['items'], places)}"
    if value["type"] == "object":
        return f"by name: {_value(value['additionalProperties'], places)}"
    limits = {"exclusiveMinimum": "above", "minimum": "from", "maximum": "to"}
    named = {"boolean": "`true`, `false`", "string": value.get("format", "text")}.get(value["type"], value["type"])
    return " ".join([named, *(f"{word} {value[limit]}" for limit, word in limits.items() if limit in value)])


def _header(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield _row(*("---" for _ in cells))


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
