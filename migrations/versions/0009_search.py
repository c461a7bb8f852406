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

# Words that stand in few rows are looked up in the indexes, and their notes filtered and put in order. Words that stand
# in many are met soon by walking along the order: of a million notes, 50 with a word of every twentieth are among the
# first thousand. Left to choose, PostgreSQL walked a million notes for a word of twenty. EXECUTE plans with the values,
# so that what is not asked for folds away; nothing that is given becomes part of a statement's text.
FIND = """
CREATE FUNCTION found_notes(
    asked text, by_speaker text, of_transcript uuid, of_run uuid, on_question text, on_theme text, statuses text[],
    of_review_state text, since timestamptz, until timestamptz, behind_at timestamptz, behind uuid, most int
) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    ours uuid := nullif(current_setting('notes.workspace', true), '')::uuid;
    few constant int := 5000;
    place text := CASE WHEN since IS NULL THEN 'n.id' ELSE 'n.updated_at, n.id' END;
    wanted tsquery := websearch_to_tsquery('simple', asked);
    has_words text := '';
    matching uuid[];
    met bigint;  -- rows of the kind that has more of them; "few" where there may be more that were not counted
BEGIN
    IF ours IS NULL OR numnode(wanted) = 0 THEN
        RETURN;
    END IF;
    IF asked IS NOT NULL THEN
        EXECUTE '
            SELECT array_agg(DISTINCT either.id), greatest(sum(either.of_note), sum(1 - either.of_note)) FROM (
                (SELECT n.id, 1 AS of_note FROM public.note n WHERE n.words @@ $1 LIMIT $2)
                UNION ALL
                (SELECT e.note_id, 0 FROM public.evidence e
                 WHERE to_tsvector(''simple'', e.matched_text) @@ $1 AND e.retired_by_id IS NULL LIMIT $2)
            ) either' INTO matching, met USING wanted, few;
        IF matching IS NULL THEN
            RETURN;
        ELSIF met < few THEN
            has_words := ' AND n.id = ANY ($14)';
        ELSE
            has_words := ' AND (n.words @@ $2 OR EXISTS (
                SELECT FROM public.evidence e WHERE e.note_id = n.id AND e.retired_by_id IS NULL
                AND to_tsvector(''simple'', e.matched_text) @@ $2))';
        END IF;
    END IF;
    RETURN QUERY EXECUTE 'SELECT n.id FROM public.note n
        WHERE n.workspace_id = $1 AND n.stage = ''published''
        AND ($3 IS NULL OR n.speakers @> ARRAY[$3]) AND ($4 IS NULL OR n.transcript_id = $4)
        AND ($5 IS NULL OR n.run_id = $5) AND ($6 IS NULL OR n.question_id = $6) AND ($7 IS NULL OR n.theme_id = $7)
        AND CASE WHEN $8 IS NULL
            THEN n.review_state = ''unreviewed'' AND n.status = ''supported''
                 OR n.review_state IN (''accepted'', ''corrected'')
            ELSE n.status = ANY ($8) END
        AND ($9 IS NULL OR n.review_state = $9)
        AND ($10 IS NULL OR n.updated_at >= $10) AND ($11 IS NULL OR n.updated_at < $11)
        AND ($13 IS NULL OR ' || CASE WHEN since IS NULL THEN 'n.id > $13' ELSE '(n.updated_at, n.id) > ($12, $13)' END
        || ')' || has_words || ' ORDER BY ' || place || ' LIMIT $15'
        USING ours, wanted, by_speaker, of_transcript, of_run, on_question, on_theme, statuses, of_review_state, since,
              until, behind_at, behind, matching, most;
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
