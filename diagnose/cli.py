"""Commands: ``flask --app wsgi …``."""

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from diagnose import wording
from diagnose.services import rescore as again
from diagnose.services.demo import NotEmpty, fill
from diagnose.texts import say


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty database with a small synthetic district (合成数据)."""
    parts = current_app.extensions["diagnose"]
    try:
        for line in fill(parts.engine, parts.catalog):
            click.echo(line)
    except NotEmpty as refused:
        raise click.ClickException(str(refused)) from None


@click.command()
@click.option("--scheme", required=True)
@click.option("--edition", required=True)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="default: today")
@click.option("--kind", type=click.Choice(["self", "onsite"]), default="self", show_default=True)
@with_appcontext
def rescore(scheme: str, edition: str, as_of: datetime | None, kind: str) -> None:
    """Judge all files again under an edition; run it again after an interruption."""
    parts = current_app.extensions["diagnose"]
    name = f"{scheme}/{edition}"
    if name not in parts.catalog.rulesets:
        raise click.ClickException(say("no_ruler", name=name, known="、".join(parts.catalog.rulesets)))
    rules = parts.catalog.rulesets[name]
    day = as_of.date() if as_of else wording.today()
    judged = skipped = 0
    total = again.open_files(parts.engine, parts.catalog, rules, kind, day)
    with click.progressbar(length=total, label=say("rescore_label")) as bar:
        for done in again.rescore(parts.engine, parts.catalog, rules, kind, day):
            judged, skipped = judged + done.judged, skipped + done.skipped
            bar.update(done.judged + done.skipped)
    click.echo(say("rescored", name=name, count=judged, day=wording.day(day), skipped=skipped))
