"""The command line: arguments in, text out, an exit status. Nothing else prints.

Only argparse is loaded here, so that `--help` and `--version` are instant; each command loads what
it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from transpiler.version import __version__

if TYPE_CHECKING:
    from transpiler.commands import Reply

    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_EPILOG = """\
exit status of convert:
  0  all that was found is converted, or there was nothing to do
  1  something is left for a person; with --check or --diff also: something would change
  2  a file could not be read, parsed or written, or the usage is wrong

Options can stand in [tool.tf2torch] of pyproject.toml. `# tf2torch: skip` on a statement and
`# tf2torch: skip-file` in a file leave code alone. In folders, .gitignore is respected.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; argparse leaves by itself where usage is wrong."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        print("tf2torch: interrupted; every file is either converted or untouched", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return _reader_has_gone()
    except OSError as error:
        print(f"tf2torch: error: {error}", file=sys.stderr)
        return 2


def _convert(args: argparse.Namespace) -> int:
    from transpiler import commands

    colour = commands.Colour(_colour(sys.stdout), _colour(sys.stderr))
    if "-" not in args.paths:
        reply = commands.convert(args, colour)
    elif len(args.paths) > 1 or args.output_dir:
        reply = commands.misuse("- (standard input) goes with no other path and no --output-dir")
    else:
        data = sys.stdin.buffer.read()
        reply = commands.convert_stdin(args, data, colour)
    return _show(reply)


def _scan(args: argparse.Namespace) -> int:
    from transpiler import commands

    return _show(commands.scan(args, _colour(sys.stdout)))


def _rules(args: argparse.Namespace) -> int:
    from transpiler import commands

    return _show(commands.rules(args.format))


def _explain(args: argparse.Namespace) -> int:
    from transpiler import commands

    return _show(commands.explain(args.wanted))


def _verify(args: argparse.Namespace) -> int:
    from importlib import import_module

    return int(import_module("transpiler.verify.main").run(args))


def _show(reply: Reply) -> int:
    """Write a reply where it belongs. Code and diffs are bytes: they have their own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if reply.output:
        sys.stdout.flush()
        sys.stdout.buffer.write(reply.output)
        sys.stdout.buffer.flush()
    if reply.text:
        print(reply.text, end="", flush=True)
    if reply.aside:
        print(reply.aside, end="", file=sys.stderr, flush=True)
    return reply.status


def _colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (
        stream.isatty() and os.environ.get("TERM") != "dumb"
    )


def _reader_has_gone() -> int:
    """What `tf2torch … | head` ends with: silence. Files are already written by then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


class _Help(argparse.HelpFormatter):
    """Help as wide as the terminal. Argparse makes one of these for each argument, and would load
    `shutil` to ask for the width, which takes longer than all else here.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _HelpAsWritten(_Help, argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of descriptions and epilogs as they are."""


def _columns() -> int:
    with suppress(KeyError, ValueError):
        return int(os.environ["COLUMNS"])
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tf2torch",
        description="Rewrite TensorFlow/Keras code into PyTorch that computes the same numbers.",
        epilog=_EPILOG,
        formatter_class=_HelpAsWritten,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tf2torch {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", prog="tf2torch", required=True)
    _add_convert(commands)
    _add_scan(commands)
    _add_verify(commands)
    _add_catalog(commands)
    return parser


def _add_convert(commands: _Commands) -> None:
    parser = commands.add_parser(
        "convert",
        help="rewrite files, folders or standard input",
        description="Rewrite Python files and notebooks in place.",
        epilog=_EPILOG,
        formatter_class=_HelpAsWritten,
        allow_abbrev=False,
    )
    parser.set_defaults(run=_convert)
    _add_paths(parser, "a file, a folder, or - to read standard input and write standard output")
    parser.add_argument("--diff", action="store_true", help="print unified diffs, write nothing")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something would change"
    )
    parser.add_argument(
        "--output-dir",
        metavar="DIR",
        help="write a file to DIR/NAME and a folder as its tree below DIR; originals stay",
    )
    parser.add_argument(
        "--format", choices=("text", "json", "sarif", "github"), help="form of the report"
    )
    _add_options(parser)
    parser.add_argument(
        "-q", "--quiet", action="store_true", default=None, help="report diagnostics only"
    )


def _add_scan(commands: _Commands) -> None:
    parser = commands.add_parser(
        "scan",
        help="say what there is, and how much of it would be converted",
        description="Say which models there are and how much would be converted; write nothing.",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.set_defaults(run=_scan, quiet=None)
    _add_paths(parser, "a file or a folder")
    parser.add_argument("--format", choices=("text", "json"), help="form of the report")
    _add_options(parser)


def _add_paths(parser: argparse.ArgumentParser, help_text: str) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=help_text)


def _add_options(parser: argparse.ArgumentParser) -> None:
    """What the commands share that convert. No defaults: the configuration comes in between."""
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        help="leave out what matches in folders, as a line in .gitignore would; repeatable",
    )
    parser.add_argument(
        "-j", "--jobs", metavar="N", type=_positive, help="processes to use (default: all cores)"
    )
    parser.add_argument(
        "--exact",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="no torch idioms that differ slightly: emit the code that makes numbers equal",
    )
    parser.add_argument(
        "--init",
        choices=("keras", "torch"),
        help="whose default initial weights (default: keras)",
    )
    parser.add_argument(
        "--input-layout",
        choices=("keras", "torch"),
        help="images at the border of a model: keras: channels last (default); torch: first",
    )
    parser.add_argument(
        "--keras",
        choices=("auto", "2", "3"),
        help="the generation of Keras whose numbers count (default: auto)",
    )


def _add_verify(commands: _Commands) -> None:
    parser = commands.add_parser(
        "verify",
        help="run both programs' models and compare the numbers",
        description="Build every model of both programs, move the weights, and compare. "
        "This runs the code. One converted PATH, or more: originals come from git.",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.set_defaults(run=_verify)
    _add_paths(parser, "ORIGINAL and CONVERTED, or converted files and folders")
    parser.add_argument(
        "--against", metavar="REV", default="HEAD", help="where git has the originals"
    )
    parser.add_argument(
        "--call",
        metavar="EXPR",
        action="append",
        default=[],
        help="also compare this call of a builder function; repeatable",
    )
    parser.add_argument(
        "--level",
        choices=("forward", "gradients", "training"),
        default="training",
        help="how far to compare (default: training, which is all)",
    )
    parser.add_argument("--keras", choices=("auto", "2", "3"), default="auto")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=600.0, help="for one program"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--allow-skipped", action="store_true", help="exit 0 also where models were skipped"
    )


def _add_catalog(commands: _Commands) -> None:
    rules = commands.add_parser(
        "rules", help="list what is supported", formatter_class=_Help, allow_abbrev=False
    )
    rules.set_defaults(run=_rules)
    rules.add_argument("--format", choices=("text", "json"), default="text")
    explain = commands.add_parser(
        "explain",
        help="say what a diagnostic means, or how a Keras name is converted",
        formatter_class=_Help,
    )
    explain.set_defaults(run=_explain)
    explain.add_argument("wanted", metavar="CODE-or-API", help="T2T101, Conv2D, keras.layers.LSTM")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
