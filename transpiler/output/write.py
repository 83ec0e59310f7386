"""Writing a file so that it is at all times either the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator


class ChangedMeanwhile(Exception):
    """The file is no longer the one that was read."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Put `new` where `old` was read from; a link stays, the file that it leads to is replaced.

    Raises ChangedMeanwhile when the file holds something else by now, OSError when it can't be
    written; in both cases the file stands as it was.
    """
    target = os.path.realpath(path)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only", target)
    with _written_beside(target, new) as temporary:
        _copy_owner_and_mode(target, temporary)
        with open(target, "rb") as file:
            if file.read() != old:
                raise ChangedMeanwhile
        os.replace(temporary, target)
    _sync_folder(os.path.dirname(target))


def put_file(path: str, data: bytes, like: str) -> None:
    """Write a file in another place, folders included, with the mode of the file `like`.

    A link that stands there is replaced by the file: what it leads to may be an original.
    """
    folder = os.path.realpath(os.path.dirname(path))
    target = os.path.join(folder, os.path.basename(path))
    os.makedirs(folder, exist_ok=True)
    if os.path.isdir(target):
        raise IsADirectoryError(errno.EISDIR, "a folder is in the way", target)
    with _written_beside(target, data) as temporary:
        os.chmod(temporary, stat.S_IMODE(os.stat(like).st_mode))
        os.replace(temporary, target)
    _sync_folder(folder)


def copy_file(source: str, path: str) -> None:
    """Copy a file of any size to another place, folders included, with its mode."""
    import shutil

    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    with _written_beside(path, b"") as temporary:
        shutil.copy2(source, temporary)
        os.replace(temporary, path)


@contextlib.contextmanager
def _written_beside(target: str, data: bytes) -> Iterator[str]:
    """A temporary file in the same folder that holds the data on the disk; gone afterwards."""
    import tempfile

    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _copy_owner_and_mode(source: str, target: str) -> None:
    status = os.stat(source)
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only the superuser can give a file away
            os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, stat.S_IMODE(status.st_mode))


def _sync_folder(folder: str) -> None:
    """Make the new name itself durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
