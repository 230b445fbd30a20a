"""YAML read strictly: duplicate keys are refused, and every complaint names the file and the place."""

from collections.abc import Collection, Hashable
from pathlib import Path
from typing import Any

import yaml


class DefinitionError(ValueError):
    """A definition file that cannot be trusted; the message is ``FILE: PLACE: what``."""


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise DefinitionError(f"line {key_node.start_mark.line + 1}: duplicate key {key}")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load_yaml(path: Path) -> Any:
    """Return the content of one YAML file; raises DefinitionError for broken YAML and duplicate keys."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except DefinitionError as error:
        raise DefinitionError(f"{path}: {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: {error}") from error


def mapping(
    place: str, value: object, required: Collection[str] = (), optional: Collection[str] = ()
) -> dict[str, Any]:
    """Check that ``value`` is a mapping with all ``required`` and no keys beyond ``optional``."""
    if not isinstance(value, dict):
        raise DefinitionError(f"{place}: expected a mapping, found {type(value).__name__}")
    unknown = [str(key) for key in value if key not in {*required, *optional}]
    if unknown:
        raise DefinitionError(f"{place}: unknown key {', '.join(unknown)}")
    missing = [key for key in required if value.get(key) is None]
    if missing:
        raise DefinitionError(f"{place}: missing {', '.join(missing)}")
    return value


class Texts:
    """Sentences for people, in YAML files of ``key: sentence`` with ``{placeholders}``; a key twice is an error."""

    def __init__(self, *paths: Path) -> None:
        self._texts: dict[str, str] = {}
        for path in paths:
            read = load_yaml(path)
            content = mapping(str(path), read, optional=tuple(read))
            twice = self._texts.keys() & content.keys()
            if twice:
                raise DefinitionError(f"{path}: {', '.join(sorted(twice))}: in another file too")
            self._texts |= content

    def say(self, key: str, **values: object) -> str:
        """The sentence under ``key``, filled in; KeyError for an unknown key or a missing value."""
        return self._texts[key].format(**values)

    def starting(self, prefix: str) -> dict[str, str]:
        """All sentences whose key starts so, by the rest of the key, not filled in."""
        return {key.removeprefix(prefix): text for key, text in self._texts.items() if key.startswith(prefix)}
