"""Everything that is data: dictionary, forms, rulers, recommendations, industries, sizes. Loaded once a process.

scoring and questionnaires do not know each other; here they are held against one another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from diagnose.services.classify import Industries, SizeRules, load_industries, load_sizes
from diagnose.services.recommend import Library, load_library
from questionnaires.schema import Dictionary, Form, Indicator, load_dictionary, load_forms
from questionnaires.strict import DefinitionError
from scoring import ruleset
from scoring.ruleset import Ruleset

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Catalog:
    """The definitions the app works with, by name (``digital-portrait/2025``)."""

    dictionary: Dictionary
    forms: Mapping[str, Form]
    rulesets: Mapping[str, Ruleset]
    libraries: Mapping[str, Library]
    industries: Industries
    sizes: SizeRules

    @property
    def first_form(self) -> Form:
        """The form a new file starts with."""
        return next(iter(self.forms.values()))

    def form_of(self, rules: Ruleset) -> Form:
        """The form that asks what a ruler reads; another edition of a scheme shares its form."""
        asking = [
            form for form in self.forms.values() if any(name.startswith(f"{rules.scheme}/") for name in form.schemes)
        ]
        return next((form for form in asking if rules.name in form.schemes), asking[0])

    def forms_for(self, process_type: str) -> list[Form]:
        """The forms a firm of this type may fill in, the first one first."""
        return [form for form in self.forms.values() if form.process_type in ("", process_type)]


def load_catalog(more_rules: Iterable[Path] = ()) -> Catalog:
    """Load and cross-check all definitions; raises an error that names the file and the place.

    ``more_rules``: rulesets beside those shipped (another edition on trial, tests).
    """
    dictionary = load_dictionary()
    forms = load_forms(dictionary)
    loaded = [ruleset.load(path) for path in (*ruleset.shipped().values(), *more_rules)]
    rulesets = {rules.name: rules for rules in loaded}
    cross_check(dictionary, forms, rulesets)
    return Catalog(
        dictionary,
        forms,
        rulesets,
        {name: load_library(_advice(rules), rules) for name, rules in rulesets.items()},
        load_industries(HERE / "data/industries.yaml"),
        load_sizes(HERE / "data/size-classes.yaml"),
    )


def _advice(rules: Ruleset) -> list[Path]:
    """The folders with texts for a ruler: its scheme's own, then those of the other schemes."""
    own = HERE / "advice" / rules.scheme
    return [own, *sorted(folder for folder in own.parent.iterdir() if folder != own)]


def cross_check(dictionary: Dictionary, forms: Mapping[str, Form], rulesets: Mapping[str, Ruleset]) -> None:
    """Every scored indicator asked is valued by a ruler of its form, and the other way round.

    Raises DefinitionError naming the form, the ruler's file and the indicator.
    """
    for rules in rulesets.values():
        for scored in rules.indicators:
            question = dictionary.indicators.get(dictionary.code(rules.scheme, scored.code))
            if question is None:
                raise DefinitionError(f"{rules.path}: {scored.code}: not in the dictionary")
            _same(f"{rules.path}: {scored.code}", scored, question)
        _same_groups(rules, dictionary)
    for form in forms.values():
        _asked_is_valued(form, dictionary, rulesets)


def _same(place: str, scored: ruleset.Indicator, question: Indicator) -> None:
    kind = {"ratio_banded": "ratio"}.get(scored.kind, scored.kind)
    if kind != question.kind or scored.may_exceed_one != question.may_exceed_one:
        raise DefinitionError(f"{place}: kind {scored.kind} in the ruler, {question.kind} in the dictionary")
    if kind in ("ratio", "ratings"):
        return
    if kind == "scene" and list(question.fact.options) != [str(grade) for grade in range(scored.grades + 1)]:
        raise DefinitionError(f"{place}: {scored.grades} grades in the ruler, others in the dictionary")
    if kind == "scene":
        return
    if tuple(question.fact.options) != scored.options or question.fact.none != scored.none:
        raise DefinitionError(f"{place}: options {scored.options} in the ruler, others in the dictionary")


def _same_groups(rules: Ruleset, dictionary: Dictionary) -> None:
    declared: dict[object, set[str]] = {}
    for scored in rules.indicators:
        rule = dictionary.question(rules.scheme, scored.code).may_not_apply
        if rule:
            declared.setdefault(rule, set()).add(scored.code)
    if rules.family == "points" and {frozenset(group) for group in declared.values()} != set(rules.not_applicable):
        raise DefinitionError(f"{rules.path}: not_applicable: other groups in the dictionary's may_not_apply")


def _asked_is_valued(form: Form, dictionary: Dictionary, rulesets: Mapping[str, Ruleset]) -> None:
    valued: set[str] = set()
    for name in form.schemes:
        if name not in rulesets:
            raise DefinitionError(f"form {form.name}: schemes: no ruler {name}")
        rules = rulesets[name]
        valued |= {dictionary.code(rules.scheme, scored.code) for scored in rules.indicators}
    asked = {question.code for question in form.questions if question.scored}
    files = ", ".join(str(rulesets[name].path) for name in form.schemes)
    if asked - valued:
        raise DefinitionError(f"form {form.name}: {', '.join(sorted(asked - valued))}: not valued in {files}")
    if valued - asked:
        raise DefinitionError(f"form {form.name}: {', '.join(sorted(valued - asked))}: valued in {files}, not asked")
