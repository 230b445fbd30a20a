"""Service categories (服务类别): who can carry an action out. The list is diagnose/data/services.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from questionnaires.strict import DefinitionError
from scoring.ruleset import RulesetError
from scoring.strict_yaml import read

PATH = Path(__file__).resolve().parent.parent / "data/services.yaml"


@dataclass(frozen=True)
class ServiceKind:
    """One category; `what` says in one sentence what such a provider hands over."""

    code: str
    title: str
    what: str


@cache
def service_kinds() -> Mapping[str, ServiceKind]:
    """All categories by code, in the order of the file. Raises DefinitionError ("FILE:LINE: PLACE: what")."""
    try:
        entries = read(PATH.read_bytes(), PATH).entries()
        fields = {code: item.fields(["title", "what"]) for code, item in entries.items()}
    except RulesetError as error:
        raise DefinitionError(str(error)) from error
    return {code: ServiceKind(code, each["title"].text(), each["what"].text()) for code, each in fields.items()}
