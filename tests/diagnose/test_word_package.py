"""What an uploaded Word template may be: every kind of harmful or broken file is refused with its own sentence."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from diagnose.reports.word import packaged
from diagnose.services import word_package
from diagnose.services.word_package import LIMITS, Refused, inspect

RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TEXT = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def changed(more: dict[str, bytes | str] | None = None, **swaps: tuple[str, str, str]) -> bytes:
    """The packaged template with further parts, or with texts replaced: name=(part, old, new)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packaged("dossier"))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name).decode("latin-1")
            for part, before, after in swaps.values():
                if part == name:
                    assert before in content
                    content = content.replace(before, after, 1)
            new.writestr(name, content.encode("latin-1"))
        for name, extra in (more or {}).items():
            new.writestr(name, extra)
    return out.getvalue()


def linked(kind: str, target: str, mode: str = "External") -> bytes:
    """With one more relation."""
    one = f'<Relationship Id="rX" Type="{KINDS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return changed(link=(RELS, "</Relationships>", one))


def field(*pieces: str) -> bytes:
    """With a field whose code Word has cut into pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return changed({"word/extra.xml": f'<w:p xmlns:w="{TEXT}">{runs}</w:p>'})


def bomb() -> bytes:
    return changed({"word/media/a.bin": b"\0" * (LIMITS["unpacked_mb"] << 20)})


def encrypted() -> bytes:
    """The flag of one entry says so, in its own header and in the directory."""
    data = bytearray(changed())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


MAIN = "document.main+xml"
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TEMPLATE = PLAIN.replace("document.main", "template.main")
XML = '<?xml version="1.0" encoding="{}"?><a/>'
CASES: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "nothing": (b"", "empty"),
    "a PDF": (b"%PDF-1.7", "type"),
    "old Word": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old"),
    "too large": (b"PK\x03\x04" + b"x" * (LIMITS["file_mb"] << 20), "large"),
    "cut off": (packaged("dossier")[:5000], "broken"),
    "no document": (b"PK\x03\x04", "broken"),
    "locked": (encrypted, "old"),
    "bomb": (bomb, "bomb"),
    "many parts": (lambda: changed({f"word/p{n}.txt": "x" for n in range(LIMITS["entries"])}), "bomb"),
    "climbing name": (lambda: changed({"word/../../x.txt": "x"}), "broken"),
    "macros": (lambda: changed({"word/vbaProject.bin": b"x"}), "program"),
    "docm": (lambda: changed(type=(TYPES, PLAIN, DOCM)), "program"),
    "dotx": (lambda: changed(type=(TYPES, PLAIN, TEMPLATE)), "type"),
    "embedded": (lambda: changed({"word/embeddings/a.xlsx": b"x"}), "program"),
    "control": (lambda: changed({"word/activeX/activeX1.xml": "<a/>"}), "program"),
    "remote picture": (lambda: linked("image", "http://x.example/p.png"), "outside"),
    "remote template": (lambda: linked("attachedTemplate", "http://x.example/t.dotm"), "program"),
    "file on a share": (lambda: linked("hyperlink", "file://server/share"), "outside"),
    "imported chunk": (lambda: linked("aFChunk", "a.html", "Internal"), "program"),
    "DDE": (lambda: field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"), "field"),
    "cut field": (lambda: field(" INCLUDEPI", "CTURE ", '"http://x.example/p.png"'), "field"),
    "DTD": (lambda: changed({"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "dtd"),
    "UTF-16": (lambda: changed({"word/x.xml": XML.format("utf-16").encode("utf-16")}), "broken"),
    "UTF-7": (lambda: changed({"word/x.xml": XML.format("utf-7")}), "broken"),
    "broken XML": (lambda: changed({"word/x.xml": "<a>"}), "broken"),
}


@pytest.mark.parametrize("name", CASES)
def test_harmful_or_broken_files_are_refused_in_words(name: str) -> None:
    made, reason = CASES[name]
    with pytest.raises(Refused) as refused:
        inspect(made if isinstance(made, bytes) else made())
    assert refused.value.reason == reason
    assert refused.value.message.endswith("。") and "{" not in refused.value.message


def test_same_part_twice_is_refused() -> None:
    out = BytesIO(changed())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/DOCUMENT.xml", "<a/>")
    with pytest.raises(Refused) as refused:
        inspect(out.getvalue())
    assert refused.value.reason == "broken"


def harmless(data: bytes) -> bool:
    try:
        inspect(data)
    except Refused:
        return False
    return True


def test_packaged_templates_are_harmless() -> None:
    assert harmless(packaged("dossier")) and harmless(packaged("onsite"))


def test_links_that_somebody_clicks_and_page_numbers_may_stay() -> None:
    assert harmless(linked("hyperlink", "https://www.miit.gov.cn/"))
    assert harmless(linked("hyperlink", "mailto:a@example.com"))
    assert harmless(field(" PAGE "))
    assert harmless(field(' HYPERLINK "https://www.miit.gov.cn/" '))


def test_nothing_is_unpacked_before_its_size_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb()
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(Refused):
        word_package.inspect(data)
