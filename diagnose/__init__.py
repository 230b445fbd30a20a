"""THE APP: serves what questionnaires ask and scoring judges."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from diagnose.catalog import Catalog, load_catalog
from diagnose.cli import COMMANDS
from diagnose.cli_checkup import COMMANDS as CHECKUP_COMMANDS
from diagnose.cli_district import COMMANDS as DISTRICT_COMMANDS
from diagnose.cli_peers import COMMANDS as PEERS_COMMANDS
from diagnose.cli_seal import COMMANDS as SEAL_COMMANDS
from diagnose.config import Settings, settings
from diagnose.db import make_engine
from diagnose.store import Store, open_store
from diagnose.web import (
    account,
    addresses,
    admin,
    admin_places,
    admin_templates,
    admin_watch,
    assign,
    bundles,
    checkup,
    claim,
    cockpit,
    compare,
    district,
    district_codes,
    district_firm,
    district_merge,
    district_people,
    documents,
    dossier,
    errors,
    evidence,
    exports,
    files,
    filters,
    firm_facts,
    fonts,
    guard,
    intake,
    join,
    log,
    login,
    me,
    offline,
    onsite,
    privacy,
    public,
    publish,
    roadmap,
    survey,
    targets,
    verify,
    visits,
    way,
)

PROJECT = Path(__file__).resolve().parent.parent
BODY_LIMIT = 256 * 1024
FIRM = (files, survey, dossier, documents, compare, way, roadmap, evidence, claim, log)
PEOPLE = (account, join, me)
VISITS = (visits, onsite, offline)
DISTRICT = (district, district_firm, district_merge, district_codes, district_people, assign)
STATISTICS = (cockpit, targets, publish, checkup)
LISTS = (intake, exports, bundles, firm_facts)
ADMIN = (admin, admin_places, admin_templates, admin_watch)
MODULES = (public, privacy, fonts, verify, *FIRM, *PEOPLE, *VISITS, *DISTRICT, *STATISTICS, *LISTS, *ADMIN)


@dataclass(frozen=True)
class Parts:
    """What a request needs besides itself; found at ``current_app.extensions["diagnose"]``."""

    engine: Engine
    catalog: Catalog
    settings: Settings
    store: Store


def create_app(given: Settings | None = None, catalog: Catalog | None = None) -> Flask:
    """The application; ``given`` settings and ``catalog`` replace those of the installation (tests)."""
    configured = given or settings()
    app = Flask(__name__, template_folder=str(PROJECT / "templates"), static_folder=str(PROJECT / "static"))
    app.config.update(
        SECRET_KEY=configured.secret_key,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_COOKIE_NAME="visitor",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=1),
        # A token lives as long as the visitor's session: nobody loses an answer because a break was long.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BOOTSTRAP_SERVE_LOCAL=True,
        FONT_DIR=configured.var_dir / "fonts",
    )
    if configured.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=configured.proxies, x_proto=configured.proxies)  # type: ignore[method-assign]
    app.extensions["diagnose"] = Parts(
        make_engine(configured.database_url), catalog or load_catalog(), configured, open_store(configured)
    )
    Bootstrap5(app)
    guard.install(app)
    CSRFProtect(app)
    login.install(app)
    addresses.install(app)
    errors.install(app)
    filters.install(app)
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    for command in (*COMMANDS, *DISTRICT_COMMANDS, *CHECKUP_COMMANDS, *PEERS_COMMANDS, *SEAL_COMMANDS):
        app.cli.add_command(command)
    return app
