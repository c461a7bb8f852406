"""Keep answers that were paid for, what endpoints can do, and the prompts that were asked with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OUTCOMES = ("answered", "invalid", "truncated", "refused", "busy", "unreachable", "rejected")
NEW_OUTCOMES = (
    "answered", "cached", "invalid", "truncated", "too_long", "refused", "busy", "unreachable", "rejected",
)  # fmt: skip
PURPOSES = "purpose IN ('draft', 'repair', 'judge', 'summary', 'probe')"


def one_of(column: str, choices: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{choice}'" for choice in choices)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    op.create_table(
        "endpoint_profile",
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("has_new_limit_name", sa.Boolean(), nullable=False),
        sa.Column("takes_temperature", sa.Boolean(), nullable=False),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("probed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("base_url", "model", name=op.f("pk_endpoint_profile")),
    )
    op.create_table(
        "prompt",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_prompt")),
    )
    op.create_table(
        "answer",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("scope", sa.Uuid(), nullable=False),
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("is_chunk_owner", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("model_served", sa.Text(), nullable=True),
        sa.Column("hits", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_hit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(one_of("outcome", NEW_OUTCOMES), name=op.f("ck_answer_outcome")),
        sa.CheckConstraint(PURPOSES, name=op.f("ck_answer_purpose")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_answer_workspace_id_workspace"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_answer_transcript_id_transcript"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_answer_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "key", "scope", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_transcript_id", "answer", ["transcript_id"])
    op.create_index("ix_answer_run_id", "answer", ["run_id"])
    op.create_index(
        "ix_answer_context", "answer", ["workspace_id", "context"], postgresql_where=sa.text("context IS NOT NULL")
    )
    op.create_index("ix_answer_asked_now", "answer", ["lease_until"], postgresql_where=sa.text("outcome IS NULL"))
    op.add_column("model_call", sa.Column("purpose", sa.Text(), server_default="draft", nullable=False))
    op.alter_column("model_call", "purpose", server_default=None)
    op.create_check_constraint(op.f("ck_model_call_purpose"), "model_call", PURPOSES)
    op.add_column("model_call", sa.Column("counted_micro_usd", sa.BigInteger(), nullable=True))
    op.execute("UPDATE model_call SET counted_micro_usd = COALESCE(cost_micro_usd, 0)")
    op.alter_column("model_call", "counted_micro_usd", nullable=False)
    op.drop_index("ix_model_call_workspace_id_started_at", "model_call")
    op.create_index(
        "ix_model_call_workspace_id_started_at",
        "model_call",
        ["workspace_id", "started_at"],
        postgresql_include=["counted_micro_usd"],
    )
    op.create_index("ix_model_call_started_at", "model_call", ["started_at"], postgresql_include=["counted_micro_usd"])
    op.create_index(
        "ix_chunk_lease_token", "chunk", ["lease_token"], postgresql_where=sa.text("lease_token IS NOT NULL")
    )
    op.alter_column("model_call", "chunk_id", nullable=True)
    op.drop_constraint("ck_model_call_outcome", "model_call")
    op.create_check_constraint(op.f("ck_model_call_outcome"), "model_call", one_of("outcome", NEW_OUTCOMES))


def downgrade() -> None:
    op.execute("DELETE FROM model_call WHERE outcome = 'cached' OR chunk_id IS NULL")
    op.execute("UPDATE model_call SET outcome = 'truncated' WHERE outcome = 'too_long'")
    op.drop_constraint("ck_model_call_outcome", "model_call")
    op.create_check_constraint(op.f("ck_model_call_outcome"), "model_call", one_of("outcome", OUTCOMES))
    op.alter_column("model_call", "chunk_id", nullable=False)
    op.drop_index("ix_chunk_lease_token", "chunk")
    op.drop_index("ix_model_call_started_at", "model_call")
    op.drop_index("ix_model_call_workspace_id_started_at", "model_call")
    op.create_index("ix_model_call_workspace_id_started_at", "model_call", ["workspace_id", "started_at"])
    op.drop_column("model_call", "counted_micro_usd")
    op.drop_column("model_call", "purpose")
    for table in ("answer", "prompt", "endpoint_profile"):
        op.drop_table(table)
