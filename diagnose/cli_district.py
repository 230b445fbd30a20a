"""Commands for the district's statistics."""

import click

COMMANDS: tuple[click.Command, ...] = ()
