"""Where Keras computes what nobody else would: what is said of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Mapping, Model, Sequence, Static
from transpiler.ir.code import Construct, Node
from transpiler.ir.expr import Module, expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.binding import Use
from transpiler.lower.compositions import WRAPPED
from transpiler.lower.heads import Output
from transpiler.lower.optimizers import Optimizing
from transpiler.lower.repeated_ids import embeddings, summed_ids
from transpiler.passes.liveness import walk
from transpiler.regex import regex
from transpiler.source.made_where_given import is_made_where_given
from transpiler.source.occurrences import Positions
from transpiler.source.run_again import called_as, runs_again
from transpiler.source.syntax import all_in, program_tree

_CLIPPED_IDS = (
    "where ids repeat in a batch, Keras clips the parts of an embedding's gradient before it adds "
    "them up, torch their sum"
)
#: Modules that keep weights in one tensor which are several in Keras, or the other way around.
_PACKED = ("nn.MultiheadAttention(", "nn.GRU(", "nn.GRUCell(")
_CLIPPED_PACKS = (
    "torch keeps the projections of attention in one tensor, the biases of a GRU in two: they are "
    "clipped by other norms than in Keras"
)
_OLDER_NADAM = (
    "newer Keras 2 lets its momentum grow several times in a step, once for some of the weights, "
    "when it trains in a graph; here it does so once"
)
_UNSEEN_IDS = (
    "tf.keras before 2.11, whose optimizers are the legacy ones now, leaves the rows of an "
    "embedding as they are whose ids a batch does not have; here momentum moves them on"
)
_MOVING = (".Adadelta", ".Adamax", ".Nadam", ".Ftrl")  #: rows without a gradient, too
_BY_PLACE = (
    "each output gets the weight of its name, as in Keras 2; Keras 3 takes the weights in the "
    "alphabetical order of their names where losses are a list"
)


#: What programs say that are older than Keras 2, and where optimizers began without a rate.
_OF_FIRST = regex(r"\b(?:nb_epoch|samples_per_epoch|nb_val_samples)\s*=")
_FIRST_RATES = {".Adadelta": "1.0", ".Adagrad": "0.01", ".Adamax": "0.002", ".Nadam": "0.002"}
_FIRST = (
    "without a rate it began with {}, as long as Keras was no part of TensorFlow; with 0.001 now"
)


def notes_of_optimizer(
    optimizing: Optimizing,
    keras: str,
    makers: Iterable[tuple[Region, list[Node]]],
    text: str,
    exact: bool,
) -> tuple[str, ...]:
    """What is said of an optimizer, from the programs that make the layers which it trains.

    And from the text of the program.
    """
    made = [n.module for _, init in makers for n in walk(init) if isinstance(n, Construct)]
    if optimizing.optimizer.by_weight and (kept := next(filter(_is_rearranged, made), None)):
        name = kept.constructor.text.partition("(")[0]
        raise Unsupported(f"{optimizing.use.symbol}: {name} keeps its weights in other tensors")
    embeds = bool(embeddings(makers))
    packed = any(_bare(module).startswith(_PACKED) for module in made)
    older, name = keras == "2", optimizing.use.rule.names[0]
    first = next((rate for end, rate in _FIRST_RATES.items() if name.endswith(end)), "")
    found = [_OLDER_NADAM] * (older and name.endswith(".Nadam") and not optimizing.legacy)
    if first and "learning_rate" not in optimizing.use.arguments and _OF_FIRST.search(text):
        found.append(_FIRST.format(first))
    if embeds:
        found += summed_ids(optimizing, keras, exact)
        found += [_CLIPPED_IDS] * bool(optimizing.clipping)
        found += [_UNSEEN_IDS] * (older and _moves_unseen_rows(optimizing.use))
    if packed and any(name == "clipnorm" for name, _ in optimizing.clipping):
        found.append(_CLIPPED_PACKS)
    return (*optimizing.notes, *(f"{optimizing.use.symbol}: {note}" for note in found))


def _moves_unseen_rows(use: Use) -> bool:
    """Whether it moves weights whose gradient is zero."""
    momentum = use.arguments.get("momentum", expr(0))
    return use.rule.names[0].endswith(_MOVING) or not momentum.is_const(0, 0.0, None)


def _bare(module: Module) -> str:
    """What makes a module, without what its weights are started with or marked by."""
    return WRAPPED.sub("", module.constructor.text)


def _is_rearranged(module: Module) -> bool:
    """Whether torch keeps weights together that Keras keeps apart, or orders their axes anew."""
    made = _bare(module)
    own = bool(module.constructor.helpers) and not made.startswith("BiasedBatchNorm")
    recurrent = made.startswith(("nn.LSTM", "nn.RNN"))
    flat = module.hint.startswith("einsum") or "groups=" in made
    return own or recurrent or flat or made.startswith(_PACKED)


def weights_by_place(file: FileContext, given: dict[str, Given], outputs: list[Output]) -> str:
    """What to say of weights by names beside losses by places."""
    weights, losses = given.get("loss_weights"), given["loss"].value
    names = [output.name for output in outputs]
    swapped = sorted(names) != names and file.options.keras != "2"
    if weights is None or not isinstance(weights.value, Mapping) or not swapped:
        return ""
    return _BY_PLACE if isinstance(losses, Sequence) else ""


def weights_of_config(given: dict[str, Given], outputs: list[Output]) -> str:
    """What to say of weights of several losses that only the run knows, "" of others."""
    weights = given.get("loss_weights")
    value = weights.value if weights is not None else None
    if len(outputs) == 1 or not isinstance(value, Static) or value.expr.known:
        return ""
    kind = "dict" if isinstance(given["loss"].value, Mapping) else "list"
    return f"`{value.expr.text}` is read as a {kind} with a weight for each output"


_SHARED = (
    "the same metric objects are compiled with more than once: Keras goes on from their numbers in "
    "the first epoch of the next training, here each epoch begins anew"
)


def shared_metrics(file: FileContext, model: Model, call: TrainingCall, uses: Iterable[Use]) -> str:
    """What to say where another model, or another `compile`, has the same objects."""
    mine = (id(model), id(call))
    uses = [use for use in uses if use.place and not _is_made_then(file, call, use.place)]
    owners = [file.metric_owners.setdefault(use.place, mine) for use in uses if use.place]
    start, end = file.tree.span(call.node)
    inside = all(start <= use.place[0] < end for use in uses if use.place)
    once = any(use.place in file.single_metrics for use in uses)
    again = (call.in_loop and once) or any(owner != mine for owner in owners)
    again |= any(_is_made_before(file, call, use.place) for use in uses if use.place)
    return _SHARED if not inside and again else ""


def _is_made_before(file: FileContext, call: TrainingCall, place: tuple[int, int]) -> bool:
    """Whether a metric is made outside of the function of a `compile` that runs more than once."""
    function = call.region.function if call.region is not None else None
    name = getattr(getattr(function, "name", None), "value", "")
    if function is None or call.region is None or call.region.file is not file or not name:
        return False
    start, end = file.tree.span(function)
    name = called_as(file.tree.text, name, start)
    return not start <= place[0] < end and runs_again(file.tree.text, name, file.path)


def _is_made_then(file: FileContext, call: TrainingCall, place: tuple[int, int]) -> bool:
    """Whether a `compile` itself calls the function that makes a metric: `metrics=make()`."""
    given = (
        call.given[name].text for name in ("metrics", "weighted_metrics") if name in call.given
    )
    called = {name.rpartition(".")[2] for text in given for name in _CALLED.findall(text)}
    module, positions = program_tree(file.tree.text), Positions(file.tree.text)
    for node in all_in(module) if called and module is not None else ():
        if isinstance(node, ast.FunctionDef) and node.name in called:
            start, end = positions.span(node)
            if start <= place[0] < end:
                return True
    return False


_CALLED = regex(r"([\w.]+)\(")


def shared_object(file: FileContext, call: TrainingCall, name: str) -> str:
    """The same of an object of the program's own, which has a name, or is made by that expression.

    Or a list that has it.
    """
    given = [call.given[k].text for k in ("metrics", "weighted_metrics") if k in call.given]
    held = next((text for text in (name, *given) if text.isidentifier()), "")
    made = re.search(rf"^{held}\s*(?::[^=\n]*)?=(?!=)", file.tree.blanked, re.M) if held else None
    arguments = file.tree.source(call.node).partition("(")[2]
    if not held and not is_made_where_given(file.tree.text, arguments, name):
        made = re.search(re.escape(name), file.tree.text)
    if made is None:
        return ""
    mine = (id(call.model), id(call))
    owner = file.metric_owners.setdefault(made.span(), mine)
    again = call.in_loop or owner != mine or _is_made_before(file, call, made.span())
    return _SHARED if again else ""
