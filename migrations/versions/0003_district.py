"""district"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("ruler_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("slice", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("l0", sa.Integer(), nullable=False),
        sa.Column("l1", sa.Integer(), nullable=False),
        sa.Column("l2", sa.Integer(), nullable=False),
        sa.Column("l3", sa.Integer(), nullable=False),
        sa.Column("l4", sa.Integer(), nullable=False),
        sa.Column("l5", sa.Integer(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("d1", sa.BigInteger(), nullable=False),
        sa.Column("d2", sa.BigInteger(), nullable=False),
        sa.Column("d3", sa.BigInteger(), nullable=False),
        sa.Column("d4", sa.BigInteger(), nullable=False),
        sa.Column("d5", sa.BigInteger(), nullable=False),
        sa.Column("d6", sa.BigInteger(), nullable=False),
        sa.Column("cnc_n", sa.Integer(), nullable=False),
        sa.Column("cnc_sum", sa.BigInteger(), nullable=False),
        sa.Column("cnc_num", sa.BigInteger(), nullable=False),
        sa.Column("cnc_den", sa.BigInteger(), nullable=False),
        sa.Column("management_n", sa.Integer(), nullable=False),
        sa.Column("management_yes", sa.Integer(), nullable=False),
        sa.Column("tools_n", sa.Integer(), nullable=False),
        sa.Column("tools_yes", sa.Integer(), nullable=False),
        sa.Column("no_design", sa.Integer(), nullable=False),
        sa.Column("d1_n", sa.Integer(), nullable=False),
        sa.Column("d2_n", sa.Integer(), nullable=False),
        sa.Column("d3_n", sa.Integer(), nullable=False),
        sa.Column("d4_n", sa.Integer(), nullable=False),
        sa.Column("d5_n", sa.Integer(), nullable=False),
        sa.Column("d6_n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("division_id", "ruler_id", "basis", "slice", "day", "value", name=op.f("pk_counter")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "peer_group",
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("ruler_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("division_id", "ruler_id", "industry", "size", "day", name=op.f("pk_peer_group")),
    )
    op.create_table(
        "score_count",
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("ruler_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "division_id", "ruler_id", "basis", "measure", "step", "day", "place", name=op.f("pk_score_count")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_term_kind_name")),
    )
    op.create_table(
        "firm_span",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("to_day", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("locality", sa.Integer(), nullable=False),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_firm_span_enterprise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "from_day", name=op.f("pk_firm_span")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdict_span",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("ruler_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Integer(), nullable=False),
        sa.Column("to_day", sa.Integer(), nullable=False),
        sa.Column("best", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("locality", sa.Integer(), nullable=False),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("d1", sa.Integer(), nullable=False),
        sa.Column("d2", sa.Integer(), nullable=False),
        sa.Column("d3", sa.Integer(), nullable=False),
        sa.Column("d4", sa.Integer(), nullable=False),
        sa.Column("d5", sa.Integer(), nullable=False),
        sa.Column("d6", sa.Integer(), nullable=False),
        sa.Column("cnc_num", sa.Integer(), nullable=False),
        sa.Column("cnc_den", sa.Integer(), nullable=False),
        sa.Column("management", sa.Integer(), nullable=False),
        sa.Column("tools", sa.Integer(), nullable=False),
        sa.Column("no_design", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_verdict_span_enterprise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "ruler_id", "kind", "from_day", name=op.f("pk_verdict_span")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "firm_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_firm_fact_by_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_firm_fact_enterprise_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name=op.f("fk_firm_fact_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_fact")),
    )
    with op.batch_alter_table("firm_fact", schema=None) as batch_op:
        batch_op.create_index("ix_firm_fact_dated", ["code", "valid_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_firm_fact_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_flag_enterprise_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"], name=op.f("fk_flag_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_plan_division_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_plan_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", "division_id", name=op.f("uq_plan_code_division_id")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_division_id"), ["division_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("ruler", sa.String(length=60), nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_publication_by_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_publication_division_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name=op.f("fk_publication_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_division_id"), ["division_id"], unique=False)

    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("partly", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_intake_by_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_intake_division_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_intake_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_by_id"), ["by_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=30), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("comparator", sa.String(length=2), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_target_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "target_actual",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_target_actual_by_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_target_actual_division_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name=op.f("fk_target_actual_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_actual")),
    )
    with op.batch_alter_table("target_actual", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_actual_target_id"), ["target_id"], unique=False)

    op.create_table(
        "target_share",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_target_share_division_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name=op.f("fk_target_share_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target_id", "division_id", "year", name=op.f("pk_target_share")),
    )
    with op.batch_alter_table("diagnosis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("figures", sa.JSON(), nullable=True))

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.add_column(sa.Column("size", sa.Integer(), server_default=sa.text("4"), nullable=False))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE enterprise SET closed_on = (SELECT date(max(c.at)) FROM enterprise_change c"
        " WHERE c.enterprise_id = enterprise.id AND c.what = 'close') WHERE status = 'closed'"
    )

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancel_asked", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("cancel_asked")

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_column("closed_on")
        batch_op.drop_column("size")

    with op.batch_alter_table("diagnosis", schema=None) as batch_op:
        batch_op.drop_column("figures")

    op.drop_table("target_share")
    with op.batch_alter_table("target_actual", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_actual_target_id"))

    op.drop_table("target_actual")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_plan_id"))

    op.drop_table("target")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_by_id"))

    op.drop_table("intake")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_division_id"))

    op.drop_table("publication")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_division_id"))

    op.drop_table("plan")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_enterprise_id"))

    op.drop_table("flag")
    with op.batch_alter_table("firm_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_firm_fact_enterprise_id"))
        batch_op.drop_index("ix_firm_fact_dated")

    op.drop_table("firm_fact")
    op.drop_table("verdict_span")
    op.drop_table("firm_span")
    op.drop_table("term")
    op.drop_table("score_count")
    op.drop_table("peer_group")
    op.drop_table("counter")
