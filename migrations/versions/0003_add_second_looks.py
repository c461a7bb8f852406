"""Add what runs may do beside drafting: repairs, a judge, summaries, budgets; and chunks that were cut in two."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = "state IN ('queued', 'running', 'finishing')"
NEW_OPEN = "state IN ('queued', 'running', 'finishing', 'summarising')"
STATES = "state IN ('queued', 'running', 'finishing', 'finished', 'partial', 'failed')"
NEW_STATES = "state IN ('queued', 'running', 'finishing', 'summarising', 'finished', 'partial', 'failed')"
OUTCOMES = (
    "outcome IN ('drafted', 'refused', 'unreadable_answer', 'too_long', 'unreachable', 'not_configured', 'poisoned', "
    "'broken')"
)
NEW_OUTCOMES = (
    "outcome IN ('drafted', 'refused', 'unreadable_answer', 'too_long', 'unreachable', 'not_configured', "
    "'over_budget', 'rejected', 'poisoned', 'broken')"
)
STAGES = "stage IN ('draft', 'published', 'merged')"
NEW_STAGES = "stage IN ('draft', 'published', 'merged', 'replaced')"
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("run", sa.Column("prompts", JSON, nullable=True))
    op.execute("UPDATE run SET prompts = jsonb_build_object('draft_notes', prompt_hash)")
    # The text that open runs asked with was not kept: they are asked for again.
    op.execute(
        "UPDATE run SET state = 'failed', finished_at = now(), reason = 'this run was under way when the program was "
        "updated: ask for it again' WHERE state IN ('queued', 'running', 'finishing')"
    )
    op.alter_column("run", "prompts", nullable=False)
    op.drop_column("run", "prompt_hash")
    for column, default in (("uses_cache", "true"), ("repairs", "false"), ("summarises", "false")):
        op.add_column("run", sa.Column(column, sa.Boolean(), server_default=sa.text(default), nullable=False))
        op.alter_column("run", column, server_default=None)
    op.add_column("run", sa.Column("judge_model", sa.Text(), nullable=True))
    op.add_column("run", sa.Column("budget_micro_usd", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _replace("run", "state", NEW_STATES)
    op.drop_index("ix_run_open", "run")
    op.create_index("ix_run_open", "run", ["id"], postgresql_where=sa.text(NEW_OPEN))
    op.add_column("chunk", sa.Column("halvings", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("chunk", sa.Column("busy_since", sa.DateTime(timezone=True), nullable=True))
    _replace("chunk", "outcome", NEW_OUTCOMES)
    op.add_column("note", sa.Column("repair_of_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_note_repair_of_id_note"), "note", "note", ["repair_of_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(
        "ix_note_repair_of_id", "note", ["repair_of_id"], postgresql_where=sa.text("repair_of_id IS NOT NULL")
    )
    for column in ("judgement", "judgement_missing", "judged_by"):
        op.add_column("note", sa.Column(column, sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_note_judgement"), "note", "judgement IN ('supported', 'partly', 'not_supported')"
    )
    _replace("note", "stage", NEW_STAGES)
    op.add_column("coverage", sa.Column("asked_span", postgresql.ARRAY(sa.Integer()), nullable=True))
    op.create_table(
        "summary",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("sentences", JSON, nullable=False),
        sa.Column("dropped", JSON, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_summary_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "topic_id", name=op.f("pk_summary")),
    )


def downgrade() -> None:
    op.drop_table("summary")
    op.drop_column("coverage", "asked_span")
    op.execute("DELETE FROM note WHERE stage = 'replaced'")
    _replace("note", "stage", STAGES)
    op.drop_constraint("ck_note_judgement", "note")
    for column in ("judged_by", "judgement_missing", "judgement", "repair_of_id"):
        op.drop_column("note", column)
    op.execute("UPDATE chunk SET outcome = 'broken' WHERE outcome IN ('over_budget', 'rejected')")
    _replace("chunk", "outcome", OUTCOMES)
    op.drop_column("chunk", "busy_since")
    op.drop_column("chunk", "halvings")
    op.execute("UPDATE run SET state = 'finishing' WHERE state = 'summarising'")
    op.drop_index("ix_run_open", "run")
    op.create_index("ix_run_open", "run", ["id"], postgresql_where=sa.text(OPEN))
    _replace("run", "state", STATES)
    op.add_column("run", sa.Column("prompt_hash", sa.Text(), nullable=True))
    op.execute("UPDATE run SET prompt_hash = prompts->>'draft_notes'")
    op.alter_column("run", "prompt_hash", nullable=False)
    for column in ("attempts", "budget_micro_usd", "judge_model", "summarises", "repairs", "uses_cache", "prompts"):
        op.drop_column("run", column)


def _replace(table: str, column: str, condition: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, condition)
