"""Let people review notes: what number a note's revision has, what was overridden, and whose evidence is whose."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BY_REVIEW = ("attached_by_id", "retired_by_id")


def upgrade() -> None:
    """Only add: code of the version before goes on working on the new schema."""
    op.add_column("note", sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("note", sa.Column("is_overridden", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # No code has reviewed a note so far, but an operator may have.
    op.execute(
        "UPDATE note SET is_overridden = true WHERE status = 'flagged' AND review_state IN ('accepted', 'corrected')"
    )
    op.add_column("review", sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
    for column in BY_REVIEW:
        op.add_column("evidence", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_evidence_{column}_review"), "evidence", "review", [column], ["id"])
        op.create_index(
            f"ix_evidence_{column}", "evidence", [column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )


def downgrade() -> None:
    """Leave each note with the evidence that it stands on: the version before would show the retired one as its own."""
    op.execute("DELETE FROM evidence WHERE retired_by_id IS NOT NULL")
    for column in BY_REVIEW:
        op.drop_column("evidence", column)
    op.drop_column("review", "revision")
    op.drop_column("note", "is_overridden")
    op.drop_column("note", "revision")
