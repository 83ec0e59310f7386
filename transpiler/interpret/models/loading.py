"""`load_model` of a file that the program itself has written: the weights of a model it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant, one_line
from transpiler.interpret.summary import Handed
from transpiler.interpret.training import Given, TrainingCall, note_saving, root
from transpiler.interpret.values import Model, Sequence, Static, Unknown, Value
from transpiler.ir.expr import UNKNOWN, Configured, Expr
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.between import changed_between
from transpiler.source.lexical import may_act
from transpiler.source.outer_reads import Functions
from transpiler.source.stores import stores_of
from transpiler.source.suites import is_docstring

#: Arguments that say how the file is read, not what is in it.
_READING = ("compile", "custom_objects", "safe_mode")
#: How weights come out of the files of Keras: as arrays, which `set_weights` gives the modules.
OUT_OF_KERAS = (
    "under Keras, save them by `np.savez(FILE, *model.get_weights())`, and convert "
    "`model.set_weights(list(np.load(FILE).values()))` in its place"
)
_OF_KERAS = (
    "a file of Keras holds a model and its weights: make the model here, and convert the weights: "
    + OUT_OF_KERAS
)
_OF_A_RUN = (
    "an earlier run may have written the file: make the model in any case and, where the file is "
    "there, read its weights with `load_weights`"
)
_OF_A_ROUND = "some round of a loop has written the file, maybe of another model than the last one"
_CHECKPOINT = "keras.callbacks.ModelCheckpoint"


@provides("load_model")
def load_model(region: Region, node: cst.Call, name: str) -> Value:
    """The model whose weights the file holds, where the program has written it before."""
    arguments = arguments_of(region, node)
    path = _path(arguments)
    writing = list(_writers(region, path)) if path else []
    writers = {id(one.model): one.model for one in writing}
    earlier = bool(writing) and not region.loops and any(one.call.in_loop for one in writing)
    if len(writers) != 1 or earlier:
        why = _OF_A_ROUND if earlier else _OF_A_RUN if _is_written(region, node) else _OF_KERAS
        region.file.unsettled[region.tree.span(node)[0]] = why
        return Unknown("a model that is loaded from a file")
    (model,) = writers.values()
    compiles = [c for c in region.training.values() if c.model is model and c.name == "compile"]
    kept = [n for n, value in region.scope.values.items() if value is model and n.isidentifier()]
    by_name = {one.name for one in writing}
    kept = [name for name in kept if name in by_name]  # others may hold that of another round
    made = root(model)
    unseen = made.kind == "instance" and made.summary is None
    if not kept:
        reason = "which of the program's models it was saved from is not known"
        region.file.unsettled[region.tree.span(node)[0]] = reason
    if unseen or not kept or path is None or len(compiles) > 1:
        return Unknown("a model that is loaded from a file, and is not at hand otherwise")
    text = one_line(region.tree.source(node.args[0].value))
    given = {
        "filepath": Given(Static(path), text, (), node.args[0].value),
        "model": Given(Static(Expr(kept[0])), kept[0]),
    }
    call = TrainingCall(
        node, "load_model", model, given, region.statement, model.compiled,
        conditional=bool(region.branches), in_loop=bool(region.loops),
    )  # fmt: skip
    region.training[id(node)] = call
    region.left_calls.append((node, "load_model", model))
    return _copy(model, "it is loaded from a file")


def _is_written(region: Region, node: cst.Call) -> bool:
    """Whether the program writes the file, once it has trained."""
    path = re.escape(region.tree.source(node.args[0].value)) if node.args else ""
    writes = rf"(?:\.save\(|save_model\(\s*[\w.]+,|ModelCheckpoint\()\s*(?:filepath\s*=\s*)?{path}"
    return bool(path) and re.search(writes, region.tree.text) is not None


def _asked(call: TrainingCall) -> cst.BaseExpression | None:
    """What names the model in a call: it is a method of it, or `save_model` is given it."""
    if call.of is not None:
        return call.of
    match call.node:
        case cst.Call(func=cst.Attribute(value=of)):
            return of
    return None


def _copy(model: Model, reason: str) -> Model:
    return replace(
        model, kind="instance", region=None, summary=None, expr=None, copy_of=model, broken=reason
    )


@provides("clone_model")
def clone_model(region: Region, node: cst.Call, name: str) -> Value:
    """A copy of a model: with its weights, where the statement right behind gives it those."""
    arguments = arguments_of(region, node)
    model = arguments[0][1] if len(arguments) == 1 else None
    source = region.tree.source(node.args[0].value) if node.args else ""
    if not isinstance(model, Model) or arguments[0][0] not in (None, "model"):
        return Unknown("a model that is cloned")
    assert region.statement is not None
    _, end = region.tree.span(region.statement)
    target = region.tree.source(region.statement).partition("=")[0].strip()
    weighed = _is_given_weights(region, target, source, region.tree.text[end:])
    given = {"model": Given(Static(Expr(source)), source)}
    again = None if _LEARNT.search(region.tree.blanked) else _made_again(region, node, model)
    trained = re.search(rf"(?<![\w.]){re.escape(target)}\.compile\(", region.tree.blanked[end:])
    if again and (trained or not weighed):
        region.settled[region.tree.span(node)] = again
        copied = model.compiled or root(model).compiled
        return replace(
            root(model), node=node, caller=region, expr=None, compiled=None, cloned=copied
        )
    if not weighed and again is None:
        region.file.unsettled[region.tree.span(node)[0]] = _OTHER_WEIGHTS
        return Unknown("a model that is cloned, with other weights")
    if not weighed:
        given["anew"] = Given(Static(Expr(source)), source)
    if not _NAMED.fullmatch(target) or not _NAMED.fullmatch(source):
        return Unknown("a model that is cloned, and has no name")
    call = TrainingCall(
        node, "clone_model", model, given, region.statement, model.compiled,
        conditional=bool(region.branches), in_loop=bool(region.loops),
    )  # fmt: skip
    region.training[id(node)] = call
    region.left_calls.append((node, "clone_model", model))
    return _copy(model, "it is cloned")


def _is_given_weights(region: Region, target: str, source: str, rest: str) -> bool:
    """Whether a clone has the weights of its model at once: by the first statement that follows.

    That may be a call of a method which does nothing else.
    """
    given = rf"{re.escape(target)}\.set_weights\({re.escape(source)}\.get_weights\(\)\)"
    if re.match(rf"\s*{given}", rest):
        return True
    called = re.match(r"\s*self\.(\w+)\(\)\s*(?:#.*)?\n", rest)
    method = region.methods.get(called[1]) if called is not None else None
    body = method.node.body if method is not None else None
    if not isinstance(body, cst.IndentedBlock) or method is None or method.file is not region.file:
        return False
    if region.tree.blanked.count(f"def {method.name}(") > 1:
        return False  # a class derived from this one may have another
    statements = [one for one in body.body if not is_docstring(one)]
    code = [region.tree.source(one) for one in statements]
    return len(code) == 1 and re.match(rf"{given}\s*(?:#.*)?$", code[0].strip()) is not None


#: What a clone has of a model besides its weights, or has not.
_NAMED = regex(r"(?:self\.)?[A-Za-z_]\w*")
_LEARNT = regex(r"\.trainable\s*=(?!=)|\.adapt\(")
_OTHER_WEIGHTS = (
    "its weights are others than those of the model, unless they are set right behind; make it as "
    "the model was made"
)


def _made_again(region: Region, node: cst.Call, model: Model) -> str | None:
    """How a model is made anew: by the call that gave it, or "" by its class; None: not known."""
    made = root(model)
    if made.options:
        return None
    if made.summary is None:
        return "" if made.kind != "instance" else None
    function, inner, caller = made.summary.function, made.summary.region, made.caller
    plain = inner is not None and not (function.owner or function.nested_in or made.given)
    if not plain or inner is None or inner.training or caller is None or _are_open(made):
        return None
    tree = region.tree
    foreign = function.file not in (None, region.file) or caller.file is not region.file
    if foreign or not isinstance(made.node, cst.Call):
        return None
    given = [argument.value for argument in made.node.args]
    here = caller is region
    if not here and any(tree.names(value) for value in given):
        return None
    read = ", ".join([*map(tree.source, given), *_read_by(tree.text, *tree.span(function.node))])
    begin = tree.span(made.node if here else function.node)[1]
    changed = changed_between(tree.text, read, begin, tree.span(node)[0]) if read else ""
    return None if changed else one_line(tree.source(made.node))


def _read_by(text: str, begin: int, end: int) -> list[str]:
    """The variables that a function reads of others, and the functions that it calls."""
    functions = Functions(text)
    function = functions.function_at(begin, end)
    reads = functions.reads(functions.reaching([function])) if function is not None else ()
    return sorted({read.path[0] for read in reads})


def _are_open(made: Model) -> bool:
    """Whether some argument of the call that gave a model may be another one by now."""
    return any(constant(value) is UNKNOWN for value in made.arguments.values())


@provides("save_model")
def save_model(region: Region, node: cst.Call, name: str) -> Value:
    """`save_model(model, path)`, which is `model.save(path)`."""
    arguments = arguments_of(region, node)
    saved = next((v for k, v in arguments if k in (None, "model")), None)
    if not isinstance(saved, Model) or any(argument.star for argument in node.args):
        return Unknown(f"{name} of what is no model")
    region.left_calls.append((node, "save_model", saved))
    return note_saving(region, node, saved)


def _path(arguments: list[Argument]) -> Expr | None:
    """What names the file, where nothing else is said that matters."""
    if not arguments or any(keyword not in _READING for keyword, _ in arguments[1:]):
        return None
    keyword, value = arguments[0]
    if keyword not in (None, "filepath") or not isinstance(value, Static):
        return None
    return value.expr


@record(frozen=True, slots=True)
class _Writing:
    """A call that has written the file."""

    call: TrainingCall
    model: Model
    name: str  #: what the model is called here


def _writers(region: Region, path: Expr) -> Iterator[_Writing]:
    """The calls that have written the file, also in functions that got the model."""
    for call in region.training.values():
        if any(_is_same(written, path) for written in _written_by(call)):
            of = _asked(call)
            yield _Writing(call, call.model, region.tree.source(of) if of is not None else "")
    for handed in region.handings.values():
        inner = handed.summary.region
        for call in inner.training.values() if inner is not None else ():
            of = _asked(call)
            model = handed.given.get(region.tree.source(of)) if of is not None else None
            seen = (_seen_here(region, handed, written) for written in _written_by(call))
            if isinstance(model, Model) and any(w and _is_same(w, path) for w in seen):
                names = [n for n, v in region.scope.values.items() if v is model]
                yield from (_Writing(call, model, name) for name in names)


def _written_by(call: TrainingCall) -> Iterator[Expr]:
    """The files that a call has written."""
    if call.name == "save" and "filepath" in call.given:
        value = call.given["filepath"].value
        if isinstance(value, Static):
            yield value.expr
    elif call.name == "fit" and "callbacks" in call.given:
        given = call.given["callbacks"].value
        for item in given.items if isinstance(given, Sequence) else (given,):
            made = item.expr.value if isinstance(item, Static) else None
            if isinstance(made, Configured) and made.name == _CHECKPOINT:
                written = made.args[0] if made.args else dict(made.kwargs).get("filepath")
                if written is not None:
                    yield written


def _seen_here(region: Region, handed: Handed, path: Expr) -> Expr | None:
    """A path of a function, as its caller would write it; None where that is not known."""
    parameter = next((p for p in handed.summary.parameters if p.name == path.text), None)
    if parameter is not None and path.names == {(parameter.name, 0)}:
        given = handed.given.get(parameter.name)
        if given is None and parameter.default is not None:
            given = evaluate(region, parameter.default)
        return given.expr if isinstance(given, Static) else None
    own = {p.name for p in handed.summary.parameters}
    names = {name for name, _ in path.names}
    stores = stores_of(region.tree.text)
    once = stores is not None and all(stores.names[name] <= 1 for name in names)
    if names & own or not once:
        return None
    return replace(
        path, names=frozenset(pair for n in names for pair in region.scope.read(n).names)
    )


def _is_same(one: Expr, other: Expr) -> bool:
    """Whether both name the same file, and will be called the same afterwards."""
    if one.known and other.known and one.value == other.value:
        return one.text == other.text or not (one.text.isidentifier() or other.text.isidentifier())
    if one.known or other.known or one.text != other.text or one.names != other.names:
        return False
    return not may_act(one.text)
