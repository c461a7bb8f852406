"""One method for each route."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel

from notes_pipeline.api.shapes.guides import Guide, GuideInList
from notes_pipeline.api.shapes.notes import NoteShape
from notes_pipeline.api.shapes.reviews import ReviewSent, ReviewShape
from notes_pipeline.api.shapes.runs import Coverage, Run, RunInList, RunProgress
from notes_pipeline.api.shapes.transcripts import ErasureReceipt, Transcript, UploadedTranscript, Utterance
from notes_pipeline.api.shapes.webhooks import (
    CreatedWebhook,
    Delivery,
    Replayed,
    RotatedSecret,
    Webhook,
    WebhookWithDeliveries,
)
from notes_pipeline.client.errors import UnavailableError
from notes_pipeline.client.transport import Patience, Transport
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.reviewing import ReviewState
from notes_pipeline.core.roles import Role
from notes_pipeline.core.runs import RunState
from notes_pipeline.core.webhooks import EventType

M = TypeVar("M", bound=BaseModel)
PAGE = 100
PATIENT = Patience()
POLL_S, LONGEST_POLL_S = 0.5, 10.0


class NotesClient:
    """A client of one server with one key. Safe for threads; close it, or use it as a context.

    `base_url`: without `/v1`. `timeout_s`: of one attempt. Every method raises `ApiError` or one of its kinds; its
    message says what was wrong and what to do. Lists are iterators that fetch page by page.
    """

    def __init__(
        self, base_url: str, key: str, *, timeout_s: float = 30.0, patience: Patience = PATIENT, **options: Any
    ) -> None:
        self._http = httpx2.Client(
            base_url=f"{base_url.rstrip('/')}/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            **options,
        )
        self._transport = Transport(self._http, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # Transcripts

    def upload(
        self,
        file: Path | bytes,
        *,
        filename: str | None = None,
        title: str | None = None,
        external_id: str | None = None,
        language: str | None = None,
        media_url: str | None = None,
        roles: Mapping[str, Role | str] | None = None,
        guide_id: UUID | None = None,
        idempotency_key: str | None = None,
    ) -> UploadedTranscript:
        """Store a transcript; with `guide_id` ask for notes at once. The same content again gives the stored one.

        `filename`: needed where `file` is bytes; its ending is a hint, the content decides.
        """
        if isinstance(file, Path):
            filename = filename or file.name
        if filename is None:
            raise ValueError("bytes need a filename")
        data = file.read_bytes() if isinstance(file, Path) else file
        params = {
            "filename": filename,
            "title": title,
            "external_id": external_id,
            "language": language,
            "media_url": media_url,
            "roles": None if roles is None else json.dumps({name: str(role) for name, role in roles.items()}),
            "guide_id": guide_id,
        }
        headers = {"Content-Type": "application/octet-stream", **_keyed(idempotency_key)}
        sent = self._transport.send("POST", "/transcripts", params=_given(params), content=data, headers=headers)
        return UploadedTranscript.model_validate(sent)

    def transcripts(self, *, external_id: str | None = None) -> Iterator[Transcript]:
        return self._pages("/transcripts", Transcript, external_id=external_id)

    def transcript(self, transcript_id: UUID) -> Transcript:
        return self._read(f"/transcripts/{transcript_id}", Transcript)

    def utterances(self, transcript_id: UUID) -> Iterator[Utterance]:
        return self._pages(f"/transcripts/{transcript_id}/utterances", Utterance)

    def erase(self, transcript_id: UUID) -> ErasureReceipt:
        """Erase a transcript and everything that came of it, for good."""
        return ErasureReceipt.model_validate(self._transport.send("DELETE", f"/transcripts/{transcript_id}"))

    # Guides

    def add_guide(self, guide: Path | bytes | Mapping[str, Any], *, idempotency_key: str | None = None) -> Guide:
        """Store a guide: a file or its bytes (YAML or JSON), or its content. A changed one is a new version."""
        if isinstance(guide, Mapping):
            content, kind = json.dumps(guide).encode(), "application/json"
        else:
            content = guide.read_bytes() if isinstance(guide, Path) else guide
            kind = "application/yaml"  # of which JSON is a part
        headers = {"Content-Type": kind, **_keyed(idempotency_key)}
        return Guide.model_validate(self._transport.send("POST", "/guides", content=content, headers=headers))

    def guides(self) -> Iterator[GuideInList]:
        return self._pages("/guides", GuideInList)

    def guide(self, guide_id: UUID) -> Guide:
        return self._read(f"/guides/{guide_id}", Guide)

    # Runs

    def ask(
        self,
        transcript_id: UUID,
        guide_id: UUID,
        *,
        model: str | None = None,
        budget_usd: Decimal | None = None,
        judge_model: str | None = None,
        repairs: bool = False,
        summarises: bool = False,
        is_backfill: bool = False,
        anew: bool = False,
        idempotency_key: str | None = None,
    ) -> Run:
        """Ask for notes. The same again gives the stored run, in whatever state, unless `anew`."""
        wanted = _given({"model": model, "budget_usd": budget_usd, "judge_model": judge_model})
        wanted |= {"transcript_id": str(transcript_id), "guide_id": str(guide_id), "repairs": repairs}
        wanted |= {"summarises": summarises, "is_backfill": is_backfill, "anew": anew}
        return Run.model_validate(self._transport.send("POST", "/runs", json=wanted, headers=_keyed(idempotency_key)))

    def runs(self, *, transcript_id: UUID | None = None, state: RunState | None = None) -> Iterator[RunInList]:
        return self._pages("/runs", RunInList, transcript_id=transcript_id, state=state)

    def run(self, run_id: UUID) -> Run:
        return self._read(f"/runs/{run_id}", Run)

    def cancel(self, run_id: UUID) -> Run:
        return Run.model_validate(self._transport.send("POST", f"/runs/{run_id}/cancel"))

    def retry(self, run_id: UUID) -> Run:
        return Run.model_validate(self._transport.send("POST", f"/runs/{run_id}/retry"))

    def coverage(self, run_id: UUID) -> Coverage:
        return self._read(f"/runs/{run_id}/coverage", Coverage)

    def wait(self, run_id: UUID | None, *, timeout_s: float = 3_600.0) -> Run:
        """Wait until a run has ended, whatever way: `state` says which. A webhook tells it without waiting.

        Raises:
            TimeoutError: it has not in `timeout_s` seconds; it goes on all the same.
        """
        if run_id is None:
            raise ValueError("no run was asked for: name a guide at upload, or ask for one")
        until, wait_s = time.monotonic() + timeout_s, POLL_S
        while True:
            run = self.run(run_id)
            if run.state.is_final:
                return run
            if time.monotonic() + wait_s > until:
                raise TimeoutError(f"run {run_id} is {run.state.value} after {timeout_s:g} s")
            time.sleep(wait_s)
            wait_s = min(LONGEST_POLL_S, 1.5 * wait_s)

    def watch(self, run_id: UUID) -> Iterator[RunProgress]:
        """Give a run's progress whenever it changes, to its end. Connects anew as often as it must.

        Raises:
            UnavailableError: the API cannot be reached, as often as it was tried.
        """
        known, failures = "", 0
        while True:
            try:
                for event, id_, data in self._events(run_id, known):
                    failures, known = 0, id_ or known
                    progress = RunProgress.model_validate_json(data)
                    yield progress
                    if event == "ended":
                        return
            except (httpx2.TransportError, UnavailableError) as error:
                failures += 1
                if failures >= self._transport.patience.attempts:
                    raise UnavailableError(f"the API does not tell of run {run_id}: {error}") from error
            time.sleep(self._transport.patience.wait_s(failures, None))

    # Notes

    def notes(
        self,
        *,
        transcript_id: UUID | None = None,
        run_id: UUID | None = None,
        question: str | None = None,
        theme: str | None = None,
        speaker: str | None = None,
        status: Sequence[NoteStatus | str] | None = None,
        review_state: ReviewState | None = None,
        updated_since: datetime | None = None,
        text: str | None = None,
    ) -> Iterator[NoteShape]:
        """List notes; by default only those that stand, or that a reviewer took."""
        return self._pages(
            "/notes",
            NoteShape,
            transcript_id=transcript_id,
            run_id=run_id,
            question=question,
            theme=theme,
            speaker=speaker,
            status=None if status is None else [str(each) for each in status],
            review_state=review_state,
            updated_since=None if updated_since is None else updated_since.isoformat(),
            text=text,
        )

    def changed_notes(self, since: datetime) -> tuple[list[NoteShape], datetime]:
        """Give all notes that changed since a time, of every status (see `is_readable`), and the time to go on with."""
        found: list[NoteShape] = []
        params: dict[str, Any] = {
            "updated_since": since.isoformat(),
            "status": [status.value for status in NoteStatus],
            "limit": PAGE,
        }
        while True:
            page = self._transport.send("GET", "/notes", params=params)
            found += [NoteShape.model_validate(each) for each in page["items"]]
            if page["next"] is None:
                return found, datetime.fromisoformat(page["as_of"])
            params["cursor"] = page["next"]

    def note(self, note_id: UUID) -> NoteShape:
        return self._read(f"/notes/{note_id}", NoteShape)

    def review(
        self, note_id: UUID, review: ReviewSent, *, revision: int, idempotency_key: str | None = None
    ) -> NoteShape:
        """Decide on a note as it was at `revision`; give it as it is then.

        Raises:
            ConflictError: somebody changed it since.
            RefusedError: it cannot be decided so; the message says why and what to do.
        """
        headers = {"If-Match": f'"r{revision}"', **_keyed(idempotency_key)}
        body = review.model_dump(mode="json", exclude_none=True)
        return NoteShape.model_validate(
            self._transport.send("POST", f"/notes/{note_id}/reviews", json=body, headers=headers)
        )

    def reviews(self, note_id: UUID) -> Iterator[ReviewShape]:
        return self._pages(f"/notes/{note_id}/reviews", ReviewShape)

    # Webhooks

    def add_webhook(
        self,
        url: str,
        *,
        events: Sequence[EventType | str] | None = None,
        description: str | None = None,
        idempotency_key: str | None = None,
    ) -> CreatedWebhook:
        """Have a URL told of events. Keep the secret: it is shown here only."""
        wanted = _given({"url": url, "events": None if events is None else [str(each) for each in events]})
        wanted |= _given({"description": description})
        return CreatedWebhook.model_validate(
            self._transport.send("POST", "/webhooks", json=wanted, headers=_keyed(idempotency_key))
        )

    def webhooks(self) -> Iterator[Webhook]:
        return self._pages("/webhooks", Webhook)

    def webhook(self, webhook_id: UUID) -> WebhookWithDeliveries:
        return self._read(f"/webhooks/{webhook_id}", WebhookWithDeliveries)

    def deliveries(self, webhook_id: UUID) -> Iterator[Delivery]:
        return self._pages(f"/webhooks/{webhook_id}/deliveries", Delivery)

    def replay(self, webhook_id: UUID, *, since: datetime | None = None, event_id: UUID | None = None) -> int:
        """Send events again: all since a time, one, or else all that failed. Returns how many."""
        wanted = {"since": None if since is None else since.isoformat(), "event_id": event_id}
        sent = self._transport.send("POST", f"/webhooks/{webhook_id}/replay", json=_given(wanted))
        return Replayed.model_validate(sent).replayed

    def rotate_secret(self, webhook_id: UUID) -> RotatedSecret:
        return RotatedSecret.model_validate(self._transport.send("POST", f"/webhooks/{webhook_id}/rotate-secret"))

    def remove_webhook(self, webhook_id: UUID) -> None:
        self._transport.send("DELETE", f"/webhooks/{webhook_id}")

    def _read(self, path: str, shape: type[M]) -> M:
        return shape.model_validate(self._transport.send("GET", path))

    def _pages(self, path: str, shape: type[M], **params: object) -> Iterator[M]:
        sent = _given({**params, "limit": PAGE})
        while True:
            page = self._transport.send("GET", path, params=sent)
            for item in page["items"]:
                yield shape.model_validate(item)
            if page["next"] is None:
                return
            sent["cursor"] = page["next"]

    def _events(self, run_id: UUID, known: str) -> Iterator[tuple[str, str, str]]:
        """Give name, id and data of the events of one connection."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": known} if known else {})
        with self._transport.stream(f"/runs/{run_id}/events", headers) as answer:
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    yield fields.get("event", ""), fields.get("id", ""), fields["data"]
                    fields = {}


def _given(params: Mapping[str, object]) -> dict[str, Any]:
    """Leave out what was not given, and write ids as text."""
    return {
        name: str(value) if isinstance(value, UUID | Decimal) else value
        for name, value in params.items()
        if value is not None
    }


def _keyed(idempotency_key: str | None) -> dict[str, str]:
    return {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
