"""One line of the batch's input: JSON read strictly, every number the decimal written."""

import json
from decimal import Decimal

from scoring.answers import shown

MAX_LINE = 1 << 20  # bytes: a line is held in memory as a whole
_KEYS = frozenset(("id", "answers"))


class LineError(ValueError):
    """A bad line; `id` is the line's id where it could be read."""

    def __init__(self, message: str, line_id: str | None = None) -> None:
        super().__init__(message)
        self.id = line_id


class _RepeatedKey(LineError):
    pass


def read_line(raw: bytes) -> tuple[str, dict[str, object]]:
    """The id and the answers of a line; LineError when it is not exactly one object with both."""
    if len(raw) > MAX_LINE:
        raise LineError(f"longer than {MAX_LINE} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LineError(f"not UTF-8 at byte {error.start + 1}") from error
    try:
        value = _decode(text, _QUICK)
        if not isinstance(value, dict) or text.count(":") != _keys(value):
            value = _decode(text, _STRICT)
    except _RepeatedKey as error:
        raise LineError(str(error), _id_beside_repeated_key(text)) from error
    if not isinstance(value, dict):
        raise LineError(f"expected an object with id and answers, got {shown(value)}")
    return _checked(value)


def _checked(value: dict[str, object]) -> tuple[str, dict[str, object]]:
    line_id = value.get("id")
    if not isinstance(line_id, str):
        raise LineError("id must be a string" if "id" in value else "id is missing")
    if not _is_text(line_id):
        raise LineError("id is not Unicode text: it has half of a surrogate pair")
    if not _KEYS.issuperset(value):
        raise LineError(f"unknown key {shown(next(key for key in value if key not in _KEYS))}", line_id)
    answers = value.get("answers")
    if not isinstance(answers, dict):
        raise LineError("answers must be an object" if "answers" in value else "answers are missing", line_id)
    return line_id, answers


def _keys(value: dict[str, object]) -> int:
    """How many keys a well-formed line has; as many colons in its text leave none for a repeated key."""
    answers = value.get("answers")
    if type(answers) is not dict:
        return len(value)
    return len(value) + len(answers) + sum([len(each) for each in answers.values() if type(each) is dict])


def _decode(text: str, decoder: json.JSONDecoder) -> object:
    try:
        value: object = decoder.decode(text)
    except LineError:
        raise
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}") from error
    except RecursionError as error:
        raise LineError("nested too deeply") from error
    except (ValueError, ArithmeticError) as error:  # thousands of digits, or an exponent beyond any number
        raise LineError("a number is too long") from error
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RepeatedKey(f"the key {shown(twice)} is given twice")
    return found


def _refuse_constant(name: str) -> object:
    raise LineError(f"{name} is not a number")


_QUICK = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)  # the last of a repeated key counts
_STRICT = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique)
_PAIRS = json.JSONDecoder(parse_float=Decimal, object_pairs_hook=tuple)  # objects are tuples there, lists are lists


def _id_beside_repeated_key(text: str) -> str | None:
    """The id of a line with a repeated key, when the id is not what is repeated."""
    value = _decode(text, _PAIRS)
    ids = [each for key, each in value if key == "id"] if isinstance(value, tuple) else []
    return ids[0] if len(ids) == 1 and isinstance(ids[0], str) and _is_text(ids[0]) else None


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
