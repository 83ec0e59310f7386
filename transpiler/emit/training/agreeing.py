"""Texts that serve several models: what each of them would have there must be the same.

A function gets one model and then another; a variable holds one of several.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from transpiler.emit.training.lines import holds
from transpiler.emit.training.one_of_several import settle_picks
from transpiler.emit.training.shared import Trained
from transpiler.interpret.context import FileContext
from transpiler.interpret.training import TRAINING, TrainingCall
from transpiler.source.tree import Tree


def agree(found: list[Trained], file: FileContext) -> None:
    """A statement or function that trains several models has one text: it must serve them all."""
    _agree_on_calls(found, file.tree)
    settle_picks(found)
    _agree_on_functions(found, file)


def problems_of(found: Iterable[Trained | None]) -> dict[int, tuple[TrainingCall, str]]:
    """What is left of the models that functions give, by their calls of `compile` in there."""
    return {
        id(call): made.training.problem
        for made in found
        if made is not None and made.training.problem is not None
        for call in made.training.moved
    }


def refuse_lost(found: list[Trained], lost: list[list[TrainingCall]]) -> None:
    """Refuse calls that may be of another model, which is not trained here."""
    places = {place for calls in lost for c in calls for place in _places(c)}
    for made in found:
        calls = made.training.calls
        shared = next((c for c in calls if not places.isdisjoint(_places(c))), None)
        if shared is not None and not made.training.problem:
            reason = "it may be of another model, of which not all is known"
            made.training.problem = (shared, reason)


def _places(call: TrainingCall) -> list[tuple[int, int]]:
    """Where a call stands; the text of a function that gets the model is that of all its calls."""
    lent = call.model.source is not None and call.name in TRAINING
    return [(id(call.node), id(call.region)), *([(id(call.node), 0)] if lent else [])]


def _agree_on_calls(found: list[Trained], tree: Tree) -> None:
    """A call that may be of several models is written once."""
    for number, made in enumerate(found):
        mine = {_place(made, call) for call in made.training.calls}
        for other in found[number + 1 :]:
            shared = [call for call in other.training.calls if _place(other, call) in mine]
            if not shared:
                continue
            made.together.append(other)
            other.together.append(made)
            if made.training.problem or other.training.problem:
                continue
            if (unlike := _unlike(made, other, shared, tree)) is not None:
                if _keep_others(made, other):  # which is said where they may be given
                    unlike = next((c for c in shared if c.name == "compile"), unlike)
                for one in (made, other):
                    one.training.problem = (unlike, _difference(made, other, unlike))
                continue
            _leave_to(made, other, tree)


def _keep_others(made: Trained, other: Trained) -> bool:
    """Whether two models keep other metrics where they are compiled without any."""
    return (made.keeps or other.keeps) and made.kept != other.kept


def _difference(made: Trained, other: Trained, unlike: TrainingCall) -> str:
    """Why two models have not the same written for a call."""
    if _keep_others(made, other):
        names = [f"`{one.training.home.name}`" for one in (made, other)]
        return (
            "Keras 3 keeps the metrics that the model had, and those of what "
            f"{' and '.join(names)} give differ: say here which there are"
        )
    differ = _differing([made, other]) if unlike.name in (*TRAINING, "compile") else ""
    why = f", as their {differ} differ: write it once for each" if differ else ""
    return f"it may be of one of several models, which are trained differently{why}"


def _place(made: Trained, call: TrainingCall) -> tuple[int, int]:
    """Where a call is written: that of a function which builds a model, at the call of that."""
    moved = any(call is one for one in made.training.moved)
    return id(call.node), id(made.training.model.node if moved else call.region)


def _unlike(
    made: Trained, other: Trained, shared: list[TrainingCall], tree: Tree
) -> TrainingCall | None:
    """A call that may be of two models which have not the same written there, if there is one."""
    for call in shared:
        start, end = tree.span(call.statement if call.statement is not None else call.node)
        span = (tree.line_start(start), tree.line_end(max(end - 1, start)))
        if _within(made, span, tree) != _within(other, span, tree):
            return call
    mine = {(e.start, e.end): e.text for e in made.edits}
    alike = all(mine.get((e.start, e.end), e.text) == e.text for e in other.edits)
    return None if alike else shared[0]


def _leave_to(made: Trained, other: Trained, tree: Tree) -> None:
    """Take from one model what another has written already, but for functions that get each."""
    apart = [node for node, region in other.lent.items() if made.lent.get(node) is not region]
    mine = {(e.start, e.end) for e in made.edits}
    for node, edits in other.texts.items():
        if node not in apart:
            other.texts[node] = [e for e in edits if (e.start, e.end) not in mine]
    spans = [tree.span(node) for node in apart]
    before = {(tree.span(b.statement), b.call_end) for b in made.before}
    other.before = [
        b
        for b in other.before
        if (tree.span(b.statement), b.call_end) not in before
        or any(holds(span, tree.span(b.statement)) for span in spans)
    ]


def _agree_on_functions(found: list[Trained], file: FileContext) -> None:
    """A function that gets one model and then another, or their builders, has one text.

    Where only some have regularizers, all could be asked for them, if their layers carried them.
    """
    tree = file.tree
    for node in {id(n): n for made in found for n in made.lent}.values():
        sharing = [m for m in found if node in m.lent and not m.training.problem]
        for made in sharing:
            made.together += [other for other in found if node in other.rooms]
        by_call: dict[int, list[Trained]] = {}
        for made in sharing:
            by_call.setdefault(id(made.lent[node]), []).append(made)
        written = [written_in(models, node, tree) for models in by_call.values()]
        if any(one != written[0] for one in written):
            name = node.name.value if isinstance(node, cst.FunctionDef) else ""
            weights = [made.training.weights for made in sharing]
            file.wants_marks |= any(one.adds or one.constraints for one in weights)
            why = f"`{name}` trains models of several kinds{_apart(sharing)}"
            for made in sharing:
                made.training.problem = (made.training.calls[0], why)
        for made in [m for models in list(by_call.values())[1:] for m in models]:
            made.texts[node] = []
            span = tree.span(node)
            made.before = [b for b in made.before if not holds(span, tree.span(b.statement))]


def _apart(models: list[Trained]) -> str:
    """What `compile` gives one of them and not the others, as it is said."""
    differ = _differing(models)
    return f", as their {differ} differ: give each kind a function of its own" if differ else ""


def _differing(models: list[Trained]) -> str:
    """Which arguments of `compile` differ that decide what is written for them."""
    compiled = [c for m in models for c in m.training.calls if c.name == "compile"]
    names = dict.fromkeys(name for call in compiled for name in call.given)
    texts = {n: {c.given[n].text if n in c.given else "" for c in compiled} for n in names}
    return " and ".join(f"`{n}`" for n in ("loss", "metrics") if len(texts.get(n, ())) > 1)


def written_in(models: list[Trained], node: cst.CSTNode, tree: Tree) -> list[Any]:
    """All that the models of one call have written in the function that it gives them to."""
    span = tree.span(node)
    found = [_within(made, span, tree) for made in models]
    edits = [sorted((e.start, e.end, e.text) for m in models for e in m.texts[node])]
    return [*edits, *(sorted(one for f in found for one in f[part]) for part in (1, 2, 3))]


def _within(made: Trained, span: tuple[int, int], tree: Tree) -> list[Any]:
    """What one model has written in a part of the program."""
    ready = [one for ready in made.ready for one in ready.made]
    return [
        sorted((e.start, e.end, e.text) for e in made.edits if holds(span, (e.start, e.end))),
        sorted(
            (tree.span(b.statement), b.call_end, b.lines)
            for b in made.before
            if holds(span, tree.span(b.statement))
        ),
        sorted(item for item in made.inlined.items() if holds(span, item[0])),
        sorted((one.mark, one.lines) for one in ready if holds(span, tree.span(one.call.node))),
    ]
