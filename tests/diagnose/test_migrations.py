"""What the migrations build is what the models say, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

import diagnose.models  # noqa: F401 (fills Base.metadata)
from diagnose.db import Base
from diagnose.models.name_search import compared


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": compared}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_database_is_at_one_newest_revision(engine: Engine) -> None:
    with engine.connect() as connection:
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    assert len(revisions) == 1


def test_one_open_draft_a_form_is_a_rule_of_the_database(engine: Engine) -> None:
    """Autogenerate does not compare the conditions of partial indexes."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            sql = "SELECT sql FROM sqlite_master WHERE name = 'uq_assessment_open'"
        else:
            sql = "SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_assessment_open'"
        definition = str(connection.scalar(text(sql)))
    assert "UNIQUE" in definition and "WHERE" in definition and "'draft'" in definition
