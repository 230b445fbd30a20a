"""The command of 数据体检."""

import click
from flask.cli import with_appcontext

from diagnose.services import checkup, jobs
from diagnose.web import here


@click.command("checkup")
@with_appcontext
def run_checkup() -> None:
    """数据体检：查找全部企业数据里互相矛盾、突变和离群的地方，记成待处理的疑点，不改任何得分。"""
    with jobs.running(here.engine(), checkup.KIND, quiet=True) as job:
        click.echo(checkup.run(here.engine(), here.catalog(), None, job).text)


COMMANDS: tuple[click.Command, ...] = (run_checkup,)
