"""What the program asks its own objects for that only a base class of Keras has given them.

class Batches(keras.utils.Sequence):    # a class of torch's, or of nobody's, now
    ...

batches = Batches(x, y)
batches.on_epoch_end()                  # an error: it has no such method any more
"""

from __future__ import annotations

import re

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.causes import lines_said
from transpiler.emit.draft import Draft
from transpiler.interpret.values import UserClass
from transpiler.regex import regex

_HOOKS = "|".join(
    f"on_{room}{each}_{end}"
    for room in ("", "train_", "test_", "predict_")
    for each in ("batch", "epoch")
    for end in ("begin", "end")
)
#: What objects of Keras's classes have, by the last part of their names.
_GIVEN = {
    "Callback": regex(rf"{_HOOKS}|on_(?:train|test|predict)_(?:begin|end)|set_(?:model|params)"),
    "Sequence": regex(
        r"on_epoch_(?:begin|end)|workers|use_multiprocessing|max_queue_size|num_batches"
    ),
}
_GIVEN["PyDataset"] = _GIVEN["Sequence"]


def report_inherited(draft: Draft) -> None:
    """Say where an object is asked for what its class had from Keras's alone."""
    reported, text = lines_said(draft), draft.tree.blanked
    for made in draft.file.user_classes:
        given = _GIVEN.get(made.bases[0].rpartition(".")[2]) if made.bases else None
        if given is None or draft.tree.place(made.node)[0] in reported:
            continue
        objects = _objects(text, made.name)
        own = _own_names(draft, made)
        asked = rf"(?<![\w.])({objects})\s*\.\s*({given.pattern})\b(?!\s*=(?!=))"
        for found in re.finditer(asked, text):
            if found[2] not in own:
                _say(draft, made, f"{found[1]}.{found[2]}", found.start(), reported)
        questions = rf"\b(?:hasattr|getattr)\(\s*({objects})\s*,\s*[\"']({given.pattern})[\"']"
        for found in re.finditer(questions, draft.tree.text):
            if found[2] not in own:
                _say(draft, made, f"{found.group()})", found.start(), reported)


def _objects(text: str, name: str) -> str:
    """A pattern for what holds an object of a class, or makes one there."""
    bound = re.findall(rf"^[ \t]*([\w.]+)(?:\s*:[^=\n]*)?\s*=\s*{name}\(", text, re.MULTILINE)
    held = (re.escape(one) for one in dict.fromkeys(bound))
    return "|".join([*held, rf"{name}\([^()\n]*\)"])


def _own_names(draft: Draft, made: UserClass) -> set[str]:
    """What a class, or one that it is derived from, defines or sets itself."""
    found: set[str] = set()
    for one in made.lineage:
        source = draft.tree.source(one.node)
        found |= set(re.findall(r"\bdef (\w+)\(", source))
        found |= set(re.findall(r"\bself\.(\w+)\s*=(?!=)", source))
        found |= set(re.findall(r"^[ \t]+(\w+)\s*(?::[^=\n]*)?=(?!=)", source, re.MULTILINE))
    return found


def _say(draft: Draft, made: UserClass, asked: str, offset: int, reported: set[int]) -> None:
    line, column = draft.tree.line_column(offset)
    if line in reported:
        return
    reported.add(line)
    message = f"`{asked}` is left as it is: `{made.name}` had that from Keras's class alone"
    draft.say_at(LEFT_CODE, line, column, message)
    start = draft.tree.line_start(offset)
    draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))
