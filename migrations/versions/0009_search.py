"""Find notes by words and speakers within a workspace, know until when all changes are seen, and who sent a review.

Under row-level security PostgreSQL uses an index only for operators that are leakproof. `@@` and `@>` are not, so that
a search by them read all notes of the workspace. The function `found_notes` asks past the policies and is bound to the
workspace of the setting itself; it gives ids, whose rows are then read as all others are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLE = "notes_tenant"
FOUND = (
    "found_notes(text, text, uuid, uuid, text, text, text[], text, timestamptz, timestamptz, timestamptz, uuid, int)"
)

# EXECUTE plans with the values: what is not asked for folds away, and a word that is everywhere is not looked up in
# the index, but met while walking along the order. Nothing that is given becomes part of the statement's text.
FIND = """
CREATE FUNCTION found_notes(
    asked text, by_speaker text, of_transcript uuid, of_run uuid, on_question text, on_theme text, statuses text[],
    of_review_state text, since timestamptz, until timestamptz, behind_at timestamptz, behind uuid, most int
) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ours uuid := nullif(current_setting('notes.workspace', true), '')::uuid;
    place text := CASE WHEN since IS NULL THEN 'n.id' ELSE 'n.updated_at, n.id' END;
    fits text := 'n.workspace_id = $1 AND n.stage = ''published''
        AND ($3 IS NULL OR n.speakers @> ARRAY[$3]) AND ($4 IS NULL OR n.transcript_id = $4)
        AND ($5 IS NULL OR n.run_id = $5) AND ($6 IS NULL OR n.question_id = $6) AND ($7 IS NULL OR n.theme_id = $7)
        AND CASE WHEN $8 IS NULL
            THEN n.review_state = ''unreviewed'' AND n.status = ''supported''
                 OR n.review_state IN (''accepted'', ''corrected'')
            ELSE n.status = ANY ($8) END
        AND ($9 IS NULL OR n.review_state = $9)
        AND ($10 IS NULL OR n.updated_at >= $10) AND ($11 IS NULL OR n.updated_at < $11)
        AND ($13 IS NULL OR ' || CASE WHEN since IS NULL THEN 'n.id > $13' ELSE '(n.updated_at, n.id) > ($12, $13)' END
        || ')';
    candidates text := 'SELECT n.id, n.updated_at FROM public.note n WHERE ' || fits;
    page text := ' ORDER BY ' || place || ' LIMIT $14';
    query text;
BEGIN
    IF ours IS NULL THEN
        RETURN;
    END IF;
    query := CASE WHEN asked IS NULL THEN candidates || page ELSE
        '(' || candidates || ' AND n.words @@ $2' || page || ') UNION (SELECT DISTINCT n.id, n.updated_at
            FROM public.note n
            JOIN public.evidence e ON e.note_id = n.id WHERE ' || fits || ' AND e.retired_by_id IS NULL
            AND to_tsvector(''simple'', e.matched_text) @@ $2' || page || ')' END;
    RETURN QUERY EXECUTE 'SELECT n.id FROM (' || query || ') n' || page
        USING ours, websearch_to_tsquery('simple', asked), by_speaker, of_transcript, of_run, on_question, on_theme,
              statuses, of_review_state, since, until, behind_at, behind, most;
END $$
"""

# `updated_at` is the start of the transaction that wrote a row, and it may commit long after. The second on top is for
# one that has taken its time and not yet announced it. Sessions that may not be looked into (of other accounts) count
# while they have a snapshot, as begun a quarter of an hour ago.
SETTLED = """
CREATE FUNCTION notes_settled_until() RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT date_trunc('milliseconds', least(now(), min(
        CASE WHEN a.query = '<insufficient privilege>' AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
             THEN now() - interval '15 minutes' ELSE a.xact_start END)) - interval '1 second')
    FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
$$
"""


def upgrade() -> None:
    op.add_column("review", sa.Column("sent_by", sa.Text(), nullable=True))
    op.create_index(
        "ix_evidence_words", "evidence", [sa.text("to_tsvector('simple', matched_text)")], postgresql_using="gin"
    )
    op.execute(FIND)
    op.execute(SETTLED)
    for function in (FOUND, "notes_settled_until()"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {ROLE}")


def downgrade() -> None:
    op.execute("DROP FUNCTION notes_settled_until()")
    op.execute(f"DROP FUNCTION {FOUND}")
    op.drop_index("ix_evidence_words", "evidence")
    op.drop_column("review", "sent_by")
