"""Parts of models that the function of another file freezes which builds these.

def build():                                 def build():
    base = Sequential(...)                       base = Base()
    base.trainable = False                       base.requires_grad_(False)
    return Sequential([base, Dense(3)])          return Model(base)

That file's own conversion says so of the weights; here, frozen parts that normalize batches have to
be kept from it, and nothing may say anything else of what is trainable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transpiler.interpret.context import FileContext, Frozen
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall, given_by_function, root
from transpiler.interpret.values import Model
from transpiler.lower.compositions import Compositions

_SAYING = ("trainable", "freeze")
#: What may stand in a file whose weights are frozen where it says so.
_HARMLESS = ("trainable", "compile", "summary", "load_weights", "save_weights", "predict")


def why_unclear(file: FileContext, home: Region) -> str:
    """Why it isn't known here what the function of another file freezes; "" where it is."""
    if not says(home):
        return ""
    if any(_says_itself(region) for region in _regions(file)):
        return "freezes layers, and this file says of others what is trainable"
    calls = [call for region in _regions(home.file) for call in region.training.values()]
    if any(call.name not in _HARMLESS for call in calls):
        return "freezes layers in a file that trains something"
    said = [call for call in calls if call.name == "trainable"]
    alone = all(call.region is not None and _is_of_builder(call, call.region) for call in said)
    if not alone or any(map(says, _inner(home))):
        return "freezes layers"
    names = [call.name for call in home.training.values()]
    if "compile" in names[: len(names) - names[::-1].index("trainable")]:
        return "freezes layers of what it has compiled"
    return ""


def frozen_there(call: TrainingCall, of: Compositions) -> tuple[Frozen, ...]:
    """The models that are not trainable as functions of other files give them, and their parts."""
    found = given_by_function(root(call.model))
    if call.region is None:
        return ()
    if found is not None and found[0].file is not call.region.file:
        said = [one for one in found[0].training.values() if one.name == "trainable"]
        return tuple(Frozen(root(one.model)) for one in said)
    parts = {id(root(part)): root(part) for part in of.all_parts(call.model)}
    return tuple(Frozen(one) for one in parts.values() if _is_given_frozen(one, call.region.file))


def freezes_norms_there(call: TrainingCall, of: Compositions) -> bool:
    """Whether functions of other files freeze layers that normalize batches of what they give."""
    if call.region is None:
        return False
    for part in (call.model, *of.all_parts(call.model)):
        found = given_by_function(root(part))
        if found is not None and found[0].file is not call.region.file:
            said = [one for one in found[0].training.values() if one.name == "freeze"]
            if any(x.symbol.endswith("BatchNormalization") for one in said for x in one.layers):
                return True
    return False


def _is_given_frozen(part: Model, file: FileContext) -> bool:
    """Whether the function of another file surely freezes what it gives."""
    found = given_by_function(part)
    if found is None or found[0].file is file:
        return False
    said = [
        one
        for one in found[0].training.values()
        if one.name == "trainable" and root(one.model) is found[1].model
    ]
    return bool(said) and all(
        one.given["value"].text == "False" and not one.conditional for one in said
    )


def _is_of_builder(call: TrainingCall, region: Region) -> bool:
    """Whether a function surely freezes a model, which it makes to be a part of another one."""
    sure = not (call.in_loop or call.but_norms or call.problem)
    sure &= not call.conditional or Compositions([region]).needs_gradients_alone(call)
    made = root(call.model)
    mine = made.caller is region or any(built.model is made for built in region.built)
    return sure and mine and call.given["value"].text == "False" and not region.is_module


def says(region: Region) -> bool:
    """Whether a function, or one that it calls, says what is trainable."""
    return _says_itself(region) or any(map(says, _inner(region)))


def _says_itself(region: Region) -> bool:
    return any(call.name in _SAYING for call in region.training.values())


def _inner(region: Region) -> Iterator[Region]:
    """The functions that one calls."""
    regions = (run.summary.region for run in region.runs.values())
    yield from (one for one in regions if one is not None and one is not region)


def _regions(file: FileContext) -> Iterable[Region]:
    summaries = (summary.region for summary in file.summaries.values())
    found = {id(one): one for one in (file.module, *summaries) if one is not None}
    return [one for one in found.values() if one.file is file]
