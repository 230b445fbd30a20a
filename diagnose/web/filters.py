"""The words of diagnose.wording, for templates."""

from flask import Flask

from diagnose import wording


def install(app: Flask) -> None:
    """Make the wording functions filters, and the constant words globals."""
    for filter_ in (
        wording.day,
        wording.month,
        wording.clock,
        wording.moment,
        wording.points,
        wording.plain_points,
        wording.percent,
        wording.exact_percent,
        wording.thousands,
        wording.number,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.globals.update(
        KINDS=wording.KINDS,
        PURPOSES=wording.PURPOSES,
        level_name=wording.level_name,
        answer_text=wording.answer_text,
        option_label=wording.option_label,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
