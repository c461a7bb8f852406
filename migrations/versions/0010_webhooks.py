"""Tell product backends what happened: webhooks, events, and what is delivered to whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLE = "notes_tenant"
OURS = "nullif(current_setting('notes.workspace', true), '')::uuid"
NOW = sa.text("now()")


def upgrade() -> None:
    """Only add: code of the version before goes on working on the new schema."""
    _create(
        "webhook",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name=op.f("ck_webhook_disabled")),
    )
    op.create_index("ix_webhook_workspace_id_id", "webhook", ["workspace_id", "id"])
    _create(
        "webhook_secret",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("webhook_secret", "webhook"),
    )
    op.create_index("ix_webhook_secret_webhook_id", "webhook_secret", ["webhook_id"])
    _create(
        "event",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
    )
    op.create_index("ix_event_workspace_id_created_at", "event", ["workspace_id", "created_at"])
    op.create_index("ix_event_created_at", "event", ["created_at"])
    _create(
        "delivery",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'failed')", name=op.f("ck_delivery_state")),
        sa.CheckConstraint("lease_token IS NULL OR state = 'pending'", name=op.f("ck_delivery_lease")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_delivery_webhook_id_event_id")),
        _belongs("delivery", "webhook"),
        _belongs("delivery", "event"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index("ix_delivery_pending", "delivery", ["webhook_id", "next_attempt_at"], postgresql_where=pending)
    op.create_index("ix_delivery_due", "delivery", ["next_attempt_at"], postgresql_where=pending)
    leased = sa.text("lease_token IS NOT NULL")
    op.create_index("ix_delivery_leased", "delivery", ["webhook_id"], postgresql_where=leased)
    op.create_index("ix_delivery_event_id", "delivery", ["event_id"])
    for table in ("webhook", "event", "delivery"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    # The API writes secrets and never reads one.
    readable = "id, webhook_id, workspace_id, created_at, expires_at"
    op.execute(f"GRANT SELECT ({readable}), INSERT, UPDATE (expires_at), DELETE ON webhook_secret TO {ROLE}")


def downgrade() -> None:
    for table in ("delivery", "event", "webhook_secret", "webhook"):
        op.drop_table(table)


def _create(table: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table of rows with a workspace, closed to all others."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id_workspace"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY everyone ON {table} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY of_workspace ON {table} AS RESTRICTIVE TO {ROLE} USING (workspace_id = {OURS})")


def _belongs(table: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{parent}_id_{parent}")
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete="CASCADE")
