"""YAML read strictly: numbers are the decimals written, keys never repeat, every value knows its file and line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import yaml

from scoring.model import RulesetError

MAX_DIGITS = 30
STRING, NUMBER = "tag:yaml.org,2002:str", "tag:yaml.org,2002:number"
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class _Loader(yaml.SafeLoader):
    """Composes nodes only. Plain scalars are decimals, true/false, null or text: `.nan`, `1e5`, dates stay text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's shape

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As in PyYAML, without aliases: what a line says is to be read on that line."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(NUMBER, re.compile(f"^{_DECIMAL.pattern}$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|)$"), ["~", "n", ""])


@dataclass(frozen=True)
class Item:
    """One value of the file. Each reading method raises RulesetError when the value is of another kind."""

    path: Path
    place: str
    node: yaml.Node

    def error(self, what: str) -> RulesetError:
        """The error to raise about this value: file, line, place and what is wrong."""
        return RulesetError(f"{self.path}:{self.node.start_mark.line + 1}: {self.place or 'file'}: {what}")

    def _child(self, place: str, node: yaml.Node) -> "Item":
        return Item(self.path, place, node)

    def entries(self) -> "dict[str, Item]":
        """A mapping of text keys, in the order of the file."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("must be a mapping of keys to values")
        found: dict[str, Item] = {}
        for key_node, value in self.node.value:
            key = self._child(self.place, key_node).text()
            place = f"{self.place}.{key}" if self.place else key
            if key in found:
                raise self._child(place, key_node).error("the key is given twice")
            found[key] = self._child(place, value)
        return found

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> "dict[str, Item]":
        """A mapping that has all the required keys, perhaps the optional ones, and no other."""
        found = self.entries()
        for key, item in found.items():
            if key not in required and key not in optional:
                raise item.error(f"unknown key; known here: {', '.join((*required, *optional))}")
        missing = [key for key in required if key not in found]
        if missing:
            raise self.error(f"missing key: {', '.join(missing)}")
        return found

    def items(self) -> "list[Item]":
        """A list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("must be a list")
        return [self._child(f"{self.place}[{number}]", node) for number, node in enumerate(self.node.value)]

    def is_list(self) -> bool:
        """Whether the value is a list, where a mapping is possible too."""
        return isinstance(self.node, yaml.SequenceNode)

    def _scalar(self, tag: str, what: str) -> str:
        node = self.node
        if not isinstance(node, yaml.ScalarNode) or node.tag != tag:
            shown = f" {node.value[:40]!r}" if isinstance(node, yaml.ScalarNode) else ""
            raise self.error(f"must be {what}, not{shown or ' a mapping or a list'}")
        return str(node.value)

    def text(self, pattern: str = r"\S(?:.*\S)?") -> str:
        """Text on one line, without spaces around it, that matches the pattern as a whole."""
        value = self._scalar(STRING, "text (in quotes when it looks like a number)")
        if not re.fullmatch(pattern, value):
            raise self.error(f"{value[:40]!r} must match {pattern}")
        return value

    def flag(self) -> bool:
        """true or false."""
        return self._scalar("tag:yaml.org,2002:bool", "true or false") == "true"

    def number(self) -> Fraction:
        """A decimal number, exactly as written."""
        value = self._scalar(NUMBER, "a plain decimal number")
        if len(value) > MAX_DIGITS or not _DECIMAL.fullmatch(value):
            raise self.error(f"{value[:40]!r} must be a plain decimal number of at most {MAX_DIGITS} characters")
        return Fraction(value)

    def whole(self, low: int, high: int, unit: Fraction = Fraction(1)) -> int:
        """How many units the number is, which must be whole; the bounds are in units."""
        count = self.number() / unit
        if count.denominator != 1:
            raise self.error(f"must be a whole multiple of {decimal_text(unit)}")
        if not low <= count <= high:
            raise self.error(f"must be from {decimal_text(low * unit)} to {decimal_text(high * unit)}")
        return int(count)


def decimal_text(value: Fraction) -> str:
    """A fraction for a message: as a decimal where that is short, else as n/d."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return text if Fraction(text) == value else str(value)


def read(raw: bytes, path: Path) -> Item:
    """The one document in these bytes; RulesetError when it is not UTF-8 or not YAML."""
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise RulesetError(f"{path}:{raw[: error.start].count(10) + 1}: file: is not UTF-8") from error
    except RecursionError as error:
        raise RulesetError(f"{path}:1: file: is nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulesetError(f"{path}:{line}: file: is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise RulesetError(f"{path}:1: file: is not YAML: {' '.join(str(error).split())}") from error
    if node is None:
        raise RulesetError(f"{path}:1: file: is empty")
    return Item(path, "", node)
