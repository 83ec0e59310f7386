"""Models that functions and methods get from elsewhere, to train or to ask them.

def train(model, x, y):
    model.compile(optimizer="adam", loss="mse")
    return model.fit(x, y, epochs=10)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.summary import Handed, Summary
from transpiler.interpret.training import SIGNATURES, root
from transpiler.interpret.values import (
    Function,
    Model,
    Namespace,
    PerhapsModel,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_models,
    is_graph,
    models_in,
)
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import blanked

#: What a trained model is asked for besides, whether it has a translation or not.
_OTHERS = (
    "fit_generator", "evaluate_generator", "predict_generator", "train_on_batch", "test_on_batch",
    "predict_on_batch", "predict_proba", "get_weights", "set_weights",
)  # fmt: skip
#: A call of a method of a model.
ASKED = regex(rf"\.(?:{'|'.join((*SIGNATURES, *_OTHERS))})\(")
#: What is asked of the optimizer that it is compiled with; or its weights are read again.
_OF_REST = regex(r"\.optimizer\.(?:learning_rate|lr|iterations)\b|\s*=\s*(?:\w+\.)*load_model\(")
#: Where it is called, or it is said whether it is trained.
_CALLED = regex(r"\(|\.trainable\s*=\s*(?:True|False)\b")
#: Where its layers are listed, with a `print` for each.
_LISTED = regex(r"\.layers(?:\s*,\s*\d+)?\)?\s*:\s*print\(|\.layers\]")
#: What makes tensors of Keras, or follows gradients through the model.
_BUILDS = regex(r"\b(?:Input|Model|Sequential|GradientTape)\(|\blayers\.")
_CALLEE = regex(r"(?<![\w.])(\w+)(?:\.(\w+))?\([^()]*$")
_ENDED = regex(r"\s*(?::[^,()=]*)?(?:=[^=,()]*)?[,)]")


def trains(function: Function, bound: dict[str, Value]) -> bool:
    """Whether a function does nothing with the models that it gets but train and ask them."""
    if isinstance(function.node, cst.Lambda) or function.file is None:
        return False
    names = [name for name, value in bound.items() if isinstance(value, Model)]
    lists = [name for name, value in bound.items() if holds_models(value)]
    if not names and not lists:
        return False
    text = blanked(function.file.tree.source(function.node))
    listed = all(_is_gone_through(text, name, function) for name in lists)
    return listed and all(_is_trained(text, name, function) for name in names)


def trains_built(function: Function, bound: dict[str, Value]) -> bool:
    """Whether a function trains what another one builds that it gets: `validate(build, x, y)`."""
    if isinstance(function.node, cst.Lambda) or function.file is None or function.owner:
        return False
    names = [n for n, v in bound.items() if isinstance(v, Function) and not v.parameter]
    if not names:
        return False
    assert isinstance(function.node, cst.FunctionDef)
    text = blanked(function.file.tree.source(function.node.body))
    if any(re.search(rf"(?<![\w.]){re.escape(name)}\b(?!\()", text) for name in names):
        return False  # it goes on to somebody else
    trained = r"\b(\w+)\s*=\s*{}\([^\n]*\n[\s\S]*(?<![\w.])\1\.fit\("
    return any(re.search(trained.format(re.escape(name)), text) for name in names)


def _is_gone_through(text: str, name: str, function: Function) -> bool:
    """Whether a list of models is only looped over, cut, counted or passed on."""
    places = list(re.finditer(rf"(?<![\w.]){re.escape(name)}\b", text))
    looped = [re.search(r"\bin\s*$", text[: place.start()]) is not None for place in places]
    cut = [text[place.end() : place.end() + 1] == "[" for place in places]
    passed = [_is_passed(text, place.start(), place.end()) for place in places]
    return all(map(any, zip(looped, cut, passed, strict=True)))


def _is_trained(text: str, name: str, function: Function) -> bool:
    """Whether a name stands only where a method is called, an argument passed, or returned."""
    places = list(re.finditer(rf"(?<![\w.]){re.escape(name)}\b", text))
    on_data = _BUILDS.search(text) is None  # else it may be called on tensors of Keras
    asked = [
        ASKED.match(text, place.end()) is not None
        or _LISTED.match(text, place.end()) is not None
        or (on_data and _CALLED.match(text, place.end()) is not None)
        for place in places
    ]
    known = [
        a or _OF_REST.match(text, p.end()) is not None or _is_passed(text, p.start(), p.end())
        for a, p in zip(asked, places, strict=True)
    ]
    used = any(asked) or any(_is_lent(text, place.start(), function) for place in places)
    return used and all(known)


def _is_lent(text: str, start: int, function: Function) -> bool:
    """Whether a name is an argument of another function of the program's there."""
    callee = _CALLEE.search(text[text.rfind("\n", 0, start) + 1 : start])
    if callee is None:
        return False
    held = function.closure.get(callee.group(1)) or function.file.globals.get(callee.group(1))
    if callee.group(2):
        held = held.items.get(callee.group(2)) if isinstance(held, Namespace) else None
    return isinstance(held, Function) and held.node is not function.node


def _is_passed(text: str, start: int, end: int) -> bool:
    """Whether a name is a parameter or an argument there, or what the function returns."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if re.match(r"\s*return\b", line):
        return re.match(r"\s*(?:[,)]|$)", text[end:], re.M) is not None
    before = re.search(r"[(,=]\s*$", text[:start]) is not None
    return before and _ENDED.match(text, end) is not None


def handed(model: Model, reading: Expr) -> Model:
    """A model as the function sees it that gets it."""
    return replace(model, kind="instance", expr=reading, region=None, source=model, keeper="")


def note_handing(region: Region, handed: Handed) -> Value:
    """What a call gives of a function that trains the models it gets; they are compiled then."""
    inner = handed.summary.region
    former = region.handings.get((id(handed.node),))
    for model in models_in(*handed.given.values()):
        known = handed.compiled.setdefault(id(root(model)), [])
        known += former.compiled.get(id(root(model)), []) if former is not None else []
        if model.compiled is not None and model.compiled not in known:
            known.append(model.compiled)
    for value in inner.scope.values.values() if inner is not None else ():
        if isinstance(value, Model) and value.source is not None:
            if value.compiled is not None and stands_in(value.compiled.region, inner):
                value.source.compiled = value.compiled
    each = [value for value in handed.given.values() if isinstance(value, Model)]
    for model in models_in(*handed.given.values()):
        if model.region is region:
            model.handings.append(handed.node)
    functions = [value for value in handed.given.values() if isinstance(value, Function)]
    kinds = (*(id(root(model)) for model in each), *(id(one.node) for one in functions))
    rounds = kinds if region.unrolled else ()
    region.handings[(id(handed.node), *rounds)] = handed
    given = _given_back(handed.summary)
    answers = [] if inner is None else [value for value, _ in inner.returns]
    models = tuple(root(value) for value in answers if isinstance(value, Model))
    copies = any(isinstance(value, Model) and value.copy_of is not None for value in answers)
    if isinstance(given, Unknown) and models and not copies:
        return PerhapsModel(given.reason, models=models)
    parts = given.items if isinstance(given, Sequence) else (given,)
    unknown = [part for part in parts if isinstance(part, Unknown) and part.reason != PREDICTED]
    plain = len(unknown) == len(parts) and not any(isinstance(p, PerhapsModel) for p in parts)
    if plain and not any(map(is_graph, answers)):
        return Static(Expr(one_line(region.tree.source(handed.node)), strength=POSTFIX))
    return given


def stands_in(region: Region | None, outer: Region | None) -> bool:
    """Whether something stands in a function, or in one to which that gives its models."""
    pending, seen = [outer], set[int]()
    while pending:
        inside = pending.pop()
        if inside is None or inside is region:
            return True
        if id(inside) not in seen:  # a function may call itself
            seen.add(id(inside))
            pending += [one.summary.region for one in inside.handings.values()]
    return False


def _given_back(summary: Summary) -> Value:
    """What such a function returns, as its caller sees it."""
    region, name = summary.region, summary.function.name
    if region is None or len(region.returns) != 1:
        return Unknown(f"what `{name}` gives")
    value, node = region.returns[0]
    returned = node.value if isinstance(node, cst.Return) else node
    if not isinstance(returned, cst.Tuple):
        return _seen_outside(value, name)
    items = [_held(region, element.value) for element in returned.elements]
    return Sequence(tuple(_seen_outside(item, name) for item in items), tuple)


def _held(region: Region, node: cst.BaseExpression) -> Value:
    """What a variable holds, or a list of such that is written out."""
    if isinstance(node, cst.Name):
        return region.scope.values.get(node.value, Unknown(""))
    if isinstance(node, cst.Call):
        call = region.training.get(id(node))
        if call is not None and call.name.startswith("predict"):
            return Unknown(PREDICTED)
        if _makes_array(region, node):
            return Static(Expr(one_line(region.tree.source(node)), strength=POSTFIX, array=True))
    if not isinstance(node, (cst.List, cst.Tuple)):
        return Unknown("")
    items = tuple(_held(region, element.value) for element in node.elements)
    return Sequence(items, list if isinstance(node, cst.List) else tuple)


#: Functions of NumPy that give arrays.
_MAKING = (
    "arange", "array", "asarray", "concatenate", "empty", "full", "hstack", "linspace", "ones",
    "ones_like", "stack", "vstack", "zeros", "zeros_like",
)  # fmt: skip
_OF_NUMPY = regex(r"^[ \t]*from numpy import ([\w, ]+)", re.M)


def _makes_array(region: Region, node: cst.Call) -> bool:
    """Whether a call is of a function of NumPy that gives an array: `np.zeros((n, 1))`."""
    library, _, name = region.tree.source(node.func).rpartition(".")
    if name not in _MAKING:
        return False
    imported = {n for found in _OF_NUMPY.findall(region.tree.blanked) for n in found.split(", ")}
    return library in ("np", "numpy") or (not library and name in imported)


def _seen_outside(value: Value, name: str) -> Value:
    if isinstance(value, Sequence) and value.static is None:
        return replace(value, items=tuple(_seen_outside(item, name) for item in value.items))
    if isinstance(value, Model) and value.copy_of is not None:  # it is loaded from a file, say
        return replace(value, source=None, copy_of=value.copy_of.source or value.copy_of)
    if isinstance(value, Model) and value.source is not None:
        return value.source
    if isinstance(value, Unknown) and value.reason == PREDICTED:
        return value
    if isinstance(value, Model) and value.region is not None:  # it is made there
        return PerhapsModel(f"what `{name}` gives", models=(root(value),))
    if isinstance(value, Static) and not value.expr.known:
        return Static(Expr(value.expr.text, array=value.expr.array))  # whatever it was made of
    return Unknown(f"what `{name}` gives")
