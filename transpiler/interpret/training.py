"""Calls that compile, train or ask a model, as the interpreter meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any

import libcst as cst

from transpiler.interpret.assumed_data import assume_data
from transpiler.interpret.compiled_values import compiled_value, keep_optimizer, unpacked_setting
from transpiler.interpret.context import Frozen, Shape
from transpiler.interpret.dict_arguments import with_keys
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.predicted import PREDICTED, predicted_pair
from transpiler.interpret.region import Built, Region
from transpiler.interpret.stale import acting, grown_since, why_changed
from transpiler.interpret.statics import one_line, rewritten
from transpiler.interpret.summary import Summary
from transpiler.interpret.target_sizes import Sized, sized, sized_to_validate
from transpiler.interpret.unpacked import is_stale
from transpiler.interpret.values import (
    OF_OBJECT,
    Choice,
    Framework,
    Layer,
    Mapping,
    Model,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir.expr import Configured, Expr, expr
from transpiler.record import record
from transpiler.regex import regex

#: The parameters of each method that has a translation, in the order of Keras 3.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "compile": (
        "optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly",
        "steps_per_execution", "jit_compile", "auto_scale_loss", "sample_weight_mode",
        "experimental_run_tf_function",
    ),
    "fit": (
        "x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split",
        "validation_data", "shuffle", "class_weight", "sample_weight", "initial_epoch",
        "steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq",
    ),
    "evaluate": (
        "x", "y", "batch_size", "verbose", "sample_weight", "steps", "callbacks", "return_dict",
    ),
    "predict": ("x", "batch_size", "verbose", "steps", "callbacks"),
    "predict_classes": ("x", "batch_size", "verbose"),
    "train_on_batch": (
        "x", "y", "sample_weight", "class_weight", "return_dict", "reset_metrics",
    ),
    "test_on_batch": ("x", "y", "sample_weight", "return_dict", "reset_metrics"),
    "predict_on_batch": ("x",),
    "summary": ("line_length", "positions", "print_fn", "expand_nested", "show_trainable",
                "layer_range"),
    "save": ("filepath", "overwrite", "zipped", "include_optimizer", "save_format"),
    "save_weights": ("filepath", "overwrite", "save_format"),
    "load_weights": ("filepath", "skip_mismatch"),
    "get_weights": (),
    "set_weights": ("weights",),
    "count_params": (),
    "reset_states": (),
    "reset_metrics": (),
    "layer.get_weights": (),
    "layer.set_weights": ("weights",),
    "layer.reset_states": (),
    "layer.numpy": (),
    "layer.weight": (),
    "layer.assign": ("value",),
    "layer.adapt": ("data", "batch_size", "steps"),
}  # fmt: skip

#: Of these, the methods of one weight of a layer.
OF_WEIGHTS = frozenset({"layer.numpy", "layer.assign"})

#: Methods of Keras 2 that `fit` and `evaluate` have taken over: those, and their parameters.
OLDER: dict[str, tuple[str, tuple[str, ...]]] = {
    "fit_generator": ("fit", (
        "generator", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data",
        "validation_steps", "validation_freq", "class_weight", "max_queue_size", "workers",
        "use_multiprocessing", "shuffle", "initial_epoch",
    )),
    "evaluate_generator": ("evaluate", (
        "generator", "steps", "callbacks", "max_queue_size", "workers", "use_multiprocessing",
        "verbose",
    )),
    "predict_generator": ("predict", (
        "generator", "steps", "callbacks", "max_queue_size", "workers", "use_multiprocessing",
        "verbose",
    )),
    "predict_proba": ("predict", ("x", "batch_size", "verbose")),
}  # fmt: skip
#: How Keras 1 began: it counted samples, where Keras 2 counts batches.
_FIRST = {
    "fit_generator": (
        "generator", "samples_per_epoch", "epochs", "verbose", "callbacks", "validation_data",
        "nb_val_samples", "class_weight",
    ),
    "evaluate_generator": ("generator", "val_samples"),
    "predict_generator": ("generator", "val_samples"),
}  # fmt: skip
_SAMPLES = {
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
}
_OF_FIRST = regex(r"\b(?:nb_epoch|samples_per_epoch|nb_val_samples|val_samples|nb_worker)\s*=")
#: Their arguments without effect on the numbers.
_SPEED = ("max_queue_size", "workers", "use_multiprocessing")
_IN_BATCHES = ("fit", "evaluate", "predict")  #: which take them, in Keras 2
#: Keras 1's spellings.
_OLD_ARGUMENTS = {
    "nb_epoch": "epochs",
    "max_q_size": "max_queue_size",
    "nb_worker": "workers",
    "pickle_safe": "use_multiprocessing",
}

#: What `fit` takes where it is given nothing.
_DEFAULTS = {
    "batch_size": "32", "epochs": "1", "verbose": "1", "shuffle": "True", "initial_epoch": "0",
}  # fmt: skip

#: Calls that need what `compile` says.
TRAINING = frozenset({"fit", "evaluate", "train_on_batch", "test_on_batch"})

#: Of these, those that change the weights.
STEPS = frozenset({"fit", "train_on_batch"})

CALLED = "called"  #: what a call of a model itself is named


@record(frozen=True, slots=True)
class Given:
    """An argument of a call: its value, and how the program writes it."""

    value: Value
    text: str
    versions: tuple[tuple[str, int], ...] = ()  #: which assignments of the names it reads
    node: cst.BaseExpression | None = None

    @property
    def is_attribute(self) -> bool:
        """Whether it is an attribute of some object."""
        return isinstance(self.node, cst.Attribute)


@record(slots=True, eq=False)
class TrainingCall:
    """One call of a method of a model, or `model.trainable = ...`."""

    node: cst.Call | cst.Attribute | cst.Subscript | cst.Assign | cst.For | cst.ListComp
    name: str
    model: Model
    given: dict[str, Given]
    statement: cst.CSTNode | None
    compiled: TrainingCall | None  #: the `compile` in force
    conditional: bool = False  #: whether it runs under a condition
    in_loop: bool = False
    problem: str = ""
    assumed: list[str] = field(default_factory=list)  #: what is taken for granted of its arguments
    by_samples: bool = False  #: its steps count samples, not batches, as in Keras 1
    layer: Layer | None = None  #: the layer of the model that is asked
    variable: str = ""  #: what holds that layer, where it has a name of its own
    of: cst.BaseExpression | None = None  #: the model, where it is no method of that
    region: Region | None = None  #: where it stands
    layers: list[Layer] = field(default_factory=list)  #: which are trainable or not from then on
    contrary: list[Layer] = field(default_factory=list)  #: which of these are, if the others aren't
    pair: str = ""  #: what it unpacks, of which it is only taken for granted that it is a pair
    unpacked: set[str] = field(default_factory=set)  #: dicts of which no entry is read any more
    sized: Sized | None = None  #: the sizes of the targets, as far as they are known
    sized_to_validate: Sized | None = None
    #: those of the inputs in each argument that holds some: by their places or keys, "" where it is
    #: one array; what is not known is left out
    shapes: list[dict[int | str, Shape]] = field(default_factory=list)
    #: whether functions of the program show that it validates on arrays and weights
    validates_weighed: bool = False
    #: each `compile` that may be in force, where a function is called under several
    entered: list[TrainingCall] = field(default_factory=list)
    own: dict[int, Summary] = field(default_factory=dict)  #: losses and metrics of the program's
    looked_into: bool = False  #: of a `compile`: whether the model has trained since
    #: where the last call ends that needs this `compile`; None where it may stand anywhere
    until: int | None = None
    elsewhere: bool = False  #: whether some of these stand in other functions
    rounds: tuple[TrainingCall, ...] = ()  #: the same in earlier rounds of a loop, one by one
    frozen: tuple[Frozen, ...] = ()  #: the models that are not trainable when it is met
    #: where it may be of several models: the `compile` in force for each, by the model's id
    compiled_each: dict[int, TrainingCall] = field(default_factory=dict)
    later: list[tuple[Frozen, ...]] = field(default_factory=list)  #: and when it is met again
    selected: Any = None  #: what a loop over its layers takes, where that is known
    holder: str = ""  #: the variable of the model, where a layer of it is asked by its own
    but_norms: bool = False  #: of what freezes a model: batch normalization goes on training
    keeps_optimizer: bool = False  #: of a `compile`: whether it gets `model.optimizer`

    @property
    def sizes(self) -> Shape | None:
        """The sizes of the targets, those that are known; None: not even how many axes."""
        return self.sized.known() if self.sized is not None else None

    @property
    def receiver(self) -> cst.BaseExpression | None:
        """How the program writes the model that it is a call of."""
        if self.of is not None or self.holder:
            return self.of
        match self.node:
            case cst.Call(func=cst.Attribute(value=found)):
                return found
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(value=found))]):
                return found
        return None


def root(model: Model) -> Model:
    """The model that a function or method got, or that a file has the weights of."""
    while (behind := model.source or model.copy_of) is not None:
        model = behind
    return model


def options_of(model: Model) -> Iterator[Model]:
    """The models of which one is one, as they were made."""
    made = root(model)
    if not made.options:
        yield made
    for option in made.options:
        yield from options_of(option)


def may_be(one: Model, model: Model) -> bool:
    """Whether a model is one of those of which another one is one."""
    return any(
        option is model or (option.node is model.node and option.summary is model.summary)
        for option in options_of(one)
    )


def given_by_function(model: Model) -> tuple[Region, Built] | None:
    """Where the model is built that a function gives, among those of the function."""
    region = model.summary.region if model.summary is not None else None
    found = region.built if region is not None else []
    if model.origin is not None and model.origin.kind == "instance":
        return given_by_function(root(model.origin))  # the function got it from another one
    mine = [built for built in found if built.model is model.origin] or found
    return (region, mine[0]) if region is not None and len(mine) == 1 else None


def note_training(region: Region, node: cst.Call, model: Model, name: str) -> Value:
    """Note a call of a method of a model; what it gives."""
    older, order = OLDER.get(name, ("", SIGNATURES.get(name, ())))
    order = _FIRST[name] if name in _FIRST and _is_first(region, node) else order
    name = older or name
    call = TrainingCall(
        node,
        name,
        model,
        {},
        region.statement,
        model.compiled,
        conditional=bool(region.branches),
        in_loop=bool(region.loops),
        frozen=tuple(region.file.frozen.values()),
        region=region,
    )
    if model.compiled is None:
        options = {id(one): one.compiled for one in options_of(model) if one is not model}
        call.compiled_each = {key: found for key, found in options.items() if found is not None}
    bind_arguments(region, node, call, order)
    if "y" in call.given:
        call.sized = sized(region, call.given["y"].node)
    if "validation_data" in call.given:
        call.sized_to_validate = sized_to_validate(region, call.given["validation_data"].node)
    for what in ("x", "validation_data"):
        if what in call.given:
            shapes: Any = provided("shapes_of_inputs")(region, what, call.given[what])
            call.shapes += shapes
    if older:
        call.given = {"x" if k == "generator" else k: v for k, v in call.given.items()}
        call.by_samples = any(k in call.given for k in _SAMPLES)
        call.given = {_SAMPLES.get(k, k): v for k, v in call.given.items()}
        call.given.setdefault("verbose", Given(Static(expr(int(older == "fit"))), "0"))
    assume_data(region, name, call.given)
    former = region.training.get(id(node))
    if former is not None and region.unrolled:
        call.rounds = (*former.rounds, former)
        call.own |= former.own
    region.training[id(node)] = call
    for compiled in {id(c): c for c in (call.compiled, *call.compiled_each.values()) if c}.values():
        if name in _LOOKING:
            _check_lists(region, call, compiled)
            _note_use(region, call, compiled)
    if name == "compile":
        keep_optimizer(region, call)
        model.compiled = call
        for what in ("loss", "metrics", "weighted_metrics"):
            if what in call.given:
                own: Any = provided("own_losses")(region, model, call.given[what].value, call)
                call.own |= own
    return Unknown(PREDICTED if name.startswith("predict") else f"what `{name}` gives")


#: Calls before the first of which Keras has not looked into the lists that `compile` got.
_LOOKING = ("fit", "evaluate", "train_on_batch", "test_on_batch")
_EVALUATING = ("compile", "predict", *_LOOKING)
_LISTS = ("loss", "loss_weights", "metrics", "weighted_metrics")


def _check_lists(region: Region, call: TrainingCall, compiled: TrainingCall) -> None:
    """Refuse lists and dicts that change after `compile`: Keras reads them when it first trains."""
    if compiled.looked_into or compiled.region is None or compiled.region.tree is not region.tree:
        return
    compiled.looked_into = not call.conditional
    for name in _LISTS:
        given = compiled.given.get(name)
        if given is not None and isinstance(given.value, (Sequence, Mapping)):
            if found := grown_since(region, compiled.node, call.node, given.text):
                reason = f"`{found}` changes after `compile` has got it"
                compiled.problem = compiled.problem or reason


def _note_use(region: Region, call: TrainingCall, compiled: TrainingCall) -> None:
    """Note where a call stands that needs what `compile` says."""
    home = compiled.region
    compiled.elsewhere |= home is None or home.function is not region.function
    end = region.tree.span(call.node)[1]
    compiled.until = None if compiled.elsewhere else max(end, compiled.until or 0)


def note_saving(region: Region, node: cst.Call, model: Model) -> Value:
    """Note `save_model(model, path)`; what it gives."""
    call = TrainingCall(node, "save", model, {}, region.statement, model.compiled, region=region)
    call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
    bind_arguments(region, node, call, ("model", *SIGNATURES["save"]))
    call.of = call.given.pop("model").node
    region.training[id(node)] = call
    return Unknown("what `save_model` gives")


def _is_first(region: Region, node: cst.Call) -> bool:
    """Whether a call is written for Keras 1, as far as it, or else the file, tells."""
    names = {a.keyword.value for a in node.args if a.keyword is not None}
    newer = names & {*_SAMPLES.values(), "epochs"}
    return not newer and _OF_FIRST.search(region.tree.blanked) is not None


def bind_arguments(
    region: Region, node: cst.Call, call: TrainingCall, order: tuple[str, ...]
) -> None:
    """The arguments by the names of their parameters."""
    known = order
    if call.name == "compile" and _is_older(region, node):
        order = ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics")
    positions = iter(order)
    for argument in node.args:
        pair = predicted_pair(region, argument)
        value, settled = pair or _given_value(region, argument.value), ""
        if call.name == "compile" and not argument.star:
            lists = argument.keyword is not None and argument.keyword.value.endswith("metrics")
            value, settled = compiled_value(region, argument.value, value, call.assumed, lists)
        text = settled or one_line(rewritten(region.tree, argument.value, region.rewrites))
        if argument.star == "**" and isinstance(value, Static):
            kept: Value | None = provided("kept_dict")(region, value.expr)
            value = value if kept is None else kept
        if argument.star == "**" and not isinstance(value, Mapping):
            written = call.name == "compile"
            held = unpacked_setting(region, argument.value, written, call.assumed)
            value = value if held is None else held
        if argument.star == "**" and isinstance(value, Mapping):
            _unpack(region, call, argument.value, value)
            continue
        if argument.star == "*" and isinstance(value, Sequence) and value.static is not None:
            for place, item in enumerate(value.items):  # `*test`, a pair of arrays
                part = f"{text}[{place}]"
                given = Given(item, part, versions_of(region, part))
                call.given[next(positions, "at the end")] = given
            continue
        if argument is node.args[0] and _may_be_pair(argument, value, call, text):
            call.pair = text
            for place in range(2):
                part = f"{text}[{place}]"
                given = Given(Static(Expr(part)), part, versions_of(region, text))
                call.given[next(positions)] = given
            continue
        keyword = argument.keyword.value if argument.keyword is not None else next(positions, None)
        keyword = _OLD_ARGUMENTS.get(keyword or "", keyword)
        if argument.star or keyword is None:
            call.problem = "its arguments are not known one by one"
            continue
        call.given[keyword] = Given(value, text, versions_of(region, text), argument.value)
    for name, given in call.given.items():
        if isinstance(given.value, Static) and not _is_current(region, given.value.expr):
            call.problem = call.problem or f"what {name} was made of has changed since"
        else:
            call.problem = call.problem or why_changed(region, node, name, given.value)
        items = given.value.items if isinstance(given.value, Sequence) else ()
        choices = [item for item in items if isinstance(item, Choice)]
        if not all(region.scope.current(choice.test.expr) for choice in choices):
            call.problem = call.problem or f"a condition that {name} depends on has changed since"
    if call.name in _EVALUATING:
        texts = {name: (given.text, given.value) for name, given in call.given.items()}
        if name := acting(region, node, texts):
            call.problem = call.problem or f"{name} changes something when it is evaluated"
    for name in _SPEED if call.name in _IN_BATCHES else ():
        call.given.pop(name, None)
    unknown = [k for k in call.given if k not in known]
    if unknown:
        call.problem = call.problem or f"the argument {unknown[0]} is not known"


#: What can be unpacked once more: `train`, `self.train`, `folds[0]`.
_PLACE = regex(r"[\w.]+(?:\[[\w\"']+\])*")


def _may_be_pair(argument: cst.Arg, value: Value, call: TrainingCall, text: str) -> bool:
    """Whether a call unpacks what may be a pair of arrays: `fit(*train)`."""
    if argument.star != "*" or call.name not in ("fit", "evaluate"):
        return False
    plain = isinstance(value, (Static, Sequence)) and not is_graph(value)
    known = isinstance(value, Static) and value.expr.known
    named = _PLACE.fullmatch(text) is not None or isinstance(argument.value, cst.Call)
    return plain and not known and named


def _given_value(region: Region, node: cst.BaseExpression) -> Value:
    """What an argument is; `{name: "mse" for name in heads}` is read entry by entry.

    So is a pair of which the text alone shows what methods of an object give.
    """
    if isinstance(node, cst.DictComp):
        entries: Value | None = provided("entries_of")(region, node)
        if entries is not None:
            return entries
    value = evaluate(region, node)
    if type(value) is Unknown and OF_OBJECT in value.reason:
        parts = node.elements if isinstance(node, cst.Tuple) else ()
        items = tuple(evaluate(region, element.value) for element in parts)
        value = Sequence(items, tuple) if items else value
    return with_keys(region, value, node)


def _unpack(region: Region, call: TrainingCall, node: cst.BaseExpression, held: Mapping) -> None:
    """The entries of `**options`; what holds parts of the training goes, so they are written out.

    A parameter `**kwargs` lacks what some calls leave out: the defaults of Keras stand for that.
    """
    name = one_line(rewritten(region.tree, node, region.rewrites))
    written = call.name == "compile" or isinstance(node, cst.Dict) or _holds_parts(held)
    if written:
        call.unpacked.add(name)
    own = isinstance(node, cst.Name) and node.value in {region.keywords, *region.unseen}
    known = region.file.keywords.get(id(region.function), {}) if own else {}
    if own and not known and not _is_called(region):
        owner = next((n for n, m in region.file.class_methods.items() if m is region.methods), "")
        why = region.file.why_handed_on.get(f"{owner}.{region.name}", "")
        call.problem = why or f"what calls pass through `**{name}` is not known"
    for key, item in held.items.items():
        text = f'{name}["{key}"]'
        if known.get(str(key), False):
            default = _DEFAULTS.get(str(key))
            if call.name != "fit" or default is None:
                call.problem = f"the argument {key}, which some calls leave out"
            text = f'{name}.get("{key}", {default})'
        elif written and not own:
            text = _written(region, item)
            if is_stale(region, node, item):
                call.problem = f"what `{name}` has for {key} was made of what has changed since"
        call.given[str(key)] = Given(item, text, versions_of(region, text))


def _is_called(region: Region) -> bool:
    """Whether the file calls a function; who calls a method is not known."""
    called = re.compile(rf"(?<!def )(?<![\w.]){re.escape(region.name)}\(")
    return not region.methods and called.search(region.tree.blanked) is not None


def _holds_parts(held: Mapping) -> bool:
    """Whether an entry is an optimizer, a callback or the like, or a list of such."""
    items = [v.items if isinstance(v, Sequence) else (v,) for v in held.items.values()]
    kinds = (Configured, UserClass)
    return any(
        isinstance(v, Framework) or (isinstance(v, Static) and isinstance(v.expr.value, kinds))
        for group in items
        for v in group
    )


def _written(region: Region, value: Value) -> str:
    """The source of an entry; lists of parts of the training have none, and need none."""
    if isinstance(value, Static):
        return value.expr.text
    if not isinstance(value, (Sequence, Mapping)):
        return ""
    if value.static is not None and region.scope.current(value.static):
        return value.static.text
    if isinstance(value, Mapping):
        entries = {repr(key): _written(region, item) for key, item in value.items.items()}
        return f"{{{', '.join(f'{key}: {text}' for key, text in entries.items())}}}"
    items = [_written(region, item) for item in value.items]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _is_current(region: Region, made: Expr) -> bool:
    """Whether what an object is made of still has the value that it had then."""
    if not isinstance(made.value, Configured):
        return region.scope.current(made)
    parts = [*made.value.args, *(v for _, v in made.value.kwargs)]
    return all(_is_current(region, part) for part in parts)


def _is_older(region: Region, node: cst.Call) -> bool:
    """Whether the third argument is the list of metrics, as in Keras 2."""
    positional = [a for a in node.args if a.keyword is None and not a.star]
    if len(positional) < 3:
        return False
    return isinstance(positional[2].value, cst.List)


def versions_of(region: Region, text: str) -> tuple[tuple[str, int], ...]:
    """Which assignments of the names in some source are meant."""
    return tuple((name, region.scope.version(name)) for name in sorted(set(_NAME.findall(text))))


_NAME = regex(r"(?<![\w.])[A-Za-z_]\w*")
