"""Plain pages for what went wrong: what happened, what was kept, what to do."""

import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from diagnose.texts import say
from diagnose.web import here
from questionnaires.schema import Fact
from questionnaires.strict import load_yaml, mapping

FIELDS = {
    "credit_code": say("label_code"),
    "name": say("label_name"),
    "province": say("label_province"),
    "division": say("label_division"),
    "industry": say("label_industry"),
    "process_type": say("label_process"),
    "as_of": say("label_day"),
    "code": say("label_link"),
    "pledge": say("label_pledge"),
    "login": say("label_login"),
    "person": say("label_person"),
    "email": say("label_email"),
    "ticket": say("label_ticket"),
    "note": say("label_note"),
}
# Never shown back: what people have not typed, and what nobody should read over their shoulder.
TECHNICAL = ("csrf_token", "asked", "go", "step", "next", "account", "also", "by_hand", "version", "change", "choice")
SECRET = ("password", "again", "old", "totp")
TEXTS = Path(__file__).parent.parent / "data" / "errors.yaml"


def install(app: Flask) -> None:
    """Answer every error in Chinese, as a page or, to a script, as JSON."""
    app.extensions["error_texts"] = _load()
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(key: str, status: int, **extra: object) -> Response:
    """The error page with the texts under ``key`` in errors.yaml."""
    texts = current_app.extensions["error_texts"][key]
    if request.accept_mimetypes.best == "application/json":
        return _json(f"{texts['title']}。{texts['kept']}", status)
    return Response(render_template("error.html", **texts, **extra), status)


def _json(message: str, status: int) -> Response:
    response = jsonify(message=message)
    response.status_code = status
    return response


@cache
def _load() -> Mapping[str, Mapping[str, str]]:
    content = load_yaml(TEXTS)
    return {key: mapping(f"{TEXTS}: {key}", value, ("title", "what", "kept", "next")) for key, value in content.items()}


def _expired(error: CSRFError) -> Response:
    _note(400)
    return page("expired", 400, sent=sent())


def _note(code: int) -> None:
    """What was not done is noted, without saying of whose file; an address that no page has is none of ours."""
    if request.endpoint and code < 500:
        current_app.logger.warning("refused %s for %s: %s", request.endpoint, here.account_id() or "nobody", code)


def sent() -> list[tuple[str, str]]:
    """What the person had typed into the form that was not taken, so that it can be copied."""
    facts = here.catalog().dictionary.facts
    return [
        (facts[name].title, _label(facts[name], text)) if name in facts else (FIELDS.get(name, name), text)
        for name, text in request.form.items(multi=True)
        if name not in TECHNICAL + SECRET and text.strip()
    ]


def _label(fact: Fact, text: str) -> str:
    return fact.options.get(text, text) if fact.options else text


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400 and error.response is not None:
        return Response(error.response.response, code, error.response.headers)  # type: ignore[attr-defined]
    _note(code)
    known = current_app.extensions["error_texts"]
    answer = page(str(code) if str(code) in known else ("400" if code < 500 else "500"), code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _unexpected(error: Exception) -> Response:
    if any(isinstance(one, SQLAlchemyError) for one in _chain(error)):
        where = "".join(traceback.format_tb(error.__traceback__))
        current_app.logger.error("unexpected %s at %s\n%s", type(error).__name__, request.endpoint, where)
    else:
        current_app.logger.exception("unexpected error at %s", request.endpoint)
    if current_app.testing:
        raise error
    return page("500", 500)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those behind it. The text of a database's error holds the values of the statement: not for logs."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
