"""Let creating requests be sent twice and done once; know versions of a transcript and where its recording is."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLE = "notes_tenant"
OURS = "nullif(current_setting('notes.workspace', true), '')::uuid"


def upgrade() -> None:
    """Only add: code of the version before goes on working on the new schema."""
    op.create_table(
        "sent_request",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.dialects.postgresql.JSONB(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("transcript_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_sent_request_workspace_id_workspace"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcript.id"],
            name=op.f("fk_sent_request_transcript_id_transcript"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_sent_request")),
    )
    op.add_column("transcript", sa.Column("media_url", sa.Text(), nullable=True))
    op.create_index("ix_sent_request_created_at", "sent_request", ["created_at"])
    op.create_index("ix_sent_request_transcript_id", "sent_request", ["transcript_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON sent_request TO {ROLE}")
    op.execute("ALTER TABLE sent_request ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everyone ON sent_request USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY of_workspace ON sent_request AS RESTRICTIVE TO {ROLE} USING (workspace_id = {OURS})")


def downgrade() -> None:
    op.drop_column("transcript", "media_url")
    op.drop_table("sent_request")
