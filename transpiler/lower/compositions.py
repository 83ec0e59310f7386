"""Of which other models a model is made, and what of it is trained where some of these are not.

discriminator.trainable = False                   the optimizer of `gan` gets what the
gan = Model(z, discriminator(generator(z)))       generator has
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transpiler.interpret.layers.freezing import FROZEN_OPEN, WEIGHTLESS
from transpiler.interpret.models.dry_runs import open_among
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall, given_by_function, root
from transpiler.interpret.values import Model
from transpiler.ir.code import Construct, Line, Node, Return
from transpiler.ir.expr import Expr, Module
from transpiler.ir.tensor import Unsupported
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import record, replace
from transpiler.regex import regex

#: A layer of torch that a function of ours initializes.
WRAPPED = regex(r"^(?:\w+\()+(?=nn\.)")

#: How a layer without gradients ends, and one begins that has no weights.
_STILL = ".requires_grad_(False)"
#: What else goes by what is frozen, besides the statistics of batches.
_BESIDES = regex(r"(?i)regulariz|constraint")
NOTHING_TO_LEARN = (*WEIGHTLESS, "nn.MaxPool", "nn.AvgPool", "nn.Upsample", "nn.ZeroPad")


def _is_weightless(made: str) -> bool:
    """Whether a layer has no parameters, as it is made."""
    return made.startswith(NOTHING_TO_LEARN) or ("BatchNorm" in made and "affine=False" in made)


@record(frozen=True, slots=True)
class Still:
    """A part that is not trained: it normalizes as in inference."""

    token: str
    norms: tuple[str, ...]  #: torch's classes for that; () where all of it is as in inference
    told: bool = False  #: whether its layers tell themselves, by their gradients


@record(frozen=True, slots=True)
class Subset:
    """A model of which some parts are not trained."""

    parameters: Expr | None = None  #: those of the other parts, where they are told apart
    still: tuple[Still, ...] = ()  #: the parts that are not trained and normalize batches

    def within(self, token: str) -> Iterator[Still]:
        """The parts that are not trained, where the model is a part itself."""
        return (replace(one, token=f"{token}.{one.token}") for one in self.still)


class Compositions:
    """The models of a file, and of which other models they are made."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.homes = {id(b.model): (region, b) for region in regions for b in region.built}
        #: layers, by their ids, that the program freezes or not after their models are made
        self.in_turn: frozenset[int] = frozenset()

    def home(self, model: Model) -> tuple[Region, Built] | None:
        """Where a model is built, or the one that a function gives."""
        made = root(model)
        if (found := given_by_function(made) or self.homes.get(id(made))) is not None:
            return found
        region = made.region  # maybe of another file
        built = region.built if region is not None else []
        mine = next((one for one in built if one.model is made), None)
        return None if region is None or mine is None else (region, mine)

    def forward(self, model: Model) -> list[Node]:
        """What a model computes."""
        found = self.home(model)
        return prune(found[1].forward, frozenset(), effects=False)[0] if found is not None else []

    def modules(self, model: Model) -> Iterator[Module]:
        """What a model is made of: layers and other models."""
        yield from modules_used(self.forward(model)).values()

    def nested(self, model: Model) -> Iterator[tuple[Module, Model]]:
        """The models that a model has as layers."""
        found = self.home(model)
        layers = found[0].model_layers if found is not None else {}
        for module in self.modules(model) if layers else ():
            if (part := layers.get(module.token)) is not None:
                yield module, root(part)

    def inner(self, region: Region, built: Built) -> Iterator[tuple[str, Region, Built]]:
        """The same where a model is built: their tokens, and where they are built themselves."""
        forward = prune(built.forward, frozenset(), effects=False)[0]
        for module in modules_used(forward).values():
            part = region.model_layers.get(module.token)
            home = self.home(part) if part is not None else None
            if home is not None:
                yield module.token, *home

    def parts(self, model: Model) -> frozenset[int]:
        """The model itself and all that it is made of."""
        inner = (self.parts(part) for _, part in self.nested(model))
        return frozenset({id(root(model))}).union(*inner)

    def has_one_of(self, model: Model, built: Model) -> bool:
        """Whether some part of a model is what a function gives that builds another one."""
        origins = (root(part).origin for part in self.all_parts(model))
        return any(one is not None and root(one) is root(built) for one in origins)

    def all_parts(self, model: Model) -> Iterator[Model]:
        """A model, and those that it is made of."""
        yield model
        for _, part in self.nested(model):
            yield from self.all_parts(part)

    def repeated_norms(self, model: Model) -> Iterator[str]:
        """The parts of a model that normalize batches, and that it calls more than once."""
        nodes = [n for n in walk(self.forward(model)) if isinstance(n, (Line, Return))]
        texts = [n.text if isinstance(n, Line) else n.value.text for n in nodes]
        for module, part in self.nested(model):
            calls = sum(text.count(f"{module.token}(") for text in texts)
            if calls > 1 and self.normalizes(part):
                yield module.constructor.text

    def needs_gradients_alone(self, call: TrainingCall, and_norms: bool = False) -> bool:
        """Whether nothing but gradients goes by it that a model is frozen, or may be.

        `and_norms`: or what normalizes batches.
        """
        homes = (self.home(part) for part in self.all_parts(call.model))
        regions = [call.region, *(home[0] for home in homes if home is not None)]
        regions += [s.region for r in regions if r is not None for s in r.called]
        files = {id(r.file): r.file for r in regions if r is not None}
        texts = (file.tree.blanked for file in files.values())
        norms = not and_norms and self.normalizes(call.model)
        return not norms and not any(map(_BESIDES.search, texts))

    def normalizes(self, model: Model) -> bool:
        """Whether a model may normalize batches."""
        home = self.home(model)
        source = home[0].source if home is not None else ""  # blocks inside of it, too
        layers = list(self.layers(model))
        if any("BatchNorm" in text for text in (source, *layers)):
            return True
        if home is None or all(WRAPPED.sub("", text).startswith("nn.") for text in layers):
            return False
        return any("BatchNorm" in source for source in self.block_sources(model))

    def keeps_norms(self, model: Model) -> bool:
        """Whether some batch normalization of a model is made so that it is never trained."""
        nodes = (node for part in self.all_parts(model) for node in walk(self.forward(part)))
        texts = (
            n.text if isinstance(n, Line) else n.value.text
            for n in nodes
            if isinstance(n, (Line, Return))
        )
        return any("frozen_batch_norm(" in text for text in texts)

    def block_sources(self, model: Model) -> Iterator[str]:
        """The text of each function that makes a block of a model or of its parts."""
        homes = (self.home(part) for part in self.all_parts(model))
        summaries = (block for home in homes if home is not None for block in blocks_of(home[0]))
        yield from (block.region.source for block in summaries if block.region is not None)

    def live_parts(self, model: Model, frozen: frozenset[int]) -> Iterator[Model]:
        """A model and its parts, but for those that are not trained, and their parts."""
        if id(root(model)) not in frozen:
            yield model
            for _, part in self.nested(model):
                yield from self.live_parts(part, frozen)

    def learns(
        self, model: Model, frozen: frozenset[int], still: frozenset[str] = frozenset()
    ) -> bool:
        """Whether some weight of a model has gradients, as far as can be seen.

        `still` are the modules that have none, by their tokens.
        """
        if id(root(model)) in frozen:
            return False
        home = self.home(model)
        if home is None:
            return True
        inner = {module.token: part for module, part in self.nested(model)}
        made = {n.module.token: n.module for n in walk(home[1].init) if isinstance(n, Construct)}
        texts = [
            made.get(module.token, module).constructor.text
            for module in self.modules(model)
            if module.token not in inner and module.token not in still
        ]
        return not (texts or inner or still) or (
            any(not t.endswith(_STILL) and not _is_weightless(t) for t in texts)
            or any(self.learns(part, frozen, still) for part in inner.values())
        )

    def is_weightless(self, model: Model) -> bool:
        """Whether a model surely has no weights that anybody could train."""
        inner = {module.token: part for module, part in self.nested(model)}
        own = (m.constructor.text for m in self.modules(model) if m.token not in inner)
        parts = all(map(self.is_weightless, inner.values()))
        return self.home(model) is not None and all(map(_is_weightless, own)) and parts

    def share(self, one: Model, other: Model) -> bool:
        """Whether two models have layers in common, as one region builds both or has one given."""
        first, second = root(one), root(other)
        if first is not second and (self._runs(first, second) or self._runs(second, first)):
            return True
        if first is second or (
            first.node is not second.node and "instance" in (first.kind, second.kind)
        ):
            return False  # what calls of one function give has layers of its own
        mine, others = ({m.token: m for m in self.modules(m)} for m in (first, second))
        shared = [mine[token].constructor.text for token in mine.keys() & others.keys()]
        return any(not text.startswith(WEIGHTLESS) for text in shared)

    def has_all_of(self, one: Model, other: Model) -> bool:
        """Whether a model is made of another one, or of all its layers that have weights."""
        first, second = root(one), root(other)
        if first is not second and id(second) in self.parts(first):
            return True
        if first is second or "instance" in (first.kind, second.kind):
            return False  # what calls of one function give has layers of its own
        theirs, wanted = (
            {m.token for m in self.modules(each) if not m.constructor.text.startswith(WEIGHTLESS)}
            for each in (first, second)
        )
        return bool(wanted) and wanted <= theirs

    def _runs(self, one: Model, other: Model) -> bool:
        """Whether a model runs layers of another one, which a function has given.

        outputs = Dense(3)(base.layers[-2].output)
        """
        home, lender = self.home(one), self.home(other)
        if home is None or lender is None:
            return False
        lent = home[0].shared_modules
        return any(m.token in lent and lent[m.token][1] is lender[0] for m in self.modules(one))

    def _is_noisy(self, model: Model) -> bool:
        """Whether layers that are not frozen with it behave otherwise while it is trained."""
        texts = [n.text for n in walk(self.forward(model)) if isinstance(n, Line)]
        texts += [n.value.text for n in walk(self.forward(model)) if isinstance(n, Return)]
        return any("training" in text for text in texts) or any(
            "ropout" in module.constructor.text for module in self.modules(model)
        )

    def layers(self, model: Model) -> Iterator[str]:
        """How the layers of a model and of its parts are made."""
        models = {module.token for module, _ in self.nested(model)}
        for module in self.modules(model):
            if module.token not in models and not _is_emitted(module):
                yield module.constructor.text
        for _, part in self.nested(model):
            yield from self.layers(part)

    def _norms(self, text: str, model: Model) -> list[str]:
        """The weights with which a model normalizes batches."""
        layers = tuple(self.layers(model))
        bare = (WRAPPED.sub("", layer) for layer in layers)
        if any(not layer.startswith("nn.") and "BatchNorm" not in layer for layer in bare):
            raise Unsupported("batch normalization in blocks of what is not trainable otherwise")
        kinds = [f"nn.BatchNorm{n}d" for n in "123" if any(f"BatchNorm{n}d" in x for x in layers)]
        kind = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
        found = f"for layer in {text}.modules() if isinstance(layer, {kind})"
        return [f"(p {found} for p in layer.parameters())"] if kinds else []

    def subset(
        self,
        model: Model,
        frozen: frozenset[int],
        in_place: bool,
        norms: frozenset[int],
        holder: str = "",
    ) -> Subset | None:
        """What of a model is trained where some models are not; None where all of it is.

        Of those of `norms`, batch normalization is. Parts without a name here are the `holder`'s.
        """
        if not self.parts(model) & frozen:
            return None
        trained: list[str] = []
        still: list[Still] = []
        inner = {module.token: part for module, part in self.nested(model)}
        for module in self.modules(model):
            text, part = module.constructor.text, inner.get(module.token)
            text = f"{holder}.{module.token}" if holder and text.isidentifier() else text
            home = self.home(part) if part is not None and id(part) in frozen else None
            if home is not None and open_among(*home) is not None:
                raise Unsupported(FROZEN_OPEN)
            if part is None and not in_place and not text.startswith(WEIGHTLESS):
                raise Unsupported("layers of its own beside a model that is not trainable")
            if part is not None and id(part) in frozen & norms:
                inside = (text for _, one in self.nested(part) for text in self.layers(one))
                if any("BatchNorm" in text for text in inside):
                    raise Unsupported(
                        "batch normalization in a part of what is not trainable otherwise"
                    )
                trained += self._norms(text, part)
            elif part is not None and id(part) in frozen and module.still:
                continue
            elif part is not None and id(part) in frozen:
                noisy = any(map(self._is_noisy, self.all_parts(part)))
                still += _still(module.token, tuple(self.layers(part)), noisy)
            elif part is not None and self.parts(part) & frozen:
                if not in_place:
                    raise Unsupported("a part of a part of it is not trainable")
                deeper = self.subset(part, frozen, in_place, norms)
                still += deeper.within(module.token) if deeper is not None else ()
            elif part is not None:
                trained.append(f"{text}.parameters()")
        if in_place:
            return Subset(None, tuple(still))
        if not trained:
            raise Unsupported("none of its weights is trainable")
        text = trained[0] if len(trained) == 1 else f"[{', '.join(f'*{t}' for t in trained)}]"
        return Subset(Expr(text, strength=18), tuple(still))


def blocks_of(region: Region) -> list[Summary]:
    """The functions that a region calls to build its models, and those that they call."""
    found: dict[int, Summary] = {}
    pending = list(region.called)
    while pending:
        summary = pending.pop()
        if id(summary) not in found:
            found[id(summary)] = summary
            pending += summary.region.called if summary.region is not None else []
    return list(found.values())


def _is_emitted(module: Module) -> bool:
    """Whether its classes are torch's and emitted ones, of which none normalizes batches."""
    made = module.constructor
    classes = set(re.findall(r"(?<![\w.])[A-Z]\w*(?=\()", made.text))
    return bool(classes) and classes <= made.helpers and "BatchNorm" not in made.text


def _still(token: str, layers: tuple[str, ...], noisy: bool) -> Iterator[Still]:
    """What must be said of a part that is not trained, from how its layers are made."""
    bare = [WRAPPED.sub("", layer) for layer in layers]
    blocks = any(not layer.startswith("nn.") and "BatchNorm" not in layer for layer in bare)
    norms = [f"nn.BatchNorm{n}d" for n in "123" if any(f"BatchNorm{n}d" in x for x in layers)]
    if not norms and not blocks:
        return
    if blocks:  # nobody has looked into their classes
        norms = ["nn.BatchNorm1d", "nn.BatchNorm2d", "nn.BatchNorm3d"]
    yield Still(token, tuple(norms) if noisy or blocks else ())
