"""The layers of the house: scoring is pure, questionnaires know only themselves, diagnose may use both."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "scoring": {"numpy", "yaml", "scoring"},
    "questionnaires": {"yaml", "wtforms", "markupsafe", "questionnaires"},
}

# Linear programmes are solved in these two files only.
MORE = {"scoring/disclosure.py": {"scipy"}, "scoring/path.py": {"scipy"}}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top-level name of everything a file imports, wherever in it; relative imports are its own package's."""
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[0]
            yield node.lineno, package if node.level else str(node.module).split(".")[0]


@pytest.mark.parametrize("package", ALLOWED)
def test_a_pure_package_imports_only_what_its_layer_may(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    allowed = ALLOWED[package] | sys.stdlib_module_names
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in files
        for line, name in imported(path)
        if name not in allowed | MORE.get(path.relative_to(ROOT).as_posix(), set())
    ]
    assert wrong == []


def test_the_verifier_shares_no_code_with_the_scorer() -> None:
    names = {name for _, name in imported(ROOT / "scoring" / "verify.py")}
    assert names - sys.stdlib_module_names == {"yaml"}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_pure_package_imports_nothing_by_name_at_run_time(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        names = {name for _, name in imported(path)}
        calls = {node.id for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Name)}
        assert "importlib" not in names and "__import__" not in calls, path.relative_to(ROOT)
