"""The process that runs background jobs: the worker of django-tasks-db, with leases kept alive beside it."""

import logging
import os
import socket
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from yaodian.foundation import jobs, schedules

logger = logging.getLogger(__name__)


def new_worker_name() -> str:
    """A name that no other worker has or had: host, process, and six random letters, at most 64 characters."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(6)}"


class Keeper(threading.Thread):
    """Renews the leases of a worker's jobs, shows that it is alive, and sweeps up after dead ones.

    A thread of its own with its own connection, because a job may be busy for longer than a lease lasts.
    """

    def __init__(self, *, worker: str) -> None:
        super().__init__(name="keeper", daemon=True)
        self.worker = worker
        self.started_at = timezone.now()
        self.stopping = threading.Event()
        self._swept_at = float("-inf")

    def run(self) -> None:
        pause = settings.JOB_LEASE_SECONDS / 4
        while True:
            self.beat()
            if self.stopping.wait(pause):
                break
        connections.close_all()

    def beat(self) -> None:
        """One round. A database that does not answer is reported and asked again at the next round."""
        try:
            jobs.renew(worker=self.worker)
            jobs.show_life(worker=self.worker, started_at=self.started_at)
            schedules.enqueue_due(now=timezone.now())
            if time.monotonic() - self._swept_at >= settings.JOB_SWEEP_SECONDS:
                jobs.sweep()
                self._swept_at = time.monotonic()
        except DatabaseError as error:
            logger.warning("The worker %s could not renew its leases: %s", self.worker, error)
            connections.close_all()

    def stop(self) -> None:
        self.stopping.set()
        self.join(timeout=5)


def work(*, is_batch: bool, takes_bulk: bool = True) -> None:
    """Runs jobs until a signal comes; with `is_batch` until none is due; bulk jobs only where `takes_bulk`.

    SIGTERM and SIGINT let the current job end; a second one stops it, and the job returns to the queue.
    """
    name = new_worker_name()
    keeper = Keeper(worker=name)
    keeper.start()
    worker = Worker(
        queue_names=[jobs.INTERACTIVE, jobs.BULK] if takes_bulk else [jobs.INTERACTIVE],
        interval=settings.JOB_POLL_SECONDS,
        batch=is_batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )
    if threading.current_thread() is threading.main_thread():
        worker.configure_signals()
    try:
        worker.run()
    finally:
        keeper.stop()
