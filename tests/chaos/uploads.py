"""Uploads that never stop, through the same steps as the command's, each of another interview."""

import threading
import time
from random import Random
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.request_run import RequestedRun, RunOptions, request_run
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell
from tests.chaos.history import Upload
from tests.chaos.interviews import GUIDE, marker_of, write_interview
from tests.chaos.world import World

WORKSPACES = ("one", "two", "three")
EVERY_S = 0.5  # an upload begins, on average
MOST_OPEN = 15  # runs; more would wait for each other rather than for the end of a fault
AGAIN_SHARE = 0.15  # of the uploads are of an interview that was uploaded before


class Uploads:
    """`silent`: while it is set the broker is cut off between the storing of a run and the ringing for it."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self._doorbell = Doorbell(create_app(world.redis_url))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._upload_for_ever, name="uploads", daemon=True)
        self._number = 0
        self._lock = threading.Lock()
        self.silent = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def upload(self, number: int) -> RequestedRun | None:
        """Upload interview `number`; None: it was refused, and whoever uploads knows."""
        world = self._world
        transactions, workspace = world.services.transactions, WORKSPACES[number % len(WORKSPACES)]
        try:
            transcript = ingest_transcript(transactions, workspace, write_interview(number), f"{number}.vtt")
            guide = ingest_guide(transactions, workspace, GUIDE, "guide.yaml")
            run = request_run(
                transactions, workspace, transcript, guide, RunOptions(OFFLINE_MODEL), world.services.prompts
            )
        except (SQLAlchemyError, NotesPipelineError) as error:
            world.history.refused_uploads += 1
            world.history.note(f"upload of {marker_of(number)} refused: {type(error).__name__}")
            return None
        except Exception as error:
            world.history.complain(f"upload of {marker_of(number)} raised {type(error).__name__}: {error}")
            raise
        world.history.uploads.append(Upload(run.id, marker_of(number), time.time()))
        if self.silent.is_set():
            world.redis_proxy.refuse()
        if run.is_new:
            self._doorbell.ring(NextWork(plan=(run.id,)))
        return run

    def upload_twice(self) -> set[UUID]:
        """Upload a new interview from two threads at the same moment; gives the runs that they were told of."""
        number, meeting = self.next_number(), threading.Barrier(2)
        told: set[UUID] = set()

        def upload() -> None:
            meeting.wait()
            if (run := self.upload(number)) is not None:
                told.add(run.id)

        both = [threading.Thread(target=upload) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        return told

    def ring(self, work: NextWork) -> None:
        self._doorbell.ring(work)

    def next_number(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def _upload_for_ever(self) -> None:
        while not self._stopping.wait(self._random.uniform(0, 2 * EVERY_S)):
            if self._open_runs() >= MOST_OPEN:
                continue
            if self._number and self._random.random() < AGAIN_SHARE:
                self.upload(self._random.randint(max(1, self._number - 30), self._number))
            else:
                self.upload(self.next_number())

    def _open_runs(self) -> int:
        """Count what the workers have still to do; as many as can be while the database does not say."""
        try:
            with self._world.connect() as connection:
                row = connection.execute("SELECT count(*) FROM run WHERE finished_at IS NULL").fetchone()
        except psycopg.OperationalError:
            return MOST_OPEN - 1  # so that uploads meet the outage, too
        return int(row[0]) if row else 0
