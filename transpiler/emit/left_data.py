"""Steps of data sets that stay TensorFlow's, and what is said of them."""

from __future__ import annotations

import re

from transpiler.diagnostics import LEFT_CODE, Severity
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.emit.left import margin_of
from transpiler.interpret.functions.data_sets import LENT_DATA, STEPS
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.statics import ENDLESS
from transpiler.regex import regex


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
    asking = rf"\b(?:hasattr|getattr|dir|vars|type)\(\s*(?:{names}|\w+\.(?:{kept}))(?=\s*[,)])"
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
            why = "it asks one of torch's data sets now, or a DataLoader"
        message = f"`{asked}` is left as it is: {why}"
        draft.say_at(LEFT_CODE, line, column, message)
        start = draft.tree.line_start(match.start())
        draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


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
