"""The packaged Chinese font: what it can show, and its slices as last-resort web font.

The font (Noto Sans SC, 8 MB) never goes to a browser whole. Pages name the family ``ZZ Fallback`` after the system
fonts; a browser that has no Chinese font then fetches only the slices (WOFF2) with the characters it lacks:

* ``own0``, ``own1``, …: the characters of our own texts, the most widespread first, 256 a slice;
* ``all0``, ``all1``, …: everything the font has, by code point, 256 a slice, for what users type.

A slice is made when first asked for (half a second) and kept in ``var/fonts``; ``python -m diagnose.reports.fonts``
makes the own slices beforehand. Its name carries a hash of all that goes into it, so a browser may keep it for ever.

Licence: SIL Open Font License 1.1. The font's records declare no Reserved Font Name, so a slice may keep the name;
the copyright, trademark and licence records stay in every slice, as the licence asks.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

from diagnose.config import PROJECT, settings

FAMILY = "ZZ Fallback"
OWN_TEXTS = (
    "templates/**/*.html",
    "static/**/*.js",
    "questionnaires/**/*.yaml",
    "scoring/rules/**/*.yaml",
    "diagnose/**/*.yaml",
    "diagnose/**/*.py",
    "questionnaires/**/*.py",
)
SLICE_SIZE = 256
ASCII = frozenset(range(0x20, 0x7F))
# Full and PostScript names of Chinese fonts that phones and Linux have but that no page can name as a family.
# `local()` that finds one ends the search: nothing is fetched.
LOCAL_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK SC Regular", "NotoSansCJKsc-Regular", "Noto Sans SC", "NotoSansSC-Regular",
    "HarmonyOS Sans SC", "HarmonyOS_Sans_SC", "MiSans", "MiSans VF", "MiSans Normal", "OPPO Sans", "vivo Sans",
    "Source Han Sans SC", "SourceHanSansSC-Regular", "Droid Sans Fallback", "DroidSansFallback",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14]  # copyright, names, version, trademark, makers, licence


def font_path() -> Path:
    """The packaged font file (OTF), the same for pages, charts and documents."""
    return Path(pylopdf_fonts_zh_cn.sans_path())


@cache
def covered() -> frozenset[int]:
    """All code points the font has a glyph for."""
    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_glyphs(text: str) -> set[str]:
    """The characters of `text` that the font cannot show; line breaks and tabs are no characters here."""
    return {c for c in set(text) - set("\n\r\t") if ord(c) not in covered()}


def visible(text: str) -> str:
    """`text` in one line with every character outside the font written out, 〔U+1F600〕.

    Marks without a shape of their own (joiners and variation selectors inside an emoji) are left out.
    """
    return "".join(_visible(c) for c in " ".join(text.split()))


def _visible(char: str) -> str:
    if ord(char) in covered():
        return char
    shapeless = unicodedata.category(char) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(char, "")
    return "" if shapeless else f"〔U+{ord(char):04X}〕"


def own_texts() -> Iterator[tuple[Path, str]]:
    """Every file of the project that may hold text a user reads, with its content."""
    for pattern in OWN_TEXTS:
        for path in sorted(PROJECT.glob(pattern)):
            yield path, path.read_text(encoding="utf-8")


@cache
def slices() -> dict[str, tuple[int, ...]]:
    """Name → code points of every slice. Read once a process: texts changed later count at the next start.

    The `all` slices repeat the own characters, so that a changed text gives new own slices and no others.
    """
    return {
        f"{kind}{start // SLICE_SIZE}-{_digest(part)}": part
        for kind, codes in (("all", sorted(covered())), ("own", _own_code_points()))
        for start in range(0, len(codes), SLICE_SIZE)
        for part in [tuple(sorted(codes[start : start + SLICE_SIZE]))]
    }


def _own_code_points() -> list[int]:
    """ASCII, then what our texts use: what stands in most files first, as most pages need it."""
    files: Counter[int] = Counter()
    for _, text in own_texts():
        files.update({ord(c) for c in text})
    return sorted(ASCII | (files.keys() & covered()), key=lambda code: (code not in ASCII, -files[code], code))


def _digest(codes: Iterable[int]) -> str:
    makers = ",".join(importlib.metadata.version(name) for name in ("fonttools", "brotli", "pylopdf-fonts-zh-cn"))
    return hashlib.sha256(f"{makers}:{sorted(codes)}:{KEPT_NAMES}".encode()).hexdigest()[:12]


def slice_file(name: str, folder: Path) -> Path:
    """The WOFF2 file of a slice in `folder`, made at the first call; KeyError for an unknown name.

    Processes and threads that ask at once wait for the one that makes it; nobody sees half a file.
    """
    codes, path = slices()[name], folder / f"{name}.woff2"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            draft = path.with_suffix(".draft")
            _write_slice(codes, draft)
            os.replace(draft, path)
    return path


def _write_slice(codes: Iterable[int], path: Path) -> None:
    """Outlines, widths and names only: a fallback needs no hints, kerning or vertical forms."""
    from fontTools import subset  # only here: slow to import, and seldom needed

    options = subset.Options(
        flavor="woff2", hinting=False, desubroutinize=True, layout_features=[], name_IDs=KEPT_NAMES, notdef_outline=True
    )
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    with TTFont(font_path(), lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.flavor = options.flavor
        font.save(path)


@cache
def font_css() -> str:
    """The @font-face rules of all slices; addresses are relative to the style sheet.

    Where ranges overlap, the later rule wins: own slices stand after the others, and the installed fonts last, so
    that nothing is fetched where one of them is found.
    """
    local = ",".join(f'local("{name}")' for name in LOCAL_FONTS)
    rules = [
        f'font-display:swap;src:url({name}.woff2)format("woff2");unicode-range:{_ranges(codes)}'
        for name, codes in slices().items()
    ]
    return "".join(f'@font-face{{font-family:"{FAMILY}";{rule}}}\n' for rule in [*rules, f"src:{local}"])


def _ranges(codes: tuple[int, ...]) -> str:
    """The CSS unicode-range of exactly these (rising) code points: emoji must not fetch a slice without them."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def main() -> None:
    """Make the own slices, for script/setup; the others follow when somebody needs them."""
    folder = settings().var_dir / "fonts"
    for name in slices():
        if name.startswith("own"):
            slice_file(name, folder)


if __name__ == "__main__":
    main()
