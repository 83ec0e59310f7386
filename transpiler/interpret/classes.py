"""Classes of the user's."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.class_bodies import run_body
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.functions.clips import clip_of
from transpiler.interpret.functions.closures import joined
from transpiler.interpret.functions.generators import iterator_of
from transpiler.interpret.functions.handed import ASKED
from transpiler.interpret.functions.kept_functions import keep_functions
from transpiler.interpret.functions.loss_parameters import keep_losses
from transpiler.interpret.functions.own_penalties import BASES
from transpiler.interpret.heirs import inherited_methods, invite_base
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import UNDONE, one_line, rewritten, verbatim
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    OF_OBJECT,
    Framework,
    Function,
    Instance,
    Model,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import blanked, words_in
from transpiler.source.modules import only_compiles

_MODELS = frozenset(
    {"keras.Model", "keras.Sequential", "keras.Layer", "tf.Module", "keras.layers.Layer"}
)


@provides("define_class")
def define_class(region: Region, node: cst.ClassDef) -> None:
    """`class X(...)`: its methods become known."""
    bases: list[str] = []
    inherited: list[UserClass] = []
    for argument in node.bases:
        try:
            value = evaluate(region, argument.value)
        except GiveUp:
            continue
        if isinstance(value, Framework):
            bases.append(value.name)
        elif isinstance(value, UserClass):
            bases += value.bases
            inherited.append(value)
    made = UserClass(node.name.value, node, tuple(bases), bool(inherited), region.file)
    if len(node.bases) == 1 and inherited and inherited[0].file is region.file:
        made.parent = inherited[0]
    elif len(node.bases) == 1 and inherited and not bases:
        made.base_elsewhere = inherited[0]
        invite_base(region, inherited[0])
    region.scope.bump(made.name)
    region.scope.values[made.name] = made
    methods = {} if bases else inherited_methods(region, made)
    closure = (
        region.scope.values if region.is_module else {**region.scope.outer, **region.scope.values}
    )
    for statement in node.body.body:
        if isinstance(statement, cst.FunctionDef):
            marks = {d.decorator.value for d in statement.decorators if _is_name(d.decorator)}
            owner = "" if "staticmethod" in marks else made.name
            method = Function(
                statement.name.value, statement, closure, owner, made.name, region.file
            )
            method.of_class = "classmethod" in marks
            methods[method.name] = joined(region.file, method)
    region.file.class_methods[made.name] = methods
    region.file.user_classes.append(made)
    initializer = methods.get("__init__")
    if "keras.Model" in bases and initializer is not None and _is_functional(region, initializer):
        initializer.functional = True
        made.functional = initializer
        region.local_functions.append(initializer)
        return
    framework = [b for b in bases if b in _MODELS or b.startswith("keras.")]
    made.is_torch = _is_torchs(region, node)
    if not framework and not made.is_torch:
        region.local_functions += list(methods.values())
        if region.is_module:
            made.attributes = run_body(region, made)


def _is_torchs(region: Region, node: cst.ClassDef) -> bool:
    """Whether it is PyTorch already, by its bases."""
    bases = (region.tree.source(argument.value) for argument in node.bases)
    return any(base in ("nn.Module", "torch.nn.Module") for base in bases)


def _is_name(node: cst.BaseExpression) -> TypeGuard[cst.Name]:
    return isinstance(node, cst.Name)


CALLBACK = "keras.callbacks.Callback"
_PLAIN = frozenset(
    {
        CALLBACK,
        "keras.losses.Loss",
        "keras.Loss",
        "keras.Metric",
        "keras.metrics.Metric",
        "keras.optimizers.schedules.LearningRateSchedule",
        *BASES,
        "keras.utils.Sequence",
        "keras.utils.PyDataset",
    }
)
_SUPER = regex(r"super\([^)]*\)\s*\.__init__\(")


def _is_functional(region: Region, initializer: Function) -> bool:
    """Whether `__init__` ends in `super().__init__(inputs=..., outputs=...)`."""
    text = region.tree.source(initializer.node)
    found = _SUPER.search(text)
    return (
        found is not None
        and re.search(r"\boutputs?\s*=|^\s*\w+\s*,\s*\w", text[found.end() :]) is not None
    )


@provides("call_class")
def call_class(
    region: Region, node: cst.Call, callee: UserClass, arguments: list[Argument]
) -> Value:
    """An instance of a class of the user's."""
    if callee.functional is not None:
        _refuse_lost_keywords(callee.functional, callee.name, arguments, node)
        return provided("call_function")(region, node, callee.functional, arguments)
    values = [value for _, value in arguments]
    base = callee.bases[0] if len(callee.bases) == 1 else ""
    whole = not callee.inherits or (base == CALLBACK and not callee.lineage[-1].inherits)
    plain = (base in _PLAIN or base.startswith("keras.metrics.")) and whole
    if callee.file is not region.file and (
        (_is_metric(base) and not only_compiles(region.tree.blanked))
        or (base == CALLBACK and asks_model(callee.file, callee))
    ):
        region.file.lent[id(callee.node)] = callee
    if (clip := clip_of(region, callee, arguments)) is not None:
        region.file.clips.setdefault(id(callee.node), set()).add(node)
        text = one_line(rewritten(region.tree, node, region.rewrites))
        names = [bound.names for bound in clip.args]
        return Static(Expr(text, clip, POSTFIX, names[0].union(*names[1:])))
    if plain and all(isinstance(value, Static) for value in values):
        return verbatim(region, node, *values, value=callee)
    if plain and (made := _with_data(region, node, callee, values)) is not None:
        return made
    if callee.bases:
        what = "which inherits from another class" if callee.inherits else "a class"
        return Unknown(f"{OF_OBJECT}`{callee.name}`, {what} of the program's own")
    if holds_values(region.file, callee) and all(isinstance(value, Static) for value in values):
        return verbatim(region, node, *values)
    if any(map(holds_tensor, values)):
        raise GiveUp(f"`{callee.name}` gets a tensor, and what it does with it is not known", node)
    if (batches := iterator_of(callee)) is not None:
        if (made := _with_data(region, node, callee, values)) is not None:
            return Static(replace(made.expr, value=batches))
    keep_functions(region, node, callee, arguments)
    keep_losses(region, node, callee, arguments)
    provided("keep_objects")(region, node, callee, arguments)
    models = [value for value in values if isinstance(value, Model)]
    followed: Any = provided("keep_given")(region, node, callee, arguments) if models else False
    models = [] if followed else models
    for model in models:
        home: FileContext = callee.file or region.file
        if ASKED.search(blanked(home.tree.source(callee.node))):
            region.left_calls.append((node, callee.name, model))  # its methods ask one of Keras
            if home is not region.file:
                region.file.lent[id(callee.node)] = callee
                _invite_builder(region, model)
    provided("construct")(region, node, callee)
    plain = all(isinstance(value, Static) for value in values)
    return Instance(f"{OF_OBJECT}`{callee.name}`", None, callee, plain=plain)


def _invite_builder(region: Region, model: Model) -> None:
    """Note that what builds and compiles a model in another file comes here with what trains it."""
    summary = root(model).summary
    built = summary.function if summary is not None else None
    if built is None or built.file in (None, region.file):
        return
    if not built.owner:
        region.file.lent[id(built.node)] = built
    for made in built.file.user_classes:
        if made.name == built.owner:
            region.file.lent[id(made.node)] = made


#: What a callback asks of the model that is trained, beside whether to stop.
_OF_MODEL = regex(r"\bself\.(?:model\b(?!\.stop_training\b)|params\b)")


def _is_metric(base: str) -> bool:
    return base.startswith(("keras.metrics.", "keras.Metric"))


def asks_model(home: FileContext | None, made: UserClass) -> bool:
    """Whether methods of a callback of another file have to be written for the model.

    So have those of classes that are derived from each other: one of them may ask for it.
    """
    if home is None:
        return False
    if made.parent is not None or any(one.parent is made for one in home.user_classes):
        return True
    return _OF_MODEL.search(blanked(home.tree.code(made.node))) is not None


#: What makes an object more than a holder of values: it is run through, or entered.
_MORE = regex(
    r"\b(?:yield|def __(?:iter|next|getitem|enter)__)\b"
    r"|(?:\breturn|=)\s*\(\s*\((?:[^()]|\([^()]*\))*\)\s*for\b"
)


@provides("holds_values")
def holds_values(file: FileContext, made: UserClass) -> bool:
    """Whether a class has nothing to do with Keras: `cfg = Config()`, `Loader(path).load()`."""
    home: FileContext = made.file or file
    source = blanked(home.tree.source(made.node))
    if _MORE.search(source) or ASKED.search(source):
        return False
    above = {id(one.node) for one in made.lineage[1:] if holds_values(file, one)}
    held = [home.globals.get(word) for word in words_in(source) - {made.name}]
    held = [v for v in held if not isinstance(v, UserClass) or id(v.node) not in above]
    functions = home.class_methods.get(made.name, {}).values()
    uses: Any = provided("mentions_framework")
    return not any(uses(home, function) for function in functions) and not any(
        isinstance(value, (Framework, Function, UserClass))
        or (value is not None and is_graph(value))
        for value in held
    )


_ASKS_MODELS = regex(r"\.(?:predict|evaluate|fit|train_on_batch|test_on_batch)\w*\(")


def _with_data(
    region: Region, node: cst.Call, callee: UserClass, values: list[Value]
) -> Static | None:
    """An instance that gets arrays and the like, of which nothing is known but their names."""
    text = region.tree.source(node)
    names = region.tree.names(node)
    if any(map(is_graph, values)) or _ASKS_MODELS.search(text):
        return None
    if any(isinstance(v, Unknown) and v.reason == UNDONE for v in values):
        return None
    if any(isinstance(region.scope.values.get(name), Framework) for name in names):
        return None
    read = frozenset[Any]().union(*(region.scope.read(name).names for name in names))
    written = one_line(rewritten(region.tree, node, region.rewrites))
    return Static(Expr(written, callee, POSTFIX, read))


def _refuse_lost_keywords(
    initializer: Function, name: str, arguments: list[Argument], node: cst.CSTNode
) -> None:
    """What a call gives to `keras.Model` through `**kwargs`, the class does not take any more."""
    assert isinstance(initializer.node, cst.FunctionDef)
    parameters = initializer.node.params
    if parameters.star_kwarg is None:
        return
    named = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    lost = next((k for k, _ in arguments if k is not None and k not in named), None)
    if lost is not None:
        raise GiveUp(f"`{name}` takes no {lost} any more, which went to keras.Model", node)
