"""Functions of the program's own that Keras runs once, when it traces them, and torch at each step.

beta = 0.0
def own(t, p):
    return tf.reduce_mean(tf.square(t - p)) + beta * tf.reduce_mean(tf.abs(p))

What such a function reads keeps its first value in Keras until the model is compiled again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from textwrap import dedent

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_losses import functions_in, metrics_in
from transpiler.interpret.functions.own_metrics import methods_of
from transpiler.interpret.functions.own_penalties import called_on_weights
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function, Static, Value
from transpiler.ir import tokens
from transpiler.ir.code import Construct, For, If, Node, Return, While
from transpiler.ir.tensor import Unsupported
from transpiler.lower.compositions import blocks_of
from transpiler.lower.optimizers import own_schedule
from transpiler.passes.liveness import walk
from transpiler.regex import regex
from transpiler.source.changed_later import changed_in_modules, changed_later, files_around
from transpiler.source.changing import changed_at_home
from transpiler.source.draws import drawn_by, drawn_in
from transpiler.source.effects import Function as Source
from transpiler.source.imported import read_text, taken_texts
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked, names_in
from transpiler.source.outer_reads import Functions, Read, functions_of
from transpiler.source.running import Running
from transpiler.source.syntax import all_in, python_tree

#: Which of Keras's functions a call runs.
_STEPS = {
    "fit": "train", "train_on_batch": "train", "evaluate": "test", "test_on_batch": "test",
}  # fmt: skip
#: Those that run the model.
_RUNS = frozenset({*_STEPS, "predict", "predict_on_batch"})
_ALL = frozenset({"train"})
_SCHEDULE = "__call__"
_EITHER = frozenset({"train", "test"})
_TOKEN = regex(tokens.ANY)
_WHEN_BUILT = "gets another value: Keras goes on with the one of when the model was built"
_VALIDATED = ("validation_data", "validation_split")


def refuse_changing(
    file: FileContext, calls: list[TrainingCall], compiles: TrainingCall, makers: list[Region]
) -> None:
    """Refuse what the functions of one `compile` read, where it changes between their steps."""
    eager = is_eager(compiles)  # what is run in each step, but torch asks schedules ahead
    program = functions_of(file.tree.text)
    for function in _functions(compiles, makers):
        if eager and function.name != _SCHEDULE:
            continue
        if function.file not in (None, file):
            _refuse_elsewhere(file, function.file, function)
            continue
        source = program.function_at(*file.tree.span(function.node))
        if source is not None:
            _refuse(file, program, function.name.strip("<>"), source, calls)


def _refuse(
    file: FileContext, program: Functions, name: str, source: Source, calls: list[TrainingCall]
) -> None:
    reached = program.reaching([source])
    _refuse_acting(program, name, reached)
    reads = program.reads(reached)
    _refuse_changed_later(file, name, reads, "compile" if name == _SCHEDULE else "")
    changes, anew = program.changes(reads), program.rebindings(source)
    if not changes and not anew:
        return
    places = [(call, node) for call in calls if (node := _place(file, program, call)) is not None]
    steps = {node: _kinds(call) for call, node in places if call.name in _STEPS}
    compiled = [node for call, node in places if call.name == "compile"]
    given = {**steps, **dict.fromkeys(compiled, _EITHER)}
    trained = steps
    if name == _SCHEDULE:
        steps = given  # torch asks a schedule for its first rate once it is made
    if anew and Running(program, anew, compiled, given).changed_between():
        raise Unsupported(
            f"`{name}` gets another value once it was given to `compile`: Keras goes on with the "
            f"function, torch calls what has the name then; give one of them another name"
        )
    if changed := Running(program, changes, compiled, steps).changed_between():
        what = f"`{changed}`, which `{name}` reads, gets another value"
        raise Unsupported(
            f"{what}: Keras reads it in the first step, torch at once; change it before `compile`"
            if name == _SCHEDULE
            and not Running(program, changes, compiled, trained).changed_between()
            else f"{what}: Keras goes on with the one of when it traced the function; compile the "
            f"model again where it changes"
        )


def _refuse_acting(program: Functions, name: str, reached: list[Source]) -> None:
    """Refuse what Keras does but once."""
    if changed := program.own_changes(reached):
        raise Unsupported(f"`{name}` changes `{changed}`, which Keras does once, when it traces it")
    if drawn := drawn_by(program.module, reached):
        raise Unsupported(
            f"`{name}` calls `{drawn}`, which Keras does once, when it traces it: torch would do "
            f"it at every step"
        )


def _refuse_elsewhere(file: FileContext, home: FileContext, function: Function) -> None:
    """Refuse what a function of another file reads where that may change it later on."""
    program, name = functions_of(home.tree.text), function.name.strip("<>")
    start, end = home.tree.span(function.node)
    source = program.function_at(start, end)
    if source is None:
        return
    reached = program.reaching([source])
    _refuse_acting(program, name, reached)
    reads = program.reads(reached)
    if program.changes_after(reads, start + 1):
        raise Unsupported(f"`{name}` reads what may get another value")
    _refuse_changed_later(home, name, reads, "compile" if name == _SCHEDULE else "")


def _refuse_changed_later(
    home: FileContext, name: str, reads: Iterable[Read], made_by: str = ""
) -> None:
    """Refuse what a function reads of its file where another one changes that between its steps."""
    paths = [read.path for read in reads if read.owner is None or read.path[0] in ("self", "cls")]
    if not home.path or not paths:
        return
    files = files_around(home.path, home.tree.text)
    changed = changed_later(paths, home.path, files, made_by)
    if changed := changed or changed_in_modules(paths, home.path, home.tree.text, made_by):
        raise Unsupported(
            f"another file changes `{changed}`, which `{name}` reads: Keras goes on with what it "
            f"was when it traced the function; compile the model again where it changes"
        )


def refuse_in_forward(
    file: FileContext, calls: list[TrainingCall], built: Built, makers: list[Region]
) -> None:
    """Refuse what `forward` reads or draws each time, and Keras did when the model was built."""
    program = functions_of(file.tree.text)
    others = (call for region in makers for call in region.training.values())  # of other models
    apart = {id(summary) for call in (*calls, *others) for summary in call.own.values()}
    apart |= {id(s) for known in file.own_penalties.values() for s in known.values()}
    called = [s for region in makers for s in _called(region) if id(s) not in apart]
    for forward in (built.forward, *(summary.forward for summary in called)):
        texts = filter(None, map(_text, walk(forward)))
        parsed = (python_tree(dedent(_TOKEN.sub("_", text))) for text in texts)
        if drawn := drawn_in(program.module, (all_in(one) for one in parsed if one is not None)):
            raise Unsupported(f"the model calls `{drawn}`, which Keras does once, when it is built")
    here = file.tree.has_span(built.node)
    made = program.call_at(*file.tree.span(built.node)) if here else None
    places = [(call, _place(file, program, call)) for call in calls]
    steps = {node: _ALL for call, node in places if call.name in _RUNS and node is not None}
    for summary in called if steps else ():
        function = summary.function
        words = names_in(" ".join(map(_text, walk(summary.forward)))) - {*summary.stored}
        if function.file not in (None, file):
            _refuse_changed_at_home(file, built, function, words, makers)
        if made is None or function.file not in (None, file):
            continue
        source = program.function_at(*file.tree.span(function.node))
        found = program.reads([source]) if source is not None else set()
        _refuse_changed_later(file, function.name, (r for r in found if r.path[0] in words))
        changes = program.changes(read for read in found if read.path[0] in words)
        asked = dict.fromkeys(_calls_of(program, source), _ALL)
        if summary.kind == "operation" and source is not None:  # a block is a module
            changes |= program.rebindings(source)
            running = Running(program, changes, (), {**asked, **steps, made: _ALL})
        else:
            running = Running(program, changes, [made], {**steps, made: _ALL})
        changed = running.changed_between()
        if summary.kind == "block" and any(region.is_module for region in makers):
            words = names_in(" ".join(map(_texts, walk(summary.init))))
            changes = program.changes(read for read in found if read.path[0] in words)
            around = [n for n in program.module.body if made in {*all_in(n)}]  # when it is there
            running = Running(program, changes, around, {**asked, made: _ALL})
            changed = changed or running.changed_between(by_anyone=False)
        if changed:
            what = f"`{changed}`, which `{function.name}` reads,"
            what = f"`{changed}`" if changed == function.name else what
            raise Unsupported(f"{what} {_WHEN_BUILT}")


def _refuse_changed_at_home(
    file: FileContext, built: Built, function: Function, words: set[str], makers: list[Region]
) -> None:
    """The same of what a function of another file reads of the variables there."""
    home = function.file
    program = functions_of(home.tree.text)
    source = program.function_at(*home.tree.span(function.node))
    reads = program.reads([source]) if source is not None else set()
    paths = {read.path for read in reads if read.owner is None and read.path[0] in words}
    here = file.tree.has_span(built.node)
    begin = file.tree.span(built.node)[1] if here else None
    names = (getattr(region.function, "name", None) for region in makers)
    made_by = next((name.value for name in names if name is not None), "")
    where = (file.path, file.tree.text, begin)
    if home.path and (changed := changed_at_home(paths, home.path, *where, made_by)):
        raise Unsupported(f"`{changed}`, which `{function.name}` reads, {_WHEN_BUILT}")


def _texts(node: Node) -> str:
    """What a statement of `__init__` reads."""
    match node:
        case Construct(module=module):
            return module.constructor.text
        case For(iterable=read) | If(test=read) | While(test=read):
            return read.text
    return _text(node)


def _calls_of(program: Functions, function: Source | None) -> Iterator[ast.AST]:
    """The calls of a function, each of which computes with what it reads then."""
    for node in all_in(program.module) if function is not None else ():
        if isinstance(node, ast.Call) and function in program.called(node.func):
            yield node


def _called(region: Region) -> Iterator[Summary]:
    """The functions on tensors that a model calls, and those that they call."""
    for summary in (*region.operations_used, *blocks_of(region)):
        yield summary
        if summary.region is not None and summary.region is not region:
            yield from _called(summary.region)


def _text(node: Node) -> str:
    return node.value.text if isinstance(node, Return) else getattr(node, "text", "")


def _kinds(call: TrainingCall) -> frozenset[str]:
    validated = any(given in call.given for given in _VALIDATED)
    return frozenset({_STEPS[call.name]} | ({"test"} if validated else set()))


def _functions(compiles: TrainingCall, makers: list[Region]) -> Iterator[Function]:
    """The functions that are traced with a model."""
    for name in ("loss", "metrics", "weighted_metrics"):
        if name in compiles.given:
            value = compiles.given[name].value
            yield from (function for function, _ in functions_in(value))
            for made in metrics_in(value):
                methods = methods_of(made)
                yield from (methods[n] for n in ("update_state", "result") if n in methods)
    for region in makers:
        for _, _, value in region.penalties:
            if (function := called_on_weights(value)) is not None:
                yield function
    given = compiles.given.get("optimizer")
    schedule = own_schedule(given.value) if given is not None else None
    if schedule is not None and _SCHEDULE in methods_of(schedule):
        yield methods_of(schedule)[_SCHEDULE]


def _place(file: FileContext, program: Functions, call: TrainingCall) -> ast.AST | None:
    """A call as Python sees it."""
    here = call.region is None or call.region.file is file
    return program.call_at(*file.tree.span(call.node)) if here else None


def is_eager(compiles: TrainingCall) -> bool:
    """Whether Keras runs the functions anew at each step."""
    given: Value | None = (
        compiles.given["run_eagerly"].value if "run_eagerly" in compiles.given else None
    )
    region = compiles.region
    if region is not None and {*_switched(region.file.tree.text, region.file.path)} == {"True"}:
        return True  # whatever `compile` says
    return isinstance(given, Static) and given.expr.is_const(True)


def _switched(text: str, path: str) -> Iterator[str]:
    """What the file, those that it imports and those that import it say of all functions."""
    texts = [text]
    if path:
        texts += taken_texts(text, path)
        texts += map(read_text, importing_files(path, "run_functions_eagerly"))
    for one in texts:
        if "run_functions_eagerly" in one:
            yield from _EAGER.findall(blanked(one))


_EAGER = regex(r"\brun_functions_eagerly\(\s*(\w*)")
#: Activations that are TensorFlow's own, of which Keras finds the logits in graphs only.
_OF_TENSORFLOW = regex(
    r"\b((?:(?:tf|tensorflow)\.(?:compat\.v1\.)?(?:(?:nn|math)\.)?|(?:K|backend)\.)"
    r"(?:softmax|sigmoid))\b\(?"
)
_BY_NAME = regex(r"[\"'](?:softmax|sigmoid)[\"']|activations\.(?:softmax|sigmoid)\b")


def refuse_unseen_logits(home: FileContext, compiles: TrainingCall) -> None:
    """Refuse a crossentropy of logits where Keras can't tell these, and clips probabilities."""
    uses = _OF_TENSORFLOW.finditer(home.tree.blanked) if is_eager(compiles) else ()
    named = _BY_NAME.search(home.tree.text) is not None  # calls are of arrays then
    found = next((one for one in uses if not (named and one[0].endswith("("))), None)
    if found is not None:
        raise Unsupported(
            f"run eagerly, Keras has the loss of clipped probabilities of `{found[1]}`, and goes "
            "back to no logits: leave `run_eagerly` out, or name the activation by a string"
        )
