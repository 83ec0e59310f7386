"""Ids that repeat in a batch: Keras 3 squares what each adds to the gradient of an embedding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transpiler.interpret.region import Region
from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import Module
from transpiler.ir.tensor import Unsupported
from transpiler.lower.optimizers import Optimizing
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex

#: The code of `__init__` of each class that has weights of a model, with what it is made from.
Programs = list[tuple[Region, list[Node]]]

_SUMMED = (
    "where ids repeat in a batch, Keras 3 squares the parts of an embedding's gradient one by one, "
    "torch and Keras 2 their sum"
)
_APART = (
    "where ids repeat in a batch, the parts of an embedding's gradient are squared one by one, as "
    "in Keras 3; torch and Keras 2 square their sum"
)
#: The loops and branches around a place by their ids, which `__init__` and `forward` share.
_Blocks = tuple[int, ...]

_LINEAR = (".SGD", ".Lion")  #: do not square gradients
#: How an embedding ends that is made without gradients, and what may give it some later.
_STILL, _TELLS = ".requires_grad_(False)", regex(r"\.trainable\s*=|setattr\(")


def seeing_ids(
    optimizing: Optimizing, keras: str, makers: Iterable[tuple[Region, list[Node]]]
) -> Optimizing:
    """Of a model that embeds ids: with what each of them adds, if the optimizer can take it so.

    That is how Keras 3 has it; where the generation is not told, this is said.
    """
    made, programs = optimizing.optimizer, list(makers)
    usual = not optimizing.clipping and optimizing.scaling is None
    if made.by_id is None or not usual or optimizing.accumulation is not None:
        return optimizing
    if not embeddings(programs) or not _is_each_used_once(programs):
        return optimizing
    found = replace(optimizing, optimizer=replace(made, constructor=made.by_id))
    said = f"{optimizing.use.symbol}: {_APART}" if keras == "auto" else ""
    return replace(found, assumed=found.assumed or said)


def summed_ids(optimizing: Optimizing, keras: str, exact: bool) -> list[str]:
    """What to say of an optimizer that trains embeddings, and squares the sums of their gradients.

    Where the numbers of Keras 3 are asked for, they can't be had.
    """
    linear = optimizing.use.rule.names[0].endswith(_LINEAR) or optimizing.accumulation is not None
    if keras == "2" or linear or "Sparse" in optimizing.optimizer.constructor.text:
        return []
    if exact and keras == "3":
        raise Unsupported(f"{optimizing.use.symbol}: {_SUMMED}")
    return [_SUMMED]


def embeddings(makers: Iterable[tuple[Region, list[Node]]]) -> list[Module]:
    """The embeddings that may be trained, whose gradients have parts for the ids of a batch."""
    found: list[Module] = []
    for region, init in makers:
        made = [node.module for node in walk(init) if isinstance(node, Construct)]
        every = [module for module in made if "nn.Embedding(" in module.constructor.text]
        told = _TELLS.search(region.file.tree.blanked) is not None
        found += [one for one in every if told or not one.constructor.text.endswith(_STILL)]
    return found


def _is_each_used_once(programs: Programs) -> bool:
    """Whether no embedding is called twice for a batch: torch adds up what several uses give it.

    Of each class those modules count that are embeddings, or may have some: instances of classes,
    and models that are held under a name, which one holds alone.
    """
    held: list[str] = []
    for region, init in programs:
        graphs = [built.forward for built in region.built] or [region.forward]
        for module, blocks in _made(init):
            made = module.constructor.text
            if made.startswith("nn.") and "nn.Embedding(" not in made:
                continue
            held += [made] * made.replace(".", "").isidentifier()
            uses = [list(_uses(module, graph)) for graph in graphs]
            if any(use != [blocks] for use in uses if use):
                return False
    return len(held) == len(set(held))


def _made(init: list[Node], around: _Blocks = ()) -> Iterator[tuple[Module, _Blocks]]:
    """The modules that are made, with the loops and branches around each."""
    for node in init:
        if isinstance(node, Construct):
            yield node.module, around
        elif isinstance(node, (If, For, While)):
            yield from _made(_inside(node), (*around, node.id))


def _uses(module: Module, graph: list[Node], around: _Blocks = ()) -> Iterator[_Blocks]:
    """The loops and branches around each use of a module."""
    for node in graph:
        yield from [around] * _text(node).count(module.token)
        if isinstance(node, (If, For, While)):
            yield from _uses(module, _inside(node), (*around, node.id))


def _inside(block: If | For | While) -> list[Node]:
    return [*block.body, *(block.orelse if isinstance(block, If) else ())]


def _text(node: Node) -> str:
    """What a statement of `forward` itself says, without the block that it may have."""
    match node:
        case Line(text=text):
            return text
        case Return(value=read) | For(iterable=read) | While(test=read) | If(test=read):
            return read.text
    return ""
