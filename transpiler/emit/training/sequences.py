"""Data that are classes of the program's own over Keras's: torch's data sets of batches then.

class Digits(keras.utils.Sequence):
    def __len__(self): ...
    def __getitem__(self, index): ...
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit, apply
from transpiler.emit.training.absent import may_be_none
from transpiler.emit.training.class_sources import rewritten_sources
from transpiler.emit.training.classes_elsewhere import home_of
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.context import FileContext
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Framework, UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import sequence_of
from transpiler.regex import regex
from transpiler.source.changed_by_callbacks import arrays_changed_by
from transpiler.source.draws import drawn_by
from transpiler.source.draws_elsewhere import drawn_elsewhere
from transpiler.source.importers import texts_around
from transpiler.source.lexical import mentions
from transpiler.source.outer_reads import functions_of
from transpiler.source.patched_methods import patched

_OF_KERAS = regex(
    r"super\([^)]*\)\.(?!__init__\(\s*\))\w+"
    r"|self\.(?:workers|use_multiprocessing|max_queue_size|num_batches)\b"
)
#: What only says how Keras runs such a class, which gives the same batches.
_PARALLEL = r"\s*(?:\*\*\w+|(?:workers|use_multiprocessing|max_queue_size)\s*=[^,()]*)\s*"
_SET_UP = regex(rf"super\([^)]*\)\.__init__\(({_PARALLEL}(?:,{_PARALLEL})*,?\s*)\)")
_NEVER = ("on_epoch_begin", "__iter__", "__next__")
#: What is asked of such data by name, and looked at for what the batches are.
_ASKED = frozenset({"on_epoch_end", "__getitem__", *_NEVER})
_ENDS = (
    "`on_epoch_end` is called once after each epoch, as by Keras 2; Keras 3 calls it before the "
    "first one, too"
)
_AHEAD = (
    "Keras looks at the first batches before it begins: what `__getitem__` draws or changes there, "
    "`{}`, is ahead by that"
)
_NO_END = "`on_epoch_end`, which Keras calls when it asks the model, too, is called by `fit` alone"


def sequence_loader(model: ModelWriter, call: TrainingCall, name: str, shuffle: str = "") -> str:
    """The loader that gives the batches of a sequence; "" where an argument is none."""
    given = call.given.get(name)
    made = sequence_of(given)
    if made is None or given is None:
        return ""
    home = home_of(model.shared.file, made)
    edits, helpers = class_edits(home, made)
    if (once_more := _done_once_more(home, made)) != "":
        model.made.said.append((ASSUMED, call.node, f"`{made.name}`: {_AHEAD.format(once_more)}"))
    if made.file in (None, model.shared.file):
        model.edits += [edit for edit in edits if edit not in model.edits]
        model.made.helpers |= helpers
    options = f"batch_size=None{shuffle}"
    if model.shared.turns_arrays():
        model.made.helpers.add("contiguous")
        options += ", collate_fn=contiguous"
    return f"DataLoader({model.source_of(given)}, {options})"


def _done_once_more(file: FileContext, made: UserClass) -> str:
    """What a batch draws or changes, which Keras has it do when it looks at the first ones."""
    methods = _methods(made)
    if "__getitem__" not in methods:
        return ""
    program = functions_of(file.tree.text)
    method = program.function_at(*file.tree.span(methods["__getitem__"]))
    reached = program.reaching([method]) if method is not None else []
    around = texts_around(file.path) if reached and file.path else []
    drawn = drawn_by(program.module, reached) or drawn_elsewhere(program, reached, around)
    if drawn:
        return drawn
    changed = (name for one in reached for name in arrays_changed_by(program, one, one is method))
    return next(changed, "") or program.own_changes(reached)


def class_edits(file: FileContext, made: UserClass) -> tuple[list[Edit], frozenset[str]]:
    """What changes in the methods of such a class of a file, and what they need."""
    edits, helpers = rewritten_sources(file, made.node.body)
    edits = _set_up(file, made) + edits
    _check(file, made, edits)
    return edits, helpers


def steps_of_sequence(model: ModelWriter, call: TrainingCall, name: str, steps: str) -> str:
    """How many batches of a sequence a call takes, "" where it takes all."""
    count = model.argument(call, steps)
    if count in (None, f"len({model.source_of(call.given[name])})"):
        return ""
    assert count is not None
    if call.by_samples:
        raise Unsupported(f"{steps} of a sequence, in samples")
    if steps == "steps_per_epoch" and may_be_none(model, count):
        raise Unsupported(f"{steps} may be None, where all batches are taken")
    return count


def some_of_sequence(model: ModelWriter, call: TrainingCall) -> str:
    """The batches of a sequence that a model is asked about; "" where x is none."""
    loader = sequence_loader(model, call, "x")
    if loader and (made := sequence_of(call.given["x"])) and "on_epoch_end" in _methods(made):
        model.made.said.append((ASSUMED, call.node, f"`{made.name}`: {_NO_END}"))
    if loader and (count := steps_of_sequence(model, call, "x", "steps")):
        return f"islice({loader}, {count})"
    return loader


def changes_after_epoch(call: TrainingCall, name: str) -> bool:
    """Whether a sequence does something at the end of each epoch."""
    made = sequence_of(call.given.get(name))
    return made is not None and "on_epoch_end" in _methods(made)


def after_epoch(
    model: ModelWriter, call: TrainingCall, name: str, loaders: list[str]
) -> tuple[str, ...]:
    """What a sequence does at the end of each epoch; one without a name is that of its loader."""
    given = call.given.get(name)
    made = sequence_of(given)
    if made is None or given is None or not changes_after_epoch(call, name):
        return ()
    text = model.source_of(given)
    if not re.fullmatch(r"[\w.]+", text):
        loader = next(line for line in loaders if f" = DataLoader({text}, " in line)
        text = f"{loader.partition(' = ')[0]}.dataset"
    if model.shared.file.options.keras != "2":
        model.made.said.append((ASSUMED, call.node, f"`{made.name}`: {_ENDS}"))
    return (f"{text}.on_epoch_end()",)


def _methods(made: UserClass) -> dict[str, cst.FunctionDef]:
    return {s.name.value: s for s in made.node.body.body if isinstance(s, cst.FunctionDef)}


def _set_up(file: FileContext, made: UserClass) -> list[Edit]:
    """`super().__init__(**kwargs)` takes nothing any more: torch's data sets have no `__init__`."""
    found = _SET_UP.finditer(file.tree.blanked, *file.tree.span(made.node.body))
    return [Edit(*match.span(1), "") for match in found]


def _check(file: FileContext, made: UserClass, edits: list[Edit]) -> None:
    """Refuse what torch's data sets have no answer to; some calls are replaced."""
    where, tree, methods = f"`{made.name}`", file.tree, _methods(made)
    if len(made.node.bases) != 1 or made.node.keywords or made.node.decorators:
        raise Unsupported(f"{where} has several bases")
    if problem := patched(tree.text, file.path, frozenset({made.name}), _ASKED):
        raise Unsupported(f"{where}: {problem}")
    if (never := next((name for name in _NEVER if name in methods), None)) is not None:
        raise Unsupported(f"{where} has the method {never}")
    if re.search(rf"^\s*class \w+\(.*\b{made.name}\b", tree.blanked, re.M):
        raise Unsupported(f"{where} is the base of another class")
    start, end = tree.span(made.node.body)
    inside = [Edit(e.start - start, e.end - start, " ") for e in edits]
    text = apply(tree.blanked[start:end], inside)
    if (found := _OF_KERAS.search(text)) is not None:
        raise Unsupported(f"{where} asks for `{found.group()}`")
    names = [n for n, value in file.globals.items() if isinstance(value, Framework)]
    used = next((n for n in names if mentions(n, text)), None)
    if used is not None:
        raise Unsupported(f"{where} uses `{used}`")
    if "__len__" not in methods:
        raise Unsupported(f"{where} has no method __len__")
