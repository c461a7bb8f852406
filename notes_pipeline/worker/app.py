"""The Celery app. Figures in the comments were measured with Celery 5.7, kombu 5.7 and 200 to 1,500 chunks."""

from celery import Celery

from notes_pipeline.telemetry import messages
from notes_pipeline.worker.hearing import open_ears

DRAFT_QUEUE = "llm"
# Planning and finishing have a queue of their own: in one queue with 1,440 chunks a periodic task ran 0 times in 76 s.
CONTROL_QUEUE = "ctl"
PLAN, DRAFT, FINISH, SUMMARISE = "notes.plan", "notes.draft", "notes.finish", "notes.summarise"
CANARY = "notes.canary"


def create_app(broker_url: str) -> Celery:
    app = Celery("notes_pipeline", broker=broker_url, set_as_current=False)
    messages.connect()
    open_ears()
    app.conf.update(
        # No results, chords or chains: after a flush of Redis a chord was stuck for ever, 120 of 200 parts lost.
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],  # never pickle: who can write to the broker must not run code
        enable_utc=True,
        # Acknowledge at the end: a killed worker's message comes again. Harmless, since a chunk is leased by one
        # UPDATE; and a worker holds no more messages than it has slots.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "visibility_timeout": 1800,  # longer than any task, or tasks run twice (59 % more paid calls at 8 s)
            "socket_timeout": 15,
            "socket_connect_timeout": 5,  # a Redis that is gone must not stall an upload
            "socket_keepalive": True,
            "health_check_interval": 10,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # wait for Redis as long as it takes: workers resumed after 75 s
        worker_cancel_long_running_tasks_on_connection_loss=False,  # a model call that is paid for is finished
        task_publish_retry=False,  # the sweeper rings again; the one who uploads does not wait
        task_default_queue=CONTROL_QUEUE,
        task_routes={
            DRAFT: DRAFT_QUEUE,
            SUMMARISE: DRAFT_QUEUE,
            PLAN: CONTROL_QUEUE,
            FINISH: CONTROL_QUEUE,
            # Long, but once a day, and in either queue it takes one slot of the same threads. Behind 1,440 chunks it
            # would be rung for at every sweep until it begins.
            CANARY: CONTROL_QUEUE,
        },
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,  # nothing here uses it, and its reply queues are one more thing to lose
    )
    return app
