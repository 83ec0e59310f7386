"""Many files: those of interest on all cores, in the order given; no file can spoil another."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transpiler.conversion import Conversion
from transpiler.diagnostics import INTERNAL
from transpiler.options import Options
from transpiler.outcome import Job, Outcome, Result
from transpiler.record import record
from transpiler.single import Converter, convert_path, engine, failed, finish, read, unreadable
from transpiler.source.files import names_framework
from transpiler.source.remembered import Memory

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor


def usable_cores() -> int:
    """How many processes can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def convert_files(
    jobs: Sequence[Job], options: Options, processes: int = 1, converter: Converter = engine
) -> list[Outcome]:
    """Convert files, each by itself; the outcomes come in the order of the jobs.

    Files that can't be of interest cost no more than being read; one file needs no other process.
    Nothing is written before all is converted: a file sees those that it imports as they were.
    """
    work = _Work(options, converter)
    _memory.forget()
    done: dict[int, Outcome] = {}
    heavy: dict[int, str] = {}
    for index, job in enumerate(jobs):
        if light := _light(job):
            done[index] = finish(job, light)
        else:
            heavy[index] = job.path
    if min(processes, len(heavy)) > 1:
        results = _in_parallel(heavy, work, processes)
    else:
        results = {index: work(path) for index, path in heavy.items()}
    done |= {index: finish(jobs[index], results[index]) for index in heavy}
    return [done[index] for index in range(len(jobs))]


_memory = Memory()


@record(frozen=True, slots=True)
class _Work:
    """What is done to each file, in a form that can be sent to another process."""

    options: Options
    converter: Converter

    def __call__(self, path: str) -> Result:
        with _memory.used():
            return convert_path(path, self.options, self.converter)


def _light(job: Job) -> Result | None:
    """The result of a file that need not be parsed."""
    try:
        data = read(job.path)
    except OSError as error:
        return unreadable(error)
    return None if names_framework(data, job.path) else Result(Conversion(""), data, data)


def _in_parallel(paths: dict[int, str], work: _Work, processes: int) -> dict[int, Result]:
    """Run in a pool of processes. One that dies takes the pool along: a new one goes on.

    Which file it was that a process died of can't be seen. Each of the few that were under way is
    therefore tried again in a process of its own.
    """
    done: dict[int, Result] = {}
    left = dict(paths)
    while left:
        suspects = _run_until_death(left, work, min(processes, len(left)), done)
        done |= {index: _alone(left[index], work) for index in suspects}
        left = {index: path for index, path in left.items() if index not in done}
    return done


def _run_until_death(
    paths: dict[int, str], work: _Work, processes: int, done: dict[int, Result]
) -> list[int]:
    """Fill `done` until all is done or a process dies; then says which files were under way."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    waiting = deque(paths)
    under_way: dict[Future[Result], int] = {}
    with _pool(processes, work) as pool:
        try:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * processes:
                    future = pool.submit(work, paths[waiting[0]])
                    under_way[future] = waiting.popleft()
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    done[under_way[future]] = future.result()
                    del under_way[future]
        except BrokenProcessPool:
            return sorted(under_way.values())
    return []


def _alone(path: str, work: _Work) -> Result:
    """Convert one file in a process of its own, which may die."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1, work) as pool:
        try:
            return pool.submit(work, path).result()
        except BrokenProcessPool:
            message = "internal error, the file is unchanged: the process converting it died"
            return Result(failed(INTERNAL.at(1, 1, message)))


def _pool(processes: int, work: _Work) -> ProcessPoolExecutor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    if sys.platform != "linux":
        return ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_parent)
    if work.converter is engine:
        import transpiler.pipeline  # noqa: F401  (loaded once, before the processes part)
    fork = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(processes, fork, initializer=_leave_interrupts_to_parent)


def _leave_interrupts_to_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
