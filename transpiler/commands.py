"""What each command does: arguments in, a reply out; printing is left to the command line."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from transpiler.batch import convert_files, usable_cores
from transpiler.config import Config, ConfigError, load_config
from transpiler.diagnostics import UNWRITABLE, Severity
from transpiler.options import Options
from transpiler.outcome import Job, Outcome
from transpiler.output import report
from transpiler.output.write import copy_file
from transpiler.plan import Plan, plan_copies, plan_in_place
from transpiler.record import record, replace
from transpiler.single import Converter, convert_bytes, engine, finish
from transpiler.source.discovery import find
from transpiler.source.ignored import Patterns, patterns

STDIN = "<stdin>"


@record(frozen=True, slots=True)
class Reply:
    """What a command has to say."""

    status: int = 0
    output: bytes = b""  #: for standard output: code and diffs, in their own encoding
    text: str = ""  #: for standard output
    aside: str = ""  #: for standard error


class Colour(NamedTuple):
    """On which streams colour is welcome."""

    out: bool = False
    err: bool = False


PLAIN = Colour()


@record(frozen=True, slots=True)
class Settings:
    """Command line and configuration, put together."""

    options: Options
    excluded: tuple[Patterns, ...]
    jobs: int
    quiet: bool
    format: str


def misuse(message: str) -> Reply:
    """The reply to arguments that make no sense."""
    return Reply(2, aside=f"tf2torch: error: {message}\n")


def convert(
    args: argparse.Namespace, colour: Colour = PLAIN, converter: Converter = engine
) -> Reply:
    """`tf2torch convert PATH...`."""
    try:
        settings = _settings(args, args.paths)
    except ConfigError as error:
        return misuse(str(error))
    plan = _plan(args, settings)
    outcomes = _run(plan, settings, converter)
    dry = args.diff or args.check
    style = report.Style(colour.err if args.diff else colour.out, settings.quiet, dry)
    said = _rendered(outcomes, settings.format, style)
    warning = "" if outcomes else "tf2torch: warning: no Python files or notebooks found\n"
    status = _status(outcomes, dry)
    if args.diff:
        return Reply(status, _diffs(outcomes, colour.out), aside=warning + said)
    return Reply(status, text=said, aside=warning)


def convert_stdin(
    args: argparse.Namespace, data: bytes, colour: Colour = PLAIN, converter: Converter = engine
) -> Reply:
    """`tf2torch convert -`. What can't be converted comes out as it went in."""
    try:
        settings = _settings(args, [])
    except ConfigError as error:
        return Reply(2, data, aside=misuse(str(error)).aside)
    result = convert_bytes(data, settings.options, converter)
    outcome = finish(Job(STDIN, keep=True), result)
    dry = args.diff or args.check
    style = report.Style(colour.err, settings.quiet, dry)
    said = _rendered([outcome], settings.format, style)
    output = _diffs([outcome], colour.out) if args.diff else b"" if args.check else outcome.new
    return Reply(_status([outcome], dry), output, aside=said)


def scan(args: argparse.Namespace, colour: bool = False, converter: Converter = engine) -> Reply:
    """`tf2torch scan PATH...`: converts in memory, and tells what there is."""
    try:
        settings = _settings(args, args.paths)
    except ConfigError as error:
        return misuse(str(error))
    plan = plan_in_place(find(args.paths, settings.excluded), write=False, keep=False)
    outcomes = _run(plan, settings, converter)
    status = 2 if any(outcome.status == "failed" for outcome in outcomes) else 0
    if settings.format == "json":
        return Reply(status, text=_dumped(report.as_json(outcomes)))
    return Reply(status, text=report.scan_report(outcomes, report.Style(colour)))


def rules(form: str) -> Reply:
    """`tf2torch rules`: what is supported."""
    from transpiler.output.catalog import rule_table, rule_values

    known = _known_rules()
    if form == "json":
        return Reply(text=_dumped({"rules": rule_values(known)}))
    return Reply(text=rule_table(known))


def explain(wanted: str) -> Reply:
    """`tf2torch explain CODE-or-API`: what a diagnostic means, how a Keras name is converted."""
    from transpiler.output.catalog import close_names, explanation, rule_explanation

    if text := explanation(wanted):
        return Reply(text=text)
    known = _known_rules()
    if text := rule_explanation(wanted, known):
        return Reply(text=text)
    close = close_names(wanted, known)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    return misuse(f"there is no diagnostic and no rule called {wanted}{hint}")


def _known_rules() -> list[Any]:
    from transpiler.registry import load_rules

    loaded = load_rules()
    tables = (loaded.layers, loaded.ops, loaded.activations)
    return list({id(rule): rule for table in tables for rule in table.values()}.values())


def _settings(args: argparse.Namespace, paths: Sequence[str]) -> Settings:
    """What the command line says, else the configuration, else the default."""
    config = load_config(paths)
    given = {key: value for key, value in vars(args).items() if value is not None}
    configured = {key.replace("-", "_"): value for key, value in config.values.items()}
    chosen: Mapping[str, Any] = {**configured, **given}
    names = ("exact", "init", "input_layout", "keras")
    return Settings(
        Options(**{name: chosen[name] for name in names if name in chosen}),
        _excluded(args, config),
        chosen.get("jobs", 0) or usable_cores(),
        chosen.get("quiet", False),
        chosen.get("format", "text"),
    )


def _excluded(args: argparse.Namespace, config: Config) -> tuple[Patterns, ...]:
    groups = [(config.root, config.values.get("exclude", [])), (os.getcwd(), args.exclude or [])]
    try:
        return tuple(patterns(root, globs) for root, globs in groups if globs)
    except ValueError as error:
        raise ConfigError(f"exclude: {error}") from None


def _plan(args: argparse.Namespace, settings: Settings) -> Plan:
    found = find(args.paths, settings.excluded)
    dry = args.diff or args.check
    if args.output_dir and not dry:
        return plan_copies(found, args.output_dir, args.paths)
    return plan_in_place(found, write=not dry, keep=args.diff)


def _run(plan: Plan, settings: Settings, converter: Converter) -> list[Outcome]:
    jobs = [item for item in plan.items if isinstance(item, Job)]
    together = frozenset(os.path.realpath(job.path) for job in jobs)
    options = replace(settings.options, together=together)
    done = iter(convert_files(jobs, options, settings.jobs, converter))
    outcomes = [next(done) if isinstance(item, Job) else item for item in plan.items]
    return outcomes + [problem for job in plan.copies if (problem := _copy(job))]


def _copy(job: Job) -> Outcome | None:
    """Copy a file that completes a tree; says something only where that fails."""
    try:
        copy_file(job.path, job.target)
    except OSError as error:
        message = f"the file can't be copied: {error.strerror or error}"
        return Outcome(job.path, "failed", diagnostics=(UNWRITABLE.at(1, 1, message),))
    return None


def _status(outcomes: Sequence[Outcome], dry: bool) -> int:
    if any(outcome.status == "failed" for outcome in outcomes):
        return 2
    if dry and any(outcome.changed for outcome in outcomes):
        return 1
    severities = {d.severity for outcome in outcomes for d in outcome.diagnostics}
    return 1 if Severity.ERROR in severities else 0


def _diffs(outcomes: Sequence[Outcome], colour: bool) -> bytes:
    from transpiler.output.diff import unified_diff

    return b"".join(unified_diff(o.old, o.new, o.path, colour) for o in outcomes if o.changed)


def _rendered(outcomes: Sequence[Outcome], form: str, style: report.Style) -> str:
    if form == "json":
        return _dumped(report.as_json(outcomes))
    if form == "sarif":
        return _dumped(report.as_sarif(outcomes))
    if form == "github":
        return report.github_report(outcomes)
    return report.text_report(outcomes, style)


def _dumped(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"
