"""Every page is found from the README, and every link leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, README, anchors, fences, links
from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("file", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    broken = [link for link in links(file) if "://" not in link and not _is_there(file, link)]

    assert broken == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != README], ids=lambda page: page.name)
def test_readme_leads_to_the_page(page: Path) -> None:
    assert str(page.relative_to(ROOT)) in {link.partition("#")[0] for link in links(README)}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_blocks_name_their_language(file: Path) -> None:
    assert [fence.id for fence in fences(file) if not fence.language] == []


def _is_there(file: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    leads_to = (file.parent / path).resolve() if path else file
    return leads_to.exists() and (not anchor or anchor in anchors(leads_to))
