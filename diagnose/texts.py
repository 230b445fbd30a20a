"""The app's short texts, from data/texts.yaml and, by area, data/texts-*.yaml."""

from pathlib import Path

from questionnaires.strict import Texts

TEXTS = Texts(*sorted((Path(__file__).parent / "data").glob("texts*.yaml")))
say = TEXTS.say
