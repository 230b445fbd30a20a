"""name search"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite: an FTS5 index without content of its own. Its words are the pairs of characters that follow each other in the
# name, the last character alone at the end, each in hexadecimal, so that no tokenizer ever splits or drops one: a
# search for one character is a search for the words that begin with it.
PAIRS = """(SELECT group_concat(hex(lower(substr({row}.name, key + 1, 2))), ' ')
FROM json_each('[' || rtrim(replace(hex(zeroblob(length({row}.name))), '00', '0,'), ',') || ']'))"""
OPTIONS = "content='', columnsize=0, detail=none, tokenize='ascii', prefix='2 6'"
TABLE = f"CREATE VIRTUAL TABLE firm_name USING fts5(pairs, {OPTIONS})"
ADD = "INSERT INTO firm_name(rowid, pairs) VALUES (new.id, {new});"
REMOVE = "INSERT INTO firm_name(firm_name, rowid, pairs) VALUES ('delete', old.id, {old});"
TRIGGERS = {
    "firm_name_insert": ("AFTER INSERT ON enterprise", ADD),
    "firm_name_delete": ("AFTER DELETE ON enterprise", REMOVE),
    "firm_name_update": ("AFTER UPDATE OF name ON enterprise WHEN old.name IS NOT new.name", REMOVE + " " + ADD),
}
# PostgreSQL: the characters of the name; no extension is needed, and one character can be searched for as well.
CHARACTERS = "CREATE INDEX firm_name_characters ON enterprise USING gin (string_to_array(lower(name), NULL))"
# What the list is filtered by, each in the order of the firms' ids: name → table, columns, condition.
INDEXES = {
    "ix_enterprise_division_now": ("enterprise_division", ["division_id", "enterprise_id"], "valid_to IS NULL"),
    "ix_enterprise_status": ("enterprise", ["status", "verified"], None),
    "ix_enterprise_industry": ("enterprise", ["industry", "size"], None),
    "ix_assessment_returned": ("assessment", ["enterprise_id"], "returned_at IS NOT NULL"),
    "ix_firm_span_division_id": ("firm_span", ["division_id"], None),
    "ix_firm_span_chain": ("firm_span", ["chain"], None),
    "ix_firm_span_locality": ("firm_span", ["locality"], None),
    "ix_firm_span_marks": ("firm_span", ["marks"], "marks != 0"),
    "ix_verdict_span_level": ("verdict_span", ["level", "ruler_id"], None),
}


def upgrade() -> None:
    _indexes()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(CHARACTERS)
        return
    op.execute(TABLE)
    for name, (when, body) in TRIGGERS.items():
        filled = body.format(new=PAIRS.format(row="new"), old=PAIRS.format(row="old"))
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {filled} END")
    op.execute(f"INSERT INTO firm_name(rowid, pairs) SELECT id, {PAIRS.format(row='enterprise')} FROM enterprise")


def _indexes() -> None:
    for name, (table, columns, where) in INDEXES.items():
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX firm_name_characters")
    else:
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE firm_name")
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table)
