"""Queue notes for reviewers: how risky each is, who has one open, what was decided together or taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLE = "notes_tenant"
OURS = "nullif(current_setting('notes.workspace', true), '')::uuid"
DECISION = "ck_review_decision"
UNREVIEWED = sa.text("stage = 'published' AND review_state = 'unreviewed'")


def upgrade() -> None:
    """Only add and widen: code of the version before goes on working on the new schema."""
    # Infinite: not told yet. Such notes come first, and the queue tells it when it meets them.
    unknown = sa.text("'Infinity'::real")
    op.add_column("note", sa.Column("risk", sa.REAL(), server_default=unknown, nullable=False))
    op.create_index(
        "ix_note_queue",
        "note",
        ["workspace_id", "status", sa.text("risk DESC"), "id"],
        postgresql_where=UNREVIEWED,
    )
    op.create_index(
        "ix_note_without_risk",
        "note",
        ["workspace_id"],
        postgresql_where=sa.text("stage = 'published' AND risk = 'Infinity'::real"),
    )
    op.add_column("review", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.create_index("ix_review_batch_id", "review", ["batch_id"], postgresql_where=sa.text("batch_id IS NOT NULL"))
    op.create_index("ix_review_reviewer_created_at", "review", ["reviewer", "created_at"])
    op.drop_constraint(op.f(DECISION), "review", type_="check")
    op.create_check_constraint(op.f(DECISION), "review", "decision IN ('accept', 'correct', 'reject', 'withdraw')")
    op.create_table(
        "review_lease",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["note.id"], name=op.f("fk_review_lease_note_id_note"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_review_lease_workspace_id_workspace"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_review_lease")),
    )
    op.create_index("ix_review_lease_workspace_id", "review_lease", ["workspace_id", "expires_at"])
    op.execute("ALTER TABLE review_lease ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everyone ON review_lease USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY of_workspace ON review_lease AS RESTRICTIVE TO {ROLE} USING (workspace_id = {OURS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON review_lease TO {ROLE}")


def downgrade() -> None:
    """Reviews that took others back go: the version before does not know their kind. Notes stay as they are."""
    op.drop_table("review_lease")
    op.execute("DELETE FROM evidence WHERE retired_by_id IN (SELECT id FROM review WHERE decision = 'withdraw')")
    op.execute("DELETE FROM review WHERE decision = 'withdraw'")
    op.drop_constraint(op.f(DECISION), "review", type_="check")
    op.create_check_constraint(op.f(DECISION), "review", "decision IN ('accept', 'correct', 'reject')")
    op.drop_index("ix_review_reviewer_created_at", "review")
    op.drop_index("ix_review_batch_id", "review")
    op.drop_column("review", "batch_id")
    op.drop_index("ix_note_without_risk", "note")
    op.drop_index("ix_note_queue", "note")
    op.drop_column("note", "risk")
