"""Steps of data sets that stay TensorFlow's, and what is said of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from transpiler.diagnostics import LEFT_CODE, Severity
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.emit.left import margin_of
from transpiler.interpret.functions.data_sets import LENT_DATA, STEPS
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.statics import ENDLESS
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree


def report_left_data(draft: Draft) -> None:
    """Steps of data sets that are not understood."""
    replaced = replaces(draft.edits)
    unwelcome = draft.file.unwelcome.items()
    for node, message in draft.file.left_data.values():
        if message == ENDLESS and replaced(draft.tree.span(node)[0]):
            continue  # a `fit`, of a model that an object keeps
        if why := next((w for n, w in unwelcome if message == LENT_DATA.format(n)), ""):
            message = f"{message}: {why}"
        line, column = draft.tree.place(node)
        draft.say_at(LEFT_CODE, line, column, message)
        draft.todos.setdefault(margin_of(draft, node), (LEFT_CODE, message))


#: Steps of data sets that little else has, whatever they are called on.
_ONLY_STEPS = (
    "as_numpy_iterator|batch|enumerate|flat_map|flow|flow_from_dataframe|flow_from_directory|"
    "get_next|next|padded_batch|prefetch|skip|shuffle|"
    "take|unbatch|window|with_options"
)
#: Those that apply a function.
_APPLY = "(?:filter|flat_map|interleave|map)"
_APPLIES = regex(rf"\.{_APPLY}\(\s*(\w+)")
_ASKED = "it asks one of torch's data sets now, or a DataLoader"
_MODULES = r"(?<!\bnp)(?<!\bnumpy)(?<!\brandom)(?<!\brng)"


def report_left_steps(draft: Draft) -> None:
    """Steps of what is one of torch's data sets now, of which nobody knew that it was one."""
    functions = _applied(draft)
    if not draft.file.data_names and not functions:
        return
    held = sorted(draft.file.data_names - {""})
    names = "|".join(n for n in held if "." not in n) or "(?!)"
    kept = "|".join(n.partition(".")[2] for n in held if "." in n) or "(?!)"
    steps = rf"(?<![\w.])(?:{names}|\w+\.(?:{kept}))\.(?:{STEPS})\b"
    if draft.file.data_names:
        steps += rf"|{_MODULES}\.(?:{_ONLY_STEPS})(?=\()"
    asking = rf"\b(?:{'|'.join(_ASKING)})\(\s*(?:{names}|\w+\.(?:{kept}))(?=\s*[,)])"
    applying = rf"(?:\w+\.)*{_APPLY}(?=\(\s*({'|'.join(sorted(functions)) or '(?!)'})\s*[,)])"
    pattern = re.compile(f"{steps}|{asking}|{applying}")
    replaced = replaces(draft.edits)
    reported = {d.line for d in draft.diagnostics if d.severity is Severity.ERROR}
    for match in pattern.finditer(draft.tree.blanked):
        line, column = draft.tree.line_column(match.start())
        gone = replaced(match.end() - 1) and not _is_kept(draft, match)
        if gone or line in reported:
            continue
        why = "which data set that is, is not known"
        if match[1]:
            why = f"`{match[1]}`, which it applies, takes torch's tensors now"
        asked = match.group()
        if "(" in asked:
            asked = f"{asked}, ...)" if "attr(" in asked else f"{asked})"
            why = _ASKED
        message = f"`{asked}` is left as it is: {why}"
        draft.say_at(LEFT_CODE, line, column, message)
        start = draft.tree.line_start(match.start())
        draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


_ASKING = ("hasattr", "getattr", "dir", "vars", "type")
_ASKS = regex(rf"\b(?:{'|'.join(_ASKING)})\(")


def report_asked_parameters(draft: Draft) -> None:
    """What functions of the program ask of their parameters that get data sets."""
    names = draft.file.data_names - {""}
    module = program_tree(draft.tree.text) if names and _ASKS.search(draft.tree.text) else None
    functions = [n for n in module.body if isinstance(n, ast.FunctionDef)] if module else []
    given = {(f.name, one) for f in functions for one in _given_data(module, f, names)}
    for function in functions:
        for node in all_in(function):
            match node:
                case ast.Call(func=ast.Name(id=asks), args=[ast.Name(id=name), *_]) if (
                    asks in _ASKING and (function.name, name) in given
                ):
                    start = Positions(draft.tree.text).span(node)[0]
                    message = f"`{ast.unparse(node)}` is left as it is: {_ASKED}"
                    draft.say_at(LEFT_CODE, *draft.tree.line_column(start), message)
                    start = draft.tree.line_start(start)
                    draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


def _given_data(
    module: ast.Module | None, function: ast.FunctionDef, names: Collection[str]
) -> Iterator[str]:
    """The parameters of a function that get one of the data sets in some call."""
    places = [a.arg for a in function.args.args]
    for node in all_in(module) if module is not None else ():
        match node:
            case ast.Call(func=ast.Name(id=called)) if called == function.name:
                pairs = [*zip(places, node.args, strict=False)]
                pairs += [(k.arg, k.value) for k in node.keywords if k.arg is not None]
                yield from (p for p, v in pairs if isinstance(v, ast.Name) and v.id in names)


def _is_kept(draft: Draft, asked: re.Match[str]) -> bool:
    """Whether what stands instead of a statement asks a data set just what that did."""
    around = (e.text for e in draft.edits if e.start <= asked.start() < e.end)
    return "(" in asked.group() and any(asked.group() in text for text in around)


def _applied(draft: Draft) -> set[str]:
    """The functions of TensorFlow's tensors that are applied, which take those of torch now."""
    names = set(_APPLIES.findall(draft.tree.blanked))
    functions = [s.function for s in draft.file.summaries.values() if s.function.name in names]
    own = (f for f in functions if f.file in (None, draft.file))
    return {f.name for f in own if mentions_framework(draft.file, f)}
