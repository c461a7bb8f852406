"""A model judged by a gold set: over a real database, the offline model over HTTP, and the command itself."""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog
from sqlalchemy import text

from notes_pipeline.bootstrap import Services
from notes_pipeline.cli.entry import main
from notes_pipeline.core.errors import InputError, ModelConfigurationError
from notes_pipeline.core.figures import Measure, figures
from notes_pipeline.core.gold import GoldSet
from notes_pipeline.core.transcript import Span
from notes_pipeline.llm.gate import OpenGate
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.settings import Settings, read_settings
from notes_pipeline.steps.canary import Canary, post_alarm, run_canary
from notes_pipeline.steps.evaluate import (
    Evaluating,
    EvaluationStoppedError,
    evaluate,
    keep_evaluation,
    open_gold_set,
)
from notes_pipeline.steps.export_gold import export_gold
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.evaluations import load_evaluation
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.worker.canary import daily_canary
from notes_pipeline.worker.process import make_drafting

FIXTURE = Path(__file__).parents[2] / "fixtures" / "evaluation"
CHOSEN = ("cafe", "library_van")
DEAD = "http://127.0.0.1:1/v1"


@pytest.fixture(scope="module")
def set_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of two interviews of the fixture."""
    folder = tmp_path_factory.mktemp("set")
    lines = [json.loads(line) for line in (FIXTURE / "gold.jsonl").read_text().splitlines()]
    chosen = [line for line in lines if line["id"] in CHOSEN]
    for line in chosen:
        line |= {name: str((FIXTURE / line[name]).resolve()) for name in ("transcript", "guide")}
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, chosen)))
    return folder


@pytest.fixture(scope="module")
def gold(set_folder: Path) -> GoldSet:
    return open_gold_set(set_folder)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running_offline_model() as url:
        yield url


@pytest.fixture
def model_url(endpoint: str) -> Iterator[str]:
    yield endpoint
    set_rules(endpoint)


def set_rules(url: str, *rules: Rule) -> None:
    content = {"rules": [rule.model_dump() for rule in rules]}
    httpx2.post(url.replace("/v1", "/control"), json=content).raise_for_status()


@pytest.fixture
def evaluating(transactions: Transactions, postgres_url: str, model_url: str) -> Iterator[Evaluating]:
    settings = Settings(database_url=postgres_url, openai_base_url=model_url, notes_model=OFFLINE_MODEL)
    services = Services(settings)
    drafting, _ = make_drafting(services, OpenGate())
    yield Evaluating(drafting, "test", services.prompts, concurrency=2, limit_s=60)
    services.engine.dispose()


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(
    transactions: Transactions,
    postgres_url: str,
    model_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Command]:
    """Run our command from its arguments to its exit code, in this process: another one would start for two seconds."""

    def run(*arguments: object, **variables: str) -> Done:
        given = {"DATABASE_URL": postgres_url, "OPENAI_BASE_URL": model_url, "NOTES_MODEL": OFFLINE_MODEL}
        for name, value in (given | {"NOTES_WORKSPACE": "test", "COLUMNS": "80"} | variables).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["notes-pipeline", *map(str, arguments)])
        read_settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    handlers = logging.root.handlers[:]
    yield run
    read_settings.cache_clear()
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


def one(transactions: Transactions, query: str) -> Any:
    with transactions.begin() as session:
        return session.execute(text(query)).scalar_one()


def make_older(transactions: Transactions, hours: int) -> None:
    with transactions.begin() as session:
        query = text("UPDATE evaluation SET created_at = created_at - make_interval(hours => :hours)")
        session.execute(query, {"hours": hours})


class Webhook:
    """Takes what is posted; the first `failures` times it answers 500."""

    def __init__(self, failures: int = 0) -> None:
        self.posted: list[dict[str, Any]] = []
        self.failures = failures
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                webhook.posted.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(500 if len(webhook.posted) <= webhook.failures else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret"

    def __enter__(self) -> "Webhook":
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


def test_an_evaluation_counts_what_the_notes_have_of_the_gold(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    evaluation = evaluate(evaluating, gold, OFFLINE_MODEL)
    id_ = keep_evaluation(evaluating, gold, evaluation)
    found = {figure.measure: figure for figure in figures(evaluation)}
    assert [counts.interview_id for counts in evaluation.interviews] == [each.id for each in gold.interviews]
    assert found[Measure.RECALL].of == sum(len(each.passages) for each in gold.interviews)
    assert (found[Measure.RECALL].value or 0) > 0
    assert found[Measure.COST].value is not None
    assert (found[Measure.LATENCY_P50].value or 0) > 0
    assert evaluation.models_served == {OFFLINE_MODEL}
    assert not evaluation.failures
    with transactions.begin() as session:
        stored = load_evaluation(session, ensure_workspace(session, "test"), id_)
    assert stored.evaluation == evaluation
    runs = "SELECT string_agg(DISTINCT name, ' ') FROM run JOIN workspace ON workspace.id = run.workspace_id"
    assert one(transactions, runs) == "test:evaluation"


def test_an_evaluation_asks_again_what_is_known(evaluating: Evaluating, gold: GoldSet) -> None:
    first, second = (evaluate(evaluating, gold, OFFLINE_MODEL) for _ in range(2))
    calls = [[len(counts.latencies_ms) for counts in each.interviews] for each in (first, second)]
    assert calls[0] == calls[1]
    assert all(calls[1])


def test_no_worker_drafts_the_chunks_of_an_evaluation(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions, model_url: str
) -> None:
    set_rules(model_url, Rule(fault=Fault.SLOW, value=0.4))
    chunks: list[UUID] = []

    def look(done: int, _of: int) -> None:
        if done == 0:
            time.sleep(0.15)  # the first chunk is due for a few milliseconds, until it is leased
            chunks.extend(sweep(transactions, queue_is_empty=True).draft)

    evaluation = evaluate(replace(evaluating, concurrency=1), gold, OFFLINE_MODEL, progress=look)
    assert chunks == []
    assert not evaluation.failures


def test_a_chunk_that_failed_for_the_moment_is_waited_for(
    evaluating: Evaluating, gold: GoldSet, model_url: str
) -> None:
    set_rules(model_url, Rule(fault=Fault.SERVER_ERROR, times=1))
    evaluation = evaluate(evaluating, gold, OFFLINE_MODEL)
    assert not evaluation.failures
    assert all(counts.notes for counts in evaluation.interviews)


def test_what_is_not_done_in_time_is_named_and_counts_as_missed(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    evaluation = evaluate(replace(evaluating, limit_s=0), gold, OFFLINE_MODEL)
    assert list(evaluation.failures) == [each.id for each in gold.interviews]
    assert "not done in 0 s" in evaluation.failures[CHOSEN[0]]
    assert all(len(counts.missed) == counts.passages for counts in evaluation.interviews)
    assert one(transactions, "SELECT count(*) FROM chunk WHERE state IN ('pending', 'running')") == 0


def test_a_model_that_is_not_there_is_no_bad_model(evaluating: Evaluating, gold: GoldSet) -> None:
    with pytest.raises(ModelConfigurationError, match="has no model 'nobody'"):
        evaluate(evaluating, gold, "nobody")


def test_a_replay_gives_the_recorded_figures_without_an_endpoint(
    command: Command, set_folder: Path, tmp_path: Path
) -> None:
    recorded = command("eval", set_folder, "--record", tmp_path / "r.jsonl", "--json")
    replayed = command("eval", set_folder, "--replay", tmp_path / "r.jsonl", "--json", OPENAI_BASE_URL=DEAD)
    assert (recorded.code, replayed.code) == (0, 0), recorded.err + replayed.err
    before, after = json.loads(recorded.out), json.loads(replayed.out)
    assert after["figures"] == before["figures"]
    assert {**after, "id": ""} == {**before, "id": ""}
    compared = command("eval", "--compare", before["id"], "last")
    assert "Over 2 interviews that both have" in compared.out
    assert max(map(len, compared.out.splitlines())) <= 80


def test_a_replay_without_an_answer_fails_and_is_not_kept(
    command: Command, set_folder: Path, tmp_path: Path, transactions: Transactions
) -> None:
    (tmp_path / "r.jsonl").write_text("")
    done = command("eval", set_folder, "--replay", tmp_path / "r.jsonl", "--model", OFFLINE_MODEL)
    assert done.code == 6
    assert "has no answer to this request" in done.err
    assert "record again" in done.err
    assert one(transactions, "SELECT count(*) FROM evaluation") == 0


def test_a_set_that_cannot_be_read_ends_with_3(command: Command, tmp_path: Path) -> None:
    done = command("eval", tmp_path)
    assert done.code == 3
    assert "no such file" in done.err


def test_a_canary_that_drifts_raises_an_alarm(
    command: Command, set_folder: Path, model_url: str, transactions: Transactions
) -> None:
    with Webhook() as webhook:
        first = command("eval", set_folder, "--canary", NOTES_ALARM_WEBHOOK=webhook.url)
        assert (first.code, webhook.posted) == (0, []), first.err
        assert "first canary of its kind" in first.out
        # A rule is one fault: the words of one interview are bent, the other is served by another model.
        set_rules(model_url, Rule(fault=Fault.BENT, contains="Wren"), Rule(fault=Fault.OTHER_MODEL))
        second = command("eval", set_folder, "--canary", NOTES_ALARM_WEBHOOK=webhook.url)
    assert second.code == 4
    assert "canary_alarm" in second.err
    (posted,) = webhook.posted
    alarms = "; ".join(posted["alarms"])
    assert (posted["event"], posted["set"], posted["model"]) == ("canary_alarm", "gold.jsonl", OFFLINE_MODEL)
    assert "quotes altered:" in alarms
    assert "the model calls itself" in alarms
    latest = "SELECT array_to_string(alarms, '; ') FROM evaluation ORDER BY id DESC LIMIT 1"
    assert one(transactions, latest) == alarms
    status = command("status")
    assert "ALARM" in status.out


def test_an_alarm_is_posted_again_where_that_fails() -> None:
    with Webhook(failures=1) as webhook:
        assert post_alarm(webhook.url, {"event": "test"}, waits_s=(0, 0))
    assert len(webhook.posted) == 2
    assert not post_alarm("http://127.0.0.1:1/secret", {"event": "test"}, waits_s=(0, 0))


def test_a_canary_is_taken_on_once_a_day_by_one_of_all_workers(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    hash_ = gold.content_hash
    assert sweep(transactions, queue_is_empty=True, canary_set=hash_).canary
    at_once = threading.Barrier(2)

    def take_on(_: int) -> Canary | None:
        at_once.wait(timeout=5)
        return run_canary(evaluating, gold, OFFLINE_MODEL, webhook=None, only_if_due=True)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(take_on, range(2)))
    assert sum(result is not None for result in results) == 1
    assert one(transactions, "SELECT count(*) FROM evaluation") == 1
    make_older(transactions, 23)
    assert not sweep(transactions, queue_is_empty=True, canary_set=hash_).canary
    make_older(transactions, 2)
    assert sweep(transactions, queue_is_empty=True, canary_set=hash_).canary


def test_a_canary_that_never_ended_counts_as_dead_after_two_hours(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    run_canary(evaluating, gold, OFFLINE_MODEL, webhook=None)
    with transactions.begin() as session:
        session.execute(text("UPDATE evaluation SET body = '{}'"))
    make_older(transactions, 1)
    assert not sweep(transactions, queue_is_empty=True, canary_set=gold.content_hash).canary
    make_older(transactions, 2)
    assert sweep(transactions, queue_is_empty=True, canary_set=gold.content_hash).canary


def test_a_canary_that_is_stopped_is_due_again_at_once(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    evaluating.stop.set()
    with pytest.raises(EvaluationStoppedError):
        run_canary(evaluating, gold, OFFLINE_MODEL, webhook=None, only_if_due=True)
    assert sweep(transactions, queue_is_empty=True, canary_set=gold.content_hash).canary


def test_a_canary_that_cannot_ask_is_an_alarm_and_makes_no_band(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions
) -> None:
    with pytest.raises(ModelConfigurationError):
        run_canary(evaluating, gold, "nobody", webhook=None)
    assert "could not be evaluated" in one(transactions, "SELECT alarms[1] FROM evaluation")
    failed = run_canary(replace(evaluating, limit_s=0), gold, OFFLINE_MODEL, webhook=None)
    well = run_canary(evaluating, gold, OFFLINE_MODEL, webhook=None)
    assert failed is not None
    assert well is not None
    assert "not done in 0 s" in failed.alarms[0]
    assert (well.compared_with, well.alarms) == (0, ())


def test_a_canary_set_that_cannot_be_read_stops_no_worker(evaluating: Evaluating, tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://nobody", notes_canary=tmp_path)
    assert daily_canary(Services(settings), evaluating.drafting) is None


def test_decisions_of_reviewers_become_a_set_that_can_be_evaluated(
    evaluating: Evaluating, gold: GoldSet, transactions: Transactions, command: Command, tmp_path: Path
) -> None:
    evaluate(evaluating, gold, OFFLINE_MODEL)
    with transactions.begin() as session:
        decide = "UPDATE note SET review_state = CASE ordinal % 3 {} END WHERE stage = 'published'"
        session.execute(text(decide.format("WHEN 0 THEN 'accepted' WHEN 1 THEN 'rejected' ELSE 'corrected'")))
    exported = command("eval", "--export", tmp_path / "set", NOTES_WORKSPACE="test:evaluation")
    assert exported.code == 0, exported.err
    made = open_gold_set(tmp_path / "set")
    originals = {each.transcript.text: each for each in gold.interviews}
    assert {each.transcript.text for each in made.interviews} == set(originals)
    for each in made.interviews:
        assert each.guide == originals[each.transcript.text].guide
        assert each.transcript.utterances == originals[each.transcript.text].transcript.utterances
    query = (
        "SELECT coalesce(question_id, theme_id), spans FROM evidence JOIN note ON note.id = note_id "
        "WHERE review_state IN ('accepted', 'corrected')"
    )
    with transactions.begin() as session:
        decided = {(topic, Span(spans[0][0], spans[-1][1])) for topic, spans in session.execute(text(query))}
    assert {(passage.topic, passage.span) for each in made.interviews for passage in each.passages} == decided
    assert sum(len(each.negatives) for each in made.interviews) > 0
    assert command("eval", tmp_path / "set").code == 0
    assert command("eval", "--export", tmp_path / "set").code == 3  # nobody decided in this one


def test_a_workspace_without_decisions_gives_no_set(evaluating: Evaluating, gold: GoldSet) -> None:
    evaluate(evaluating, gold, OFFLINE_MODEL)
    with pytest.raises(InputError, match="nobody has accepted"):
        export_gold(evaluating.transactions, "test:evaluation")
