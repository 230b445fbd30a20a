"""The last-resort font: nothing of ours is missing in it, and a browser fetches only what it needs."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont

from diagnose.reports import fonts
from diagnose.web.fonts import blueprint

YEAR = 365 * 24 * 3600


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.config["FONT_DIR"] = tmp_path / "fonts"
    app.register_blueprint(blueprint)
    with app.test_client() as client:
        yield client


def first(kind: str) -> str:
    return next(name for name in fonts.slices() if name.startswith(kind))


def test_font_has_every_character_of_our_own_texts() -> None:
    missing = {path.name: fonts.missing_glyphs(text) for path, text in fonts.own_texts()}
    assert len(missing) > 10
    assert {name: characters for name, characters in missing.items() if characters} == {}


def test_characters_outside_the_font_are_found_and_written_out() -> None:
    assert fonts.missing_glyphs("智诊\U0001f600\n") == {"\U0001f600"}
    assert fonts.visible("智诊\U0001f600") == "智诊〔U+1F600〕"
    assert fonts.visible("a\x00\ud800\nb") == "a〔U+0000〕〔U+D800〕 b"
    assert fonts.visible("\U0001f468\u200d\U0001f469") == "〔U+1F468〕〔U+1F469〕"
    assert fonts.missing_glyphs(fonts.visible("\U0001f600\x07é䶮㊣")) == set()


def test_slices_hold_the_whole_font_and_own_slices_all_our_characters() -> None:
    own = [code for name, codes in fonts.slices().items() if name.startswith("own") for code in codes]
    everything = [code for name, codes in fonts.slices().items() if name.startswith("all") for code in codes]
    assert sorted(everything) == sorted(fonts.covered())
    assert len(own) == len(set(own))
    ours = {ord(c) for _, text in fonts.own_texts() for c in text} & fonts.covered()
    assert ours <= set(own)
    assert all(len(part) <= fonts.SLICE_SIZE for part in fonts.slices().values())


@pytest.mark.parametrize("kind", ["own0", "all40"])
def test_slice_has_exactly_its_characters_and_keeps_its_licence(kind: str, tmp_path: Path) -> None:
    path = fonts.slice_file(first(kind), tmp_path)
    with TTFont(path) as font, TTFont(fonts.font_path()) as whole:
        assert font.flavor == "woff2"
        assert set(font.getBestCmap()) == set(fonts.slices()[first(kind)])
        for record in (0, 7, 13, 14):
            assert font["name"].getDebugName(record) == whole["name"].getDebugName(record) is not None
        assert {"GSUB", "GPOS", "vmtx"}.isdisjoint(font.keys())
    assert path.stat().st_size < 100_000


def test_font_declares_no_reserved_name() -> None:
    with TTFont(fonts.font_path()) as font:
        assert not any("reserved font name" in str(record).lower() for record in font["name"].names)


def test_slice_is_made_once_and_whole_when_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    write = fonts._write_slice

    def counted(codes: Iterable[int], path: Path) -> None:
        made.append(path)
        write(codes, path)

    monkeypatch.setattr(fonts, "_write_slice", counted)
    with ThreadPoolExecutor(6) as pool:
        sizes = set(pool.map(lambda _: fonts.slice_file(first("own0"), tmp_path).stat().st_size, range(12)))
    assert len(made) == len(sizes) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", f"{first('own0')}.woff2"]


def test_style_sheet_names_the_characters_of_each_slice() -> None:
    ranges = dict(re.findall(r"url\(([\w-]+)\.woff2\).*?unicode-range:([^}]+)}", fonts.font_css()))
    assert ranges.keys() == fonts.slices().keys()
    for name, text in ranges.items():
        spans = [re.fullmatch(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", span) for span in text.split(",")]
        codes = [c for s in spans if s for c in range(int(s[1], 16), int(s[2] or s[1], 16) + 1)]
        assert tuple(codes) == fonts.slices()[name]


def test_installed_fonts_come_before_any_fetch() -> None:
    rules = fonts.font_css().splitlines()
    assert rules[-1].count("local(") == len(fonts.LOCAL_FONTS) and "url(" not in rules[-1]
    kinds = [match[1] for rule in rules[:-1] if (match := re.search(r"url\((all|own)", rule))]
    assert kinds == sorted(kinds)


def test_style_sheet_is_small_and_revalidated(client: FlaskClient) -> None:
    response = client.get("/font/zz-fallback.css")
    assert response.status_code == 200 and response.mimetype == "text/css"
    assert len(response.data) < 40_000
    again = client.get("/font/zz-fallback.css", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_slice_is_served_for_ever(client: FlaskClient) -> None:
    with client.get(f"/font/{first('own0')}.woff2") as response:
        assert response.status_code == 200 and response.mimetype == "font/woff2"
        assert response.data.startswith(b"wOF2")
        assert response.cache_control.max_age == YEAR and response.cache_control.immutable


@pytest.mark.parametrize("name", ["own0", "own0-000000000000", "../secret_key", "%2e%2e%2fsecret_key", "own0-\x00"])
def test_unknown_slice_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/font/{name}.woff2").status_code == 404


def test_setup_makes_the_own_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr(fonts, "_write_slice", lambda codes, path: path.write_bytes(b"x"))
    fonts.main()
    made = {path.stem for path in (tmp_path / "fonts").glob("*.woff2")}
    assert made == {name for name in fonts.slices() if name.startswith("own")} != set()
