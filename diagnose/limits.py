"""How long sessions and one-time links live, and how guessing is slowed down: data/accounts.yaml."""

from pathlib import Path
from typing import Any

from questionnaires.strict import load_yaml

LIMITS: dict[str, Any] = load_yaml(Path(__file__).parent / "data" / "accounts.yaml")
