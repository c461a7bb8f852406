"""Share the workers fairly: whose chunk it is and how urgent, deadlines, cancelled runs, and who works."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = "state IN ('queued', 'running', 'finishing', 'summarising', 'finished', 'partial', 'failed')"
NEW_STATES = "state IN ('queued', 'running', 'finishing', 'summarising', 'finished', 'partial', 'failed', 'cancelled')"
OUTCOMES = (
    "outcome IN ('drafted', 'refused', 'unreadable_answer', 'too_long', 'unreachable', 'not_configured', "
    "'over_budget', 'rejected', 'poisoned', 'broken')"
)
NEW_OUTCOMES = (
    "outcome IN ('drafted', 'refused', 'unreadable_answer', 'too_long', 'unreachable', 'not_configured', "
    "'over_budget', 'rejected', 'poisoned', 'overdue', 'cancelled', 'broken')"
)


def upgrade() -> None:
    """Only add and widen: code of the version before goes on working on the new schema."""
    op.add_column("run", sa.Column("is_backfill", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for column in ("deadline_at", "cancelled_at"):
        op.add_column("run", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    for column in ("traceparent", "request_id"):
        op.add_column("run", sa.Column(column, sa.Text(), nullable=True))
    _replace("run", "state", NEW_STATES)
    op.add_column("chunk", sa.Column("workspace_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_chunk_workspace_id_workspace"), "chunk", "workspace", ["workspace_id"], ["id"], ondelete="CASCADE"
    )
    op.add_column("chunk", sa.Column("is_backfill", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(
        "UPDATE chunk SET workspace_id = run.workspace_id FROM run "
        "WHERE run.id = chunk.run_id AND chunk.state IN ('pending', 'running')"
    )
    _replace("chunk", "outcome", NEW_OUTCOMES)
    op.drop_index("ix_chunk_open", "chunk")
    op.create_index(
        "ix_chunk_pending",
        "chunk",
        ["is_backfill", "workspace_id", "next_attempt_at", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_chunk_running", "chunk", ["lease_until", "workspace_id"], postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_index("ix_worker_seen_at", "worker", ["seen_at"])


def downgrade() -> None:
    op.drop_table("worker")
    op.drop_index("ix_chunk_running", "chunk")
    op.drop_index("ix_chunk_pending", "chunk")
    op.create_index(
        "ix_chunk_open",
        "chunk",
        ["next_attempt_at", "id"],
        postgresql_where=sa.text("state IN ('pending', 'running')"),
    )
    op.execute("UPDATE chunk SET outcome = 'broken' WHERE outcome IN ('overdue', 'cancelled')")
    _replace("chunk", "outcome", OUTCOMES)
    op.drop_column("chunk", "is_backfill")
    op.drop_column("chunk", "workspace_id")
    op.execute("UPDATE run SET state = 'partial' WHERE state = 'cancelled'")
    _replace("run", "state", STATES)
    for column in ("request_id", "traceparent", "cancelled_at", "deadline_at", "is_backfill"):
        op.drop_column("run", column)


def _replace(table: str, column: str, condition: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, condition)
