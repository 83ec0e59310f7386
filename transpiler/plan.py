"""From what was found to what is to be done: which result goes where, and what can't be done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import field

from transpiler.diagnostics import UNWRITABLE
from transpiler.outcome import Job, Outcome
from transpiler.record import record
from transpiler.source.discovery import Found, Kind


@record(slots=True)
class Plan:
    """The work of one run."""

    items: list[Job | Outcome] = field(default_factory=list)  #: an outcome is settled beforehand
    copies: list[Job] = field(default_factory=list)  #: files that only complete a tree


def plan_in_place(found: Iterable[Found], write: bool, keep: bool) -> Plan:
    """Each file once, however often it was named; its result replaces it, or goes nowhere."""
    plan, seen = Plan(), set[str]()
    for file in found:
        real = os.path.realpath(file.path)
        if file.kind is Kind.OTHER or real in seen:
            continue
        seen.add(real)
        job = Job(file.path, file.path if write else "", keep)
        plan.items.append(_settled(file) or job)
    return plan


def plan_copies(found: Iterable[Found], directory: str, paths: Sequence[str]) -> Plan:
    """Each result below another directory. No original and no other result is overwritten."""
    inside = _inside_of_sources(directory, paths)
    files = [file for file in found if not (inside and _is_below(file.path, inside))]
    originals = {os.path.realpath(file.path) for file in files}
    plan, taken = Plan(), dict[str, str]()
    for file in files:
        target = os.path.join(directory, file.below)
        real, there = os.path.realpath(file.path), _landing(target)
        if taken.get(there) == real:
            continue
        settled = _settled(file) or _conflict(file, there, originals, taken)
        taken.setdefault(there, real)
        if settled:
            plan.items.append(settled)
        elif file.kind is Kind.OTHER:
            plan.copies.append(Job(file.path, target))
        else:
            plan.items.append(Job(file.path, target))
    return plan


def _settled(file: Found) -> Outcome | None:
    if not file.diagnostic:
        return None
    status = "unchanged" if file.diagnostic.code == "T2T006" else "failed"
    return Outcome(file.path, status, diagnostics=(file.diagnostic,))


def _conflict(
    file: Found, there: str, originals: set[str], taken: dict[str, str]
) -> Outcome | None:
    if there in originals:
        message = "the result would overwrite an original; choose another --output-dir"
    elif there in taken:
        message = f"the result would overwrite that of {taken[there]}; convert it separately"
    else:
        return None
    return Outcome(file.path, "failed", diagnostics=(UNWRITABLE.at(1, 1, message),))


def _landing(target: str) -> str:
    """The real place of a file that may not exist yet; a link that stands there is replaced."""
    folder, name = os.path.split(target)
    return os.path.join(os.path.realpath(folder), name)


def _inside_of_sources(directory: str, paths: Sequence[str]) -> str:
    """The output directory, if it lies in a folder that is converted: then it is no input."""
    real = os.path.realpath(directory)
    folders = [path for path in paths if os.path.isdir(path)]
    return real if any(_is_below(real, os.path.realpath(path)) for path in folders) else ""


def _is_below(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(folder.rstrip(os.sep) + os.sep)
