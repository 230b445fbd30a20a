"""Commands: ``flask --app wsgi …``."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from diagnose import wording
from diagnose.db import reading
from diagnose.services import audit_check, backup, jobs, population, purge, restore
from diagnose.services import rescore as again
from diagnose.services.archive import Manifest
from diagnose.services.demo import NotEmpty, fill
from diagnose.services.first import next_admin
from diagnose.texts import say


def parts() -> Any:
    """Engine, catalog, settings and store of this app."""
    return current_app.extensions["diagnose"]


@click.command("demo")
@click.option("--enterprises", type=int, metavar="N", help="N firms in many districts instead of the small one")
@with_appcontext
def demo(enterprises: int | None) -> None:
    """Fill an empty database with a small synthetic district, or with a synthetic population (合成数据)."""
    engine, catalog = parts().engine, parts().catalog
    yesterday = wording.today() - timedelta(days=1)
    lines = fill(engine, catalog) if enterprises is None else population.fill(engine, catalog, enterprises, yesterday)
    try:
        for line in lines:
            click.echo(line)
    except (NotEmpty, population.BadCount) as refused:
        raise click.ClickException(str(refused)) from None


@click.command("rescore")
@click.option("--scheme", required=True)
@click.option("--edition", required=True)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="default: today")
@click.option("--kind", type=click.Choice(["self", "onsite"]), default="self", show_default=True)
@with_appcontext
def rescore(scheme: str, edition: str, as_of: datetime | None, kind: str) -> None:
    """Judge all files again under an edition; run it again after an interruption."""
    engine, catalog = parts().engine, parts().catalog
    name = f"{scheme}/{edition}"
    if name not in catalog.rulesets:
        raise click.ClickException(say("no_ruler", name=name, known="、".join(catalog.rulesets)))
    rules = catalog.rulesets[name]
    day = as_of.date() if as_of else wording.today()
    judged = skipped = 0
    total = again.open_files(engine, catalog, rules, kind, day)
    with (
        jobs.running(engine, "rescore", total=total) as run,
        click.progressbar(length=total, label=say("rescore_label")) as bar,
    ):
        for done in again.rescore(engine, catalog, rules, kind, day):
            judged, skipped = judged + done.judged, skipped + done.skipped
            bar.update(done.judged + done.skipped)
            run.advance(done.judged + done.skipped)
        run.message = say("rescored", name=name, count=judged, day=wording.day(day), skipped=skipped)
    click.echo(run.message)


@click.command("purge")
@with_appcontext
def purge_command() -> None:
    """Delete abandoned anonymous drafts and other leftovers."""
    secret = current_app.config["SECRET_KEY"]
    done = purge.purge(parts().engine, parts().store, secret, wording.now(), var=parts().settings.var_dir)
    click.echo(say("purged", **vars(done)))


@click.group("audit")
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@click.option("--expect", metavar="NUMBER:HASH", help="an end printed earlier, or kept in a backup")
@with_appcontext
def verify(expect: str | None) -> None:
    """Check the whole chain; exit code 1 on any problem. Prints the end of the chain, to be noted elsewhere."""
    engine = parts().engine
    try:
        anchor = audit_check.anchor(expect) if expect else None
        with jobs.running(engine, "verify") as run:
            with reading(engine) as session:
                found = audit_check.check(session, current_app.config["SECRET_KEY"], anchor)
            run.advance(found.entries)
            if found.problem:
                raise jobs.Refused(found.problem)
            run.message = say("verify_holds", count=wording.thousands(found.entries))
    except (ValueError, jobs.Refused) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(run.message)
    click.echo(say("verify_printed", number=found.entries, hash=found.last))


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def backup_command(folder: Path) -> None:
    """Back up database, key and local evidence into FOLDER, while the server runs."""
    try:
        path = backup.backup(parts().engine, parts().settings, folder)
    except jobs.Refused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(say("backup_done", file=path, size=wording.thousands(path.stat().st_size // 1024 + 1)))


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="also when there are data here already; they are replaced")
@with_appcontext
def restore_command(file: Path, replace: bool) -> None:
    """Put the backup FILE in place; the server must be stopped."""
    try:
        manifest, kept = restore.restore(parts().engine, parts().settings, file, replace)
    except jobs.Refused as refused:
        raise click.ClickException(str(refused)) from None
    _explain(manifest, kept)


def _explain(manifest: Manifest, kept: Path | None) -> None:
    click.echo(say("restore_done", day=wording.moment(datetime.fromisoformat(manifest.made_at))))
    if manifest.evidence == backup.EXTERNAL:
        click.echo(say("restore_external"))
    if kept:
        click.echo(say("restore_kept", folder=kept))
    click.echo(say("restore_next", audit=manifest.audit))


@click.command("invite-admin")
@with_appcontext
def invite_admin() -> None:
    """Print a one-time link with which a new admin account is made; older ones not used yet are void."""
    click.echo(next_admin(parts().engine, parts().settings.public_url))


COMMANDS = (demo, rescore, invite_admin, purge_command, audit, backup_command, restore_command)
