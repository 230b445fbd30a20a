"""Commands: ``flask --app wsgi …``."""

import click
from flask import current_app

from diagnose.services.demo import NotEmpty, fill


@click.command()
def demo() -> None:
    """Fill an empty database with a small synthetic district (合成数据)."""
    parts = current_app.extensions["diagnose"]
    try:
        for line in fill(parts.engine, parts.catalog):
            click.echo(line)
    except NotEmpty as refused:
        raise click.ClickException(str(refused)) from None
