"""The worker processes: one per framework, started when needed and again after a crash."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pickle import dumps, loads
from typing import IO, Any

#: Numbers must not depend on the machine: CPU, one thread, no reordered kernels.
PINNED = {
    "CUDA_VISIBLE_DEVICES": "",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "KERAS_BACKEND": "tensorflow",
}
_LENGTH = struct.Struct("!Q")


#: After so many programs, what is left of them costs more than a new process.
_MOST = 400


class WorkerError(Exception):
    """The worker died, or took too long."""


class WorkerFailure(Exception):
    """An error inside of a worker that isn't the program's: a defect of ours."""


def send(pipe: IO[bytes], message: Any) -> None:
    """Write one message."""
    data = dumps(message, protocol=5)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one message; EOFError where the other side is gone."""
    return loads(_read(pipe, _LENGTH.unpack(_read(pipe, _LENGTH.size))[0]))


def _read(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


@dataclass
class Worker:
    """One process that runs programs of one framework: "keras2", "keras3" or "torch"."""

    framework: str
    timeout: float = 300.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    asked: int = field(default=0, init=False)  #: how many programs the process has run

    def ask(self, request: Any) -> Any:
        """The answer to a request; the worker is started where it doesn't run.

        After many programs it is started anew: frameworks keep something of each.
        """
        if self.asked >= _MOST:
            self.stop()
        process = self.process
        if process is None or process.poll() is not None:
            process, self.asked = self._start(), 0
            self.process = process
        self.asked += 1
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, request)
            self._wait(process.stdout)
            answer = receive(process.stdout)
        except (EOFError, BrokenPipeError) as error:
            self.stop()
            raise WorkerError(f"the {self.framework} process died") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _wait(self, pipe: IO[bytes]) -> None:
        end = time.monotonic() + self.timeout
        while not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            if time.monotonic() >= end:
                self.stop()
                raise WorkerError(f"the {self.framework} process took over {self.timeout:g} s")

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **PINNED}
        environment["TF_USE_LEGACY_KERAS"] = "1" if self.framework == "keras2" else "0"
        command = [sys.executable, "-m", "transpiler.verify.worker", self.framework]
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None
