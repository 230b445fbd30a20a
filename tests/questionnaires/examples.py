"""The shipped dictionary and form, loaded once, for tests that need real questions."""

from questionnaires.schema import Indicator, load_dictionary, load_forms

DICTIONARY = load_dictionary()
FORMS = load_forms(DICTIONARY)
PORTRAIT = FORMS["digital-portrait/2025"]


def question(code: str) -> Indicator:
    """One question of the dictionary."""
    return DICTIONARY.indicators[code]
