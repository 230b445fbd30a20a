"""The command that compares firms with firms of their kind."""

import click
from flask import current_app
from flask.cli import with_appcontext

from diagnose import wording
from diagnose.services import peers
from diagnose.texts import say


@click.command("peers")
@with_appcontext
def peers_command() -> None:
    """Make the groups of firms of one kind (同类企业) anew, as of the last month's end."""
    today = wording.today()
    count = peers.refresh(current_app.extensions["diagnose"].engine, today)
    click.echo(say("peers_done", day=wording.day(peers.last_month_end(today)), count=wording.thousands(count)))


COMMANDS = (peers_command,)
