"""The words of diagnose.wording, for templates."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for

from diagnose import wording
from diagnose.services.service_kinds import service_kinds


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
        wording.wan,
        wording.wan_middle,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.globals.update(
        KINDS=wording.KINDS,
        VERDICTS=wording.VERDICTS,
        PURPOSES=wording.PURPOSES,
        level_name=wording.level_name,
        wan_range=wording.wan_range,
        level_parts=wording.level_parts,
        answer_text=wording.answer_text,
        option_label=wording.option_label,
        fixed_url=fixed_url,
        SERVICE_KINDS=service_kinds(),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def fixed_url(endpoint: str, filename: str | None = None) -> str:
    """``url_for`` for what has the same address on every page, built once."""
    return _fixed_url(request.script_root, endpoint, filename)


@lru_cache(maxsize=256)
def _fixed_url(root: str, endpoint: str, filename: str | None) -> str:
    if filename is None:
        return url_for(endpoint)
    # The version makes a browser fetch a changed file at once, although it may keep an unchanged one for a day.
    return url_for(endpoint, filename=filename, v=_version(filename) if endpoint == "static" else None)


def _version(filename: str) -> str:
    content = (Path(current_app.static_folder or "") / filename).read_bytes()
    return hashlib.sha256(content).hexdigest()[:8]
