"""Commands for the district's statistics."""

import click
from flask import current_app
from flask.cli import with_appcontext

from diagnose.services import recount


@click.command("recount")
@click.option("--check", is_flag=True, help="only report differences, change nothing")
@with_appcontext
def recount_command(check: bool) -> None:
    """Count the district's statistics from the truth and put right what differs; exit code 1 when anything did."""
    found = recount.recount(current_app.extensions["diagnose"].engine, check_only=check)
    for line in found.lines:
        click.echo(line)
    click.echo(found.message)
    if found.count:
        raise SystemExit(1)


COMMANDS: tuple[click.Command, ...] = (recount_command,)
