"""How fast notes are read over HTTP, among a million of them.

    python -m tests.benchmarks.bench_api [--notes N] [--seconds S]

Seeds an embedded PostgreSQL by SQL, serves the API in a process of its own, and reads with 1 and with 16 clients, which
are threads of this process. Everything is on this machine and shares its cores.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import httpx2
import structlog
import uvicorn
from alembic import command
from sqlalchemy import text

from notes_pipeline.api.access import Parts
from notes_pipeline.api.app import make_app
from notes_pipeline.api.rates import RateLimit
from notes_pipeline.bootstrap import Services, migrations_config
from notes_pipeline.cli.serve import listen
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.embedded import embedded_postgres
from notes_pipeline.settings import read_settings
from notes_pipeline.store.api_keys import add_key
from notes_pipeline.store.database import connect, transactions
from notes_pipeline.store.workspaces import ensure_workspace
from tests.benchmarks.world import ROOT, interviews

NOTES_OF_A_TRANSCRIPT = 100
LARGE = 0.9  # of all transcripts are of one workspace
CLIENTS = (1, 16)
WORKSPACES = ("large", "small")
# 300 common words, and one that stands in one note of 50,000.
WORDS = " ".join(f"{a}{b}" for a in ("ba", "de", "fi", "go", "ku", "la") for b in (f"r{n}" for n in range(50))).split()

SEED = (
    """CREATE FUNCTION seeded(kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
        $$ SELECT ('01a00000-' || kind || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$""",
    """CREATE UNLOGGED TABLE phrase AS SELECT n, (
            SELECT string_agg((:words ::text[])[1 + floor(random() * 300 + 0 * n + 0 * i)::int], ' ')
            FROM generate_series(1, 15) i) AS said FROM generate_series(0, 19999) n""",
    """INSERT INTO guide (id, workspace_id, title, version, content_hash, body)
        SELECT seeded('0001', w), (:workspaces ::uuid[])[w], 'Seeded', 1, 'g' || w, :body ::jsonb
        FROM generate_series(1, 2) w""",
    """INSERT INTO transcript (id, workspace_id, title, filename, source_format, content_hash, speakers, warnings,
            utterance_count, word_count, duration_ms, media_url)
        SELECT seeded('0002', t), (:workspaces ::uuid[])[CASE WHEN t <= :large THEN 1 ELSE 2 END], 'Interview ' || t,
            t || '.vtt', 'vtt', 'h' || t, '{Ina,Bram}', '{}', 20, 300, 3600000, 'https://media.example.com/' || t
        FROM generate_series(1, :transcripts) t""",
    """INSERT INTO utterance (transcript_id, index, speaker, start_ms, end_ms, text)
        SELECT seeded('0002', t), u, CASE u % 2 WHEN 0 THEN 'Ina' ELSE 'Bram' END, u * 5000, u * 5000 + 4000, said
        FROM generate_series(1, :transcripts) t, generate_series(0, 19) u
        JOIN phrase ON phrase.n = u""",
    """INSERT INTO run (id, workspace_id, transcript_id, guide_id, model, prompts, recipe, ordinal, verifier_version,
            interviewers, participants, roles_guessed, uses_cache, repairs, summarises, state, chunks_total,
            finished_at)
        SELECT seeded('0003', t), workspace_id, id, seeded('0001', CASE WHEN t <= :large THEN 1 ELSE 2 END), 'seeded',
            '{}', 'r', 0, '1.2', '{Ina}', '{Bram}', false, true, false, false, 'finished', 1, now()
        FROM generate_series(1, :transcripts) t JOIN transcript ON id = seeded('0002', t)""",
    """INSERT INTO chunk (id, run_id, workspace_id, index, text_from, text_to, new_from, state, outcome, finished_at)
        SELECT seeded('0004', t), id, workspace_id, 0, 0, 100, 0, 'done', 'drafted', now()
        FROM generate_series(1, :transcripts) t JOIN run ON id = seeded('0003', t)""",
    """INSERT INTO coverage (run_id, question_id, state, asked_at, asked_span)
        SELECT seeded('0003', t), 'q' || q, 'answered', 0, '{0,5}'
        FROM generate_series(1, :transcripts) t, generate_series(1, 10) q""",
    """INSERT INTO note (id, workspace_id, transcript_id, run_id, chunk_id, ordinal, stage, question_id, statement,
            status, flags, speakers, model, updated_at)
        SELECT seeded('0005', i), run.workspace_id, run.transcript_id, run.id, seeded('0004', t), i % 100, 'published',
            'q' || (1 + i % 10), said || CASE i % 50000 WHEN 7 THEN ' zeldzaam' ELSE '' END,
            CASE i % 12 WHEN 0 THEN 'flagged' ELSE 'supported' END, '{}',
            CASE i % 3 WHEN 0 THEN '{Ina}' ELSE '{Bram}' END ::text[], 'seeded', now() - (:notes - i) * interval '1 s'
        FROM generate_series(1, :transcripts) t JOIN run ON run.id = seeded('0003', t),
            generate_series((t - 1) * 100, t * 100 - 1) i JOIN phrase ON phrase.n = i * 7 % 20000""",
    """INSERT INTO evidence (id, transcript_id, note_id, ordinal, quote, verdict, score, reasons, spans,
            first_utterance, last_utterance, speaker, start_ms, end_ms, matched_text, prefix, suffix, alternatives,
            diff, verifier_version)
        SELECT seeded('000' || 6 + o, i), seeded('0002', 1 + i / 100), seeded('0005', i), o, said, 'verbatim', 1, '{}',
            '[[0, 60]]', 0, 0, 'Bram', 0, 4000, said, left(said, 40), right(said, 40), '[]', '[]', '1.2'
        FROM generate_series(0, :notes - 1) i, generate_series(0, 1) o
        JOIN phrase ON true WHERE phrase.n = (i * 7 + o * 3) % 20000 AND (o = 0 OR i % 2 = 0)""",
)


@dataclass(frozen=True, slots=True)
class Seeded:
    url: str
    key: str
    notes: int

    @property
    def transcripts(self) -> int:
        return self.notes // NOTES_OF_A_TRANSCRIPT


def seed(database_url: str, notes: int) -> str:
    """Fill a database; returns a key of the large workspace."""
    transcripts = notes // NOTES_OF_A_TRANSCRIPT
    command.upgrade(migrations_config(database_url), "head")
    engine = connect(database_url)
    with transactions(engine).begin() as session:
        workspaces = [ensure_workspace(session, name) for name in WORKSPACES]
        _, key = add_key(session, workspaces[0], "bench", [Scope.ADMIN])
    questions = [{"id": f"q{n}", "text": f"Question {n}?", "probes": []} for n in range(1, 11)]
    body = {"title": "Seeded", "goal": "", "questions": questions, "themes": [], "interviewers": [], "participants": []}
    values = {
        "words": WORDS,
        "workspaces": [str(each) for each in workspaces],
        "transcripts": transcripts,
        "large": int(LARGE * transcripts),
        "notes": notes,
        "body": json.dumps(body),
    }
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for statement in SEED:
            began = time.monotonic()
            connection.execute(text(statement), {each: values[each] for each in values if f":{each}" in statement})
            print(f"  {' '.join(statement.split()[:3])}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        connection.exec_driver_sql("VACUUM ANALYZE")
        size = connection.exec_driver_sql("SELECT pg_size_pretty(pg_database_size(current_database()))").scalar_one()
        print(f"{notes:,} notes of {transcripts:,} transcripts in PostgreSQL: {size}")
    engine.dispose()
    return key


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serve the API in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_api", "--serve"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "NOTES_MODEL": "seeded"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def serve() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    services = Services(read_settings())
    parts = Parts(services, RateLimit(10_000_000, None), lambda _work: True, 50_000_000)
    listener = listen("127.0.0.1", 0)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(make_app(parts), log_config=None, lifespan="off")).run(sockets=[listener])


def reads(seeded: Seeded) -> dict[str, Callable[[Random], str]]:
    """Give the paths of the main reads; `Random` chooses whose."""
    most = int(LARGE * seeded.transcripts)

    def some(kind: str, chance: Random, of: int) -> UUID:
        return UUID(f"01a00000-{kind}-7000-8000-{chance.randrange(1, of):012x}")

    return {
        "notes of a run": lambda chance: f"/notes?run_id={some('0003', chance, most)}",
        "notes of a transcript and question": lambda chance: (
            f"/notes?transcript_id={some('0002', chance, most)}&question=q{chance.randrange(1, 11)}"
        ),
        "notes of a question": lambda chance: f"/notes?question=q{chance.randrange(1, 11)}",
        "first page of all notes": lambda chance: "/notes",
        "notes with a rare word": lambda chance: "/notes?text=zeldzaam",
        "notes with two common words": lambda chance: f"/notes?text={chance.choice(WORDS)}+{chance.choice(WORDS)}",
        "notes of a speaker": lambda chance: "/notes?speaker=Ina",
        "notes changed in the last hour": lambda chance: f"/notes?updated_since={_hour_ago()}",
        "one note": lambda chance: f"/notes/{some('0005', chance, most * NOTES_OF_A_TRANSCRIPT)}",
        "a run": lambda chance: f"/runs/{some('0003', chance, most)}",
        "coverage of a run": lambda chance: f"/runs/{some('0003', chance, most)}/coverage",
        "list of transcripts": lambda chance: "/transcripts",
    }


def _hour_ago() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3_600))


def measure(
    seeded: Seeded, path_of: Callable[[Random], str], clients: int, seconds: float
) -> tuple[float, float, float]:
    """Read for a while. Returns p50 and p99 in milliseconds, and requests a second."""
    taken: list[float] = []
    until = time.monotonic() + seconds

    def read(number: int) -> None:
        chance, headers = Random(number), {"Authorization": f"Bearer {seeded.key}"}
        with httpx2.Client(base_url=f"{seeded.url}/v1", headers=headers, timeout=120) as client:
            while time.monotonic() < until:
                began = time.perf_counter()
                answer = client.get(path_of(chance))
                answer.raise_for_status()
                taken.append(1000 * (time.perf_counter() - began))

    began = time.monotonic()
    threads = [threading.Thread(target=read, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.monotonic() - began
    cut = statistics.quantiles(taken, n=100) if len(taken) > 1 else [math.nan] * 99
    return cut[49], cut[98], len(taken) / wall


def upload(seeded: Seeded, chunks: int, number: int) -> float:
    """Upload new interviews one after the other; returns how many a second."""
    with httpx2.Client(base_url=f"{seeded.url}/v1", headers={"Authorization": f"Bearer {seeded.key}"}) as client:
        files = interviews(number, first=chunks * 1_000, chunks=chunks)
        began = time.monotonic()
        for file in files:
            client.post("/transcripts?filename=a.vtt", content=file).raise_for_status()
        return number / (time.monotonic() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        serve()
        return
    with tempfile.TemporaryDirectory(prefix="notes-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres(Path(folder) / "postgres", durable=False) as database_url:
            key = seed(database_url, wanted.notes)
            with serving(database_url) as url:
                seeded = Seeded(url, key, wanted.notes)
                print("pages of 50 notes; ms at the median and the 99th percentile, requests a second, by clients")
                for name, path_of in reads(seeded).items():
                    figures = [measure(seeded, path_of, clients, wanted.seconds) for clients in CLIENTS]
                    shown = "   ".join(
                        f"{clients:2}: {p50:6.1f} / {p99:6.1f} ms, {rate:5.0f}/s"
                        for clients, (p50, p99, rate) in zip(CLIENTS, figures, strict=True)
                    )
                    print(f"  {name:36} {shown}", flush=True)
                for chunks, number in ((1, 100), (10, 30)):
                    print(f"  uploads of {chunks} chunks: {upload(seeded, chunks, number):.0f}/s")


if __name__ == "__main__":
    main()
