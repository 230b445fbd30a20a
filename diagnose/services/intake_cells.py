"""One cell of an imported list → its value, or a sentence that says what is wrong and what to do."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from diagnose.catalog import Catalog
from diagnose.models import Division
from diagnose.services.classify import Industries
from diagnose.services.fact_rules import FIRST_DAY
from diagnose.services.sheets import SETTINGS
from diagnose.texts import say
from questionnaires.parse import Mistake, parse
from questionnaires.schema import Fact

SCIENTIFIC = re.compile(r"[0-9]\.?[0-9]*E\+?[0-9]+", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?)?日?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})年?度?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_PHONE = re.compile(r"[0-9+\-—() ,、/转;]*")
_INDUSTRY = re.compile(r"[A-T]?(\d{2,4})\D*")
_BLANKS = re.compile(r"[\s'\"=\-\u200b\ufeff]+")
_VALUES = {sign: value for value, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_WEIGHTS = [pow(3, place, 31) for place in range(17)] + [1]
EXCEL_START = date(1899, 12, 30)  # day 0 of a workbook's days


class Wrong(ValueError):
    """A cell that cannot be taken; the message is a Chinese sentence."""


def narrow(text: str) -> str:
    """Full-width signs in plain form, without blanks at the ends."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def credit_code(text: str) -> str:
    """统一社会信用代码 (GB 32100, check digit included)."""
    code = _BLANKS.sub("", narrow(text)).upper()
    if _adds_up(code):
        return code
    if SCIENTIFIC.fullmatch(code):
        raise Wrong(say("intake_code_scientific", text=text[:30]))
    try:
        uscc.validate(code)
    except InvalidLength:
        raise Wrong(say("code_length", length=len(code))) from None
    except InvalidChecksum:
        raise Wrong(say("code_check")) from None
    except ValidationError:
        raise Wrong(say("code_letters")) from None
    return code


def _adds_up(code: str) -> bool:
    """A code that is right, quickly; why another one is not, the library says."""
    if len(code) != 18 or not code[:8].isdecimal():
        return False
    try:
        return sum(_VALUES[sign] * weight for sign, weight in zip(code, _WEIGHTS, strict=True)) % 31 == 0
    except KeyError:
        return False


def line(most: int) -> Callable[[str], str]:
    """A text of one line, of at most so many characters."""

    def read(text: str) -> str:
        kept = " ".join(text.split())
        if not kept.isprintable() or "\ufffd" in kept:
            raise Wrong(say("unreadable"))
        if len(kept) > most:
            raise Wrong(say("text_long", length=most))
        return kept

    return read


def phone(text: str) -> str:
    """A telephone number as people write them."""
    kept = " ".join(narrow(text).split())
    if SCIENTIFIC.fullmatch(kept) or not _PHONE.fullmatch(kept):
        raise Wrong(say("phone_wrong"))
    if len(kept) > 40:
        raise Wrong(say("text_long", length=40))
    return kept


def figure(fact: Fact) -> Callable[[str], Any]:
    """A size figure, by the same rule as in the form."""

    def read(text: str) -> Any:
        try:
            return parse(fact, [as_number(text, fact)])
        except Mistake as mistake:
            raise Wrong(str(mistake)) from None

    return read


def as_number(text: str, fact: Fact) -> str:
    """A number as a cell has it: perhaps with its unit, and with more decimals than are kept (rounded half-up)."""
    plain = narrow(text).removesuffix(fact.unit).strip()
    whole, point, decimals = plain.replace(" ", "").partition(".")
    if not (point and decimals.isdecimal() and whole.replace(",", "").isdecimal()):
        return plain
    if fact.kind == "count":
        return plain if decimals.strip("0") else whole
    if len(decimals) <= fact.decimals:
        return plain
    number = Decimal(f"{whole.replace(',', '')}.{decimals}")
    return str(number.quantize(Decimal(1).scaleb(-fact.decimals), ROUND_HALF_UP))


def process_type(text: str) -> str:
    """离散型 or 流程型, as lists call them."""
    for code, names in SETTINGS["process_types"].items():
        if narrow(text).lower() in names:
            return str(code)
    raise Wrong(say("intake_process", text=text[:20]))


def day(today: date) -> Callable[[str], date]:
    """A day that has come: 2024-05-01, 2024年5月1日, 2024.5, 20240501, or a workbook's day number. A month is its
    first day."""

    def read(text: str) -> date:
        found = any_day(text)
        if not FIRST_DAY <= found <= today:
            raise Wrong(say("intake_day_range", text=text[:20]))
        return found

    return read


def any_day(text: str) -> date:
    """As `day`, also one to come."""
    plain = narrow(text).split(" ")[0].split("T")[0]
    parts = _DAY.fullmatch(plain) or _PACKED.fullmatch(plain)
    try:
        if parts:
            return date(int(parts[1]), int(parts[2]), int(parts[3] or 1))
    except ValueError:
        raise Wrong(say("intake_day_wrong", text=text[:20])) from None
    serial = _SERIAL.fullmatch(plain)
    if serial and 20000 <= int(serial[1]) <= 80000:
        return EXCEL_START + timedelta(days=int(serial[1]))
    raise Wrong(say("intake_day_wrong", text=text[:20]))


def year(today: date) -> Callable[[str], int]:
    """A year that has begun; a day gives its year."""

    def read(text: str) -> int:
        found = _YEAR.fullmatch(narrow(text))
        number = int(found[1]) if found else any_day(text).year
        if not FIRST_DAY.year <= number <= today.year:
            raise Wrong(say("intake_day_range", text=text[:20]))
        return number

    return read


def industry(industries: Industries) -> Callable[[str], str]:
    """An industry by its title or code (33, C33, 3311): the 大类, or the 中类 where the size rule needs it."""
    titles = {one.title: one.code for one in industries.by_code.values()}
    coarse = {code[:2] for code in industries.by_code if len(code) == 3}

    def read(text: str) -> str:
        plain = narrow(text)
        digits = _INDUSTRY.fullmatch(plain.upper())
        known = (digits[1][:3], digits[1][:2]) if digits else (titles.get(plain.lstrip("ABCDEFGHIJKLMNOPQRST")),)
        code = next((one for one in known if one in industries.by_code), None)
        if code is None:
            raise Wrong(say("intake_industry", text=text[:30]))
        if code in coarse:
            raise Wrong(say("intake_industry_coarse", code=code))
        return code

    return read


@dataclass(frozen=True)
class Places:
    """The open divisions of an officer's subtree by what lists call them; None where a name is not unique."""

    own: int
    own_path: str
    own_is_leaf: bool
    by_name: Mapping[str, int | None]
    titles: Mapping[int, str]

    def read(self, text: str) -> int:
        """A division by its code, its name, or its whole name."""
        plain = narrow(text)
        key = plain.replace(" ", "").replace("/", "").replace("-", "")
        if key not in self.by_name:
            raise Wrong(say("intake_division", text=text[:30]))
        found = self.by_name[key]
        if found is None:
            raise Wrong(say("intake_division_several", text=text[:30]))
        return found


def places(session: Session, own: Division) -> Places:
    """Read once what `Places.read` needs."""
    above = [int(part) for part in own.path.strip("/").split("/")]
    query = select(Division).where(Division.path.startswith(own.path) | Division.id.in_(above))
    every = {one.id: one for one in session.scalars(query)}
    inside = [one for one in every.values() if one.path.startswith(own.path) and one.closed_on is None]
    names: dict[str, int | None] = {}
    for one in inside:
        for name in {one.code or one.name, one.name}:
            names[name] = None if name in names else one.id
    titles = {one.id: _whole_name(one, every) for one in inside}
    for one in inside:
        for name in _endings(one, every):
            names.setdefault(name, one.id)
    leaf = len(inside) == 1 or own.kind not in ("province", "city")
    return Places(own.id, own.path, leaf, names, titles)


def _way(one: Division, every: Mapping[int, Division]) -> list[str]:
    return [every[int(part)].name for part in one.path.strip("/").split("/") if int(part) in every]


def _whole_name(one: Division, every: Mapping[int, Division]) -> str:
    return " ".join(_way(one, every)[-2:])


def _endings(one: Division, every: Mapping[int, Division]) -> Iterable[str]:
    """扬州市邗江区, 江苏省扬州市邗江区, 江苏省邗江区."""
    way = _way(one, every)
    yield from ("".join(way[start:]) for start in range(len(way) - 1))
    if len(way) > 2:
        yield way[0] + way[-1]


def firm_readers(catalog: Catalog, known: Places, today: date) -> dict[str, Callable[[str], Any]]:
    """Field → how its cell is read, for the fields of a list of firms that are no facts."""
    facts = catalog.dictionary.facts
    return {
        "credit_code": credit_code,
        "name": line(200),
        "division": known.read,
        "industry": industry(catalog.industries),
        "process_type": process_type,
        **{code: figure(facts[code]) for code in ("staff", "revenue", "assets")},
        "contact_name": line(60),
        "contact_phone": phone,
        "year": year(today),
    }
