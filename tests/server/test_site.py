"""The page as files: it is in every installation, and an export never eats anybody's folder."""

import json
from importlib.metadata import distribution
from pathlib import Path

import pytest

from animeter.domain.errors import OutputError
from animeter.inference.bundle import Bundle, builtin_bundle
from animeter.server import site
from animeter.server.site import PAGE_FOLDER, export_site, page_is_built

needs_page = pytest.mark.skipif(not page_is_built(), reason="the page is not built")


def test_an_installed_package_holds_the_page() -> None:
    origin = json.loads(distribution("animeter").read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        pytest.skip("a checkout may be without a built page")
    assert page_is_built()
    assert list(PAGE_FOLDER.rglob("*.wasm"))


@needs_page
def test_an_export_holds_the_page_and_the_very_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "site"
    size_bytes = export_site(folder, builtin_bundle())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert size_bytes == sum(path.stat().st_size for path in files)
    for path in PAGE_FOLDER.rglob("*"):
        if path.name.startswith("label"):
            assert not (folder / path.relative_to(PAGE_FOLDER)).exists(), "it needs its server"
        elif path.is_file():
            assert (folder / path.relative_to(PAGE_FOLDER)).read_bytes() == path.read_bytes()
    assert Bundle.open(folder / "model").spec == builtin_bundle().spec


@needs_page
def test_no_file_of_the_page_names_an_absolute_place(tmp_path: Path) -> None:
    index = (PAGE_FOLDER / "index.html").read_text("utf-8")
    assert 'src="/' not in index
    assert 'href="/' not in index
    assert "http" not in index.replace("http-equiv", "")


@needs_page
def test_an_earlier_export_is_replaced_and_anything_else_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    export_site(folder, builtin_bundle())
    (folder / "assets" / "left-over.js").touch()
    export_site(folder, builtin_bundle())
    assert not (folder / "assets" / "left-over.js").exists()

    diary = tmp_path / "diary"
    diary.mkdir()
    (diary / "index.html").write_text("mine")
    with pytest.raises(OutputError, match="nothing in it was touched"):
        export_site(diary, builtin_bundle())
    assert (diary / "index.html").read_text() == "mine"
    with pytest.raises(OutputError, match="not a page"):
        export_site(diary / "index.html", builtin_bundle())


def test_an_installation_without_the_page_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "PAGE_FOLDER", tmp_path / "nothing")
    with pytest.raises(OutputError, match="npm run build"):
        export_site(tmp_path / "site", builtin_bundle())
    assert not (tmp_path / "site").exists()
