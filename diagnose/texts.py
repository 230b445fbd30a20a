"""The app's short texts, from data/texts.yaml."""

from pathlib import Path

from questionnaires.strict import Texts

TEXTS = Texts(Path(__file__).parent / "data" / "texts.yaml")
say = TEXTS.say
