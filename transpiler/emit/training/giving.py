"""What only gives parts of the training, an optimizer or callbacks: it goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Trained
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.done_first import DoneFirst
from transpiler.interpret.functions.given_parts import is_about_parts
from transpiler.regex import regex
from transpiler.source.importers import is_imported
from transpiler.source.lexical import comments_in, may_act, words_in
from transpiler.source.occurrences import Occurrences
from transpiler.source.rewritings.brought_values import values_gone
from transpiler.source.suites import statement_lines
from transpiler.source.tree import Tree

#: What a list is not asked.
_NO_LIST = rf"(?!\.(?!(?:{'|'.join(dir(list))})\b))"
#: Where a string may be the name of a function.
_ASKS = regex(r"\b__all__\b|\bgetattr\(|\bglobals\(")


def functions_gone(file: FileContext, trained: list[Trained]) -> Iterator[Edit]:
    """The edits of those that nothing calls any more, now that models are trained in PyTorch."""
    vanishing = _vanishing(file, trained)
    vanishing += [file.tree.span(one) for one in _keeping_nothing(file, vanishing)]
    waiting = dict(file.giving_calls)
    found = Occurrences(file.tree.text) if waiting else None
    while found is not None:
        spans = {n: [file.tree.span(c) for c in calls.values()] for n, calls in waiting.items()}
        gone = [
            node
            for node, called in spans.items()
            if all(within(start, vanishing) for start, _ in called)
            and _mentions(file, found, node) == len(called) + 1
            and not _is_wanted(file, node)
        ]
        if not gone:
            return
        for node in gone:
            del waiting[node]
            vanishing.append(file.tree.span(node))
            yield without_function(file.tree, node)


def given_elsewhere(file: FileContext) -> list[cst.FunctionDef]:
    """Those that only other files call, and these no more once they are converted.

    Also those that only these call.
    """
    module = file.module
    if module is None or file.is_brought is None:
        return []
    makers: dict[cst.FunctionDef, bool | None] = {}
    for made in module.local_functions:
        node = made.node
        if isinstance(node, cst.FunctionDef) and node in file.tree.module.body:
            if not node.decorators and is_about_parts(module, made):
                makers[node] = file.is_brought(made.name)  # None: nobody else reads it
    going = [node for node, brought in makers.items() if brought is not False]
    found, left = Occurrences(file.tree.text), len(going) + 1
    while len(going) < left:
        left, spans = len(going), [file.tree.span(node) for node in going]
        kept: list[cst.FunctionDef] = []
        for node in going:
            uses = [p for p in found.of(node.name.value) if not p.binds]
            called = bool(uses) or makers[node] is True
            kept += [node] * (called and all(within(p.start, spans) for p in uses))
        going = kept
    return going


def values_given_elsewhere(file: FileContext) -> Iterator[tuple[str, tuple[int, int]]]:
    """The parts of a module that another file alone used, which has them itself now."""
    values = dict(values_gone(file.tree.text)) if file.readers_of is not None else {}
    if not values:
        return
    readers: dict[str, str] = file.readers_of(frozenset(values))
    found = Occurrences(file.tree.text)
    reads = {name: [p.start for p in found.of(name) if not p.binds] for name in values}
    going = {name: span for name, span in values.items() if not readers.get(name)}
    left = len(going) + 1
    while len(going) < left:
        left, spans = len(going), [*going.values()]
        going = {
            name: span
            for name, span in going.items()
            if (name in readers or reads[name]) and all(within(p, spans) for p in reads[name])
        }
    yield from going.items()


def done_first(file: FileContext, trained: list[Trained], written: str) -> Iterator[Edit]:
    """What such functions do besides, before the statements that called them.

    `written` is all that stands there now.
    """
    vanishing = _vanishing(file, trained)
    vanishing += [file.tree.span(one) for one in _keeping_nothing(file, vanishing)]
    read = words_in(written)
    for calls in file.giving_calls.values():
        for key, node in calls.items():
            done = file.done_first.get(key)
            if done is None or not within(file.tree.span(node)[0], vanishing):
                continue
            start = file.tree.span(done.statement)[0]
            indent = start - file.tree.line_start(start)
            begin = statement_lines(file.tree, done.statement)[0]
            lines = _lines_read(done, read)
            yield Edit(begin, begin, "".join(f"{' ' * indent * bool(x)}{x}\n" for x in lines))


def _lines_read(done: DoneFirst, read: set[str]) -> list[str]:
    """The lines without the assignments whose variables nothing reads any more."""
    read = set(read)
    kept = []
    for name, line in reversed(done.lines):
        if line and (not name or name in read or may_act(line)):
            kept.append(line)
            read |= words_in(line)
    return kept[::-1]


def statements_gone(file: FileContext, trained: list[Trained], written: str) -> Iterator[Edit]:
    """The edits of those that keep such parts in attributes, which nothing reads any more.

    What these are made with and the loops read becomes an attribute there, as do callbacks of the
    program's own.
    """
    gone = [*_keeping_nothing(file, _vanishing(file, trained))]
    others = {**dict.fromkeys(file.arguments_kept), **file.objects_kept}
    for statement in (*gone, *(s for s in others if s not in gone)):
        start, end = statement_lines(file.tree, statement)
        margin = re.match(r"\s*", file.tree.text[start:end])
        kept = {name: name for name in file.arguments_kept.get(statement, ())}
        kept |= file.objects_kept.get(statement, {})
        lines = "".join(
            f"{margin and margin.group()}self.{name} = {made}\n"
            for name, made in kept.items()
            if re.search(rf"\bself\.{name}\b", written)
        )
        if lines or statement in gone:
            yield Edit(start, end if statement in gone else start, lines)


def _keeping_nothing(file: FileContext, vanishing: list[tuple[int, int]]) -> Iterator[cst.CSTNode]:
    """The statements that keep such parts in attributes that only what vanishes reads."""
    for statement, reads in file.part_reads.items():
        span = file.tree.span(statement)
        name = re.search(r"\.(\w+)", file.tree.text[slice(*span)])
        assert name is not None
        mention = _of_object(name.group(1))
        if file.tree.blanked[slice(*span)].endswith("]"):  # a list, which has nothing of such names
            mention += _NO_LIST
        mentions = re.findall(mention, file.tree.blanked)
        starts = {file.tree.span(node)[0] for node in reads.values()}
        alone = len(mentions) == len(starts) + 1 and not is_imported(file.path, mention)
        if alone and all(within(start, vanishing) for start in starts):
            yield statement


def is_wanted(file: FileContext, name: str, named: str = "") -> bool:
    """Whether something asks for a function by a string, as `__all__` does, or another file.

    `named` is how that may write it, if not by its name alone.
    """
    text = file.tree.text
    asks = _ASKS.search(text) is not None and re.search(rf"([\"']){name}\1", text) is not None
    return asks or is_imported(file.path, named or rf"\b{name}\b")


def _vanishing(file: FileContext, trained: list[Trained]) -> list[tuple[int, int]]:
    """What stays nowhere, now that models are trained in PyTorch."""
    spans = [span for made in trained for span in made.vanishing]
    return spans + [file.tree.span(node) for made in trained for node in made.gone]


def comments_of_functions(writer: ModelWriter, statement: cst.CSTNode) -> list[str]:
    """The comments of the functions that a statement is the first to call, which go with it."""
    span = writer.tree.span(statement)
    found = []
    for node, calls in writer.shared.file.giving_calls.items():
        spans = sorted(map(writer.tree.span, calls.values()))
        mentions = _mentions(writer.shared.file, writer.shared.found, node)
        going = mentions == len(spans) + 1 and holds(span, spans[0])
        if going and not _is_wanted(writer.shared.file, node):
            done = writer.shared.file.done_first.get(next(iter(calls)))
            kept = "\n".join(line for _, line in done.lines) if done is not None else ""
            found += [c for c in comments_in(writer.tree.source(node)) if c not in kept]
    return found


def _mentions(file: FileContext, found: Occurrences, node: cst.FunctionDef) -> int:
    """How often a function is named, or a method of whatever."""
    name = node.name.value
    if _is_method(file, node):
        return len(re.findall(rf"\bdef\s+{name}\b|{_of_object(name)}", file.tree.blanked))
    return len(found.of(name))


def _is_wanted(file: FileContext, node: cst.FunctionDef) -> bool:
    name = node.name.value
    return is_wanted(file, name, _of_object(name) if _is_method(file, node) else "")


def _is_method(file: FileContext, node: cst.FunctionDef) -> bool:
    name = node.name.value
    return any(m[name].node is node for m in file.class_methods.values() if name in m)


def _of_object(name: str) -> str:
    """How a method is named: `self.callbacks`, which is no `keras.callbacks`."""
    return rf"(?<!\bkeras)\.{name}\b"


def without_function(tree: Tree, node: cst.FunctionDef) -> Edit:
    """A function goes, and the blank lines behind it."""
    start, end = statement_lines(tree, node)
    while tree.text[end : tree.line_end(end)].isspace():
        end = tree.line_end(end)
    return Edit(start, end, "")
