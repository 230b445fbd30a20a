"""Commands of seals: flask verify-seal, flask rotate-seal-key."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from diagnose.cli import parts
from diagnose.db import reading
from diagnose.services import seal_check, seal_keys
from diagnose.services.seal_check import Checked
from diagnose.texts import say

UNREADABLE = 2


@click.command("verify-seal")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(dir_okay=False, path_type=Path), help="keys.json: check offline, no database")
@click.pass_context
@with_appcontext
def verify_seal(context: click.Context, file: Path, keys: Path | None) -> None:
    """Check an issued FILE; exit code 0 when it is genuine, others as in diagnose/data/seal.yaml."""
    try:
        data = _bytes(file)
        known = seal_keys.read(json.loads(_bytes(keys) or b"")) if keys else None
    except OSError as error:
        click.echo(say("seal_unreadable", file=error.filename, reason=error.strerror), err=True)
        context.exit(UNREADABLE)
    except ValueError:
        click.echo(say("seal_not_keys"), err=True)
        context.exit(UNREADABLE)
    found = _checked(data, known)
    click.echo(found.sentence, err=not found.good)
    for each in found.found:
        click.echo(f"  {each}", err=True)
    for title, text in seal_check.lines(found.claim) if found.claim else ():
        click.echo(f"{title}：{text}")
    if found.claim and not found.online:
        click.echo(say("seal_offline"))
    context.exit(found.exit_code)


def _bytes(path: Path) -> bytes | None:
    """All of a file, or None when it is too large to be one of ours."""
    with path.open("rb") as file:
        found = file.read(seal_check.FILE_BYTES + 1)
    return found if len(found) <= seal_check.FILE_BYTES else None


def _checked(data: bytes | None, keys: dict[str, seal_keys.PublicKey] | None) -> Checked:
    if data is None:
        return Checked("large")
    if keys is not None:
        return seal_check.check(data, keys, parts().catalog)
    with reading(parts().engine) as session:
        return seal_check.check_here(session, data, parts().catalog)


@click.command("rotate-seal-key")
@with_appcontext
def rotate_seal_key() -> None:
    """Sign with a new key from now on; the old private key is deleted, its public half stays."""
    secret = current_app.config["SECRET_KEY"]
    before, made = seal_keys.rotate(parts().engine, parts().settings.var_dir, secret)
    click.echo(say("seal_rotated", id=made))
    if before:
        click.echo(say("seal_rotated_from", id=before))


COMMANDS = (verify_seal, rotate_seal_key)
