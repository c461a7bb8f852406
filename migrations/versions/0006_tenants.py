"""Keep workspaces apart in the database itself, and let programs in by API keys.

The role `notes_tenant` sees and writes rows of the workspace in the setting `notes.workspace` and no others, whatever
the query. The HTTP API takes it on for each transaction (`store.tenancy`); workers and commands do not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLE = "notes_tenant"
OURS = "nullif(current_setting('notes.workspace', true), '')::uuid"
OWN_COLUMN = ("answer", "api_key", "guide", "model_call", "note", "run", "transcript")
# Rows without a workspace of their own, by the row that they belong to: the policy of that one decides.
BY_PARENT = {
    "chunk": ("run", "run_id"),
    "coverage": ("run", "run_id"),
    "evidence": ("transcript", "transcript_id"),
    "review": ("note", "note_id"),
    "summary": ("run", "run_id"),
    "utterance": ("transcript", "transcript_id"),
}
SHARED = ("prompt",)  # texts of the operator, the same for all; read, and added by a run that is asked for


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_api_key_workspace_id_workspace"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index("ix_api_key_workspace_id", "api_key", ["workspace_id"])
    # A role is one for all databases of a server: another may have made it, perhaps just now.
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                BEGIN
                    CREATE ROLE {ROLE} NOLOGIN;
                EXCEPTION
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE EXCEPTION 'the role {ROLE} is missing and % may not make it', current_user
                        USING HINT = 'as administrator: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO ' || current_user;
                END;
            END IF;
            IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
                EXECUTE format('GRANT {ROLE} TO %I', current_user);
            END IF;
        END $$
    """)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table in (*OWN_COLUMN, *BY_PARENT):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    op.execute(f"GRANT SELECT ON workspace TO {ROLE}")
    for table in SHARED:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {ROLE}")
    _bind("workspace", f"id = {OURS}")
    for table in OWN_COLUMN:
        _bind(table, f"workspace_id = {OURS}")
    for table, (parent, column) in BY_PARENT.items():
        _bind(table, f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {table}.{column})")


def downgrade() -> None:
    for table in ("workspace", *OWN_COLUMN, *BY_PARENT):
        op.execute(f"DROP POLICY of_workspace ON {table}")
        op.execute(f"DROP POLICY everyone ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
    for table in SHARED:
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")
    op.drop_table("api_key")


def _bind(table: str, condition: str) -> None:
    """Let everyone have all rows but the role: it has those of its workspace only, to read and to write."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY everyone ON {table} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY of_workspace ON {table} AS RESTRICTIVE TO {ROLE} USING ({condition})")
