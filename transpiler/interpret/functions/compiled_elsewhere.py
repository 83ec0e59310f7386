"""Models that a function of another file compiles: the `compile` as the caller would write it.

def build(units, rate=0.01):               model = build(8)
    model = Sequential(...)                model.compile(SGD(0.01), "mse")
    model.compile(SGD(rate), "mse")
    return model

It is put behind the call before a file is interpreted again, so that it is like any other. Where
the function gives one of several models, each has to be compiled alike.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.compile_callers import KERAS, Caller, Inserted, NotWritable
from transpiler.interpret.functions.compiled_ways import Way, ways_of
from transpiler.interpret.functions.told_before import changed_behind
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Handed
from transpiler.interpret.training import TRAINING, TrainingCall, options_of, root
from transpiler.interpret.values import Framework, Mapping, Model, Sequence, models_in
from transpiler.ir.expr import literal
from transpiler.source.suites import nodes_of
from transpiler.source.syntax import all_in


def with_lines(text: str, lines: list[Inserted]) -> str:
    """A text with lines in it."""
    found = text.split("\n")
    for inserted in (one for one in lines if one.joined):
        found[inserted.line - 1] += inserted.text
    for inserted in reversed(_in_order(lines)):
        found.insert(inserted.line, inserted.text)
    return "\n".join(found)


def calls_in(lines: list[Inserted]) -> tuple[str, ...]:
    """The calls of `compile` among such lines."""
    return tuple(one.text.strip() for one in lines if ".compile(" in one.text)


def line_before(lines: list[Inserted], line: int) -> int:
    """Which line a line of such a text was before; one that was put in is that above it."""
    return line - sum(one.line + number < line for number, one in enumerate(_in_order(lines)))


def _in_order(lines: list[Inserted]) -> list[Inserted]:
    return sorted((one for one in lines if not one.joined), key=lambda one: one.line)


def compile_lines(file: FileContext) -> list[Inserted]:
    """The lines that say of a file's models what functions of other files have compiled them with.

    Those of which it asks something that needs it, before it compiles them itself.
    """
    regions = {id(r): r for r in (file.module, *(s.region for s in file.summaries.values())) if r}
    last = [(region, call) for region in regions.values() for call in region.training.values()]
    calls = [(region, each) for region, call in last for each in (*call.rounds, call)]
    asked = [call for _, call in calls if call.name in TRAINING]
    compiles = [call for _, call in calls if call.name == "compile"]
    models = {id(root(call.model)): root(call.model) for call in asked}
    given: dict[tuple[int, str], list[Model]] = {}  # by their statements, and names there
    asking: dict[tuple[int, str], list[TrainingCall]] = {}
    for key, model in models.items():
        of_model = [
            (region, call)
            for region, call in calls
            if id(root(call.model)) == key or _is_made_by(root(call.model), model)
        ]
        if _is_compiled_first(file, of_model):
            continue
        for place, options in _given_elsewhere(file, model, compiles):
            given.setdefault(place, []).extend(options)
            asking.setdefault(place, []).extend(call for _, call in of_model)
    found: dict[tuple[int, str], Inserted] = {}
    for place, options in given.items():
        lines, why = _lines_or_why(file, options)
        found.update({(one.line, one.text): one for one in lines})
        file.uncompiled |= {id(call.node): why for call in asking[place] if why}
    return list(found.values())


def _lines_or_why(file: FileContext, given: list[Model]) -> tuple[list[Inserted], str]:
    """The lines for the models that a statement may give, or why there are none."""
    try:
        lines = _lines(file, given)
        if any(_stands(file, one) for one in lines if ".compile(" in one.text):
            raise NotWritable  # and is not understood there
    except (NotWritable, _Different, SyntaxError) as why:
        return [], _reason(why)
    return lines, ""


def _stands(file: FileContext, inserted: Inserted) -> bool:
    """Whether a line was put behind that line before."""
    below = file.tree.text.split("\n")[inserted.line :]
    margin = len(inserted.text) - len(inserted.text.lstrip())
    heads = (line[margin:].partition("(")[0] for line in below)
    added = sum(1 for _ in itertools.takewhile(lambda head: head.endswith(".compile"), heads))
    return inserted.text in below[:added]


def _is_made_by(one: Model, other: Model) -> bool:
    """Whether two models are what the same call gives: that of a loop is run more than once."""
    return one.node is not None and one.node is other.node


class _Different(Exception):
    """The models that a statement may give are not compiled alike: how that is."""


def _reason(why: Exception) -> str:
    """Why nothing is written, for those who read the file."""
    if isinstance(why, _Different):
        return str(why)
    if isinstance(why, NotWritable) and why.args:
        return f"`{why}`, which its builder gives `compile`, can't be written here"
    return "what its builder compiles it with can't be written here"


def _is_compiled_first(file: FileContext, calls: list[tuple[Region, TrainingCall]]) -> bool:
    """Whether a file compiles a model itself, as far as can be seen before it asks anything."""
    compiles = [(region, call) for region, call in calls if call.name == "compile"]
    asked = [(region, call) for region, call in calls if call.name in TRAINING]
    for home, compiled in compiles:
        places = [place for region, call in asked for place in _asked_at(file, home, region, call)]
        if not places or file.tree.place(compiled.node) < min(places):
            return True
    return False


def _asked_at(
    file: FileContext, home: Region, region: Region, call: TrainingCall
) -> list[tuple[int, int]]:
    """Where a function, or the module, asks a model: itself, or by functions that it calls.

    None where it is not seen.
    """
    if region is home:
        return [file.tree.place(call.node)]
    inside, pending = [region], [region]
    found = []
    while pending:
        within = pending.pop()
        for other in (file.module, *(s.region for s in file.summaries.values())):
            for handed in other.handings.values() if other is not None else ():
                if handed.summary.region is not within or _hands_others(handed, call.model):
                    continue
                if other is home:
                    found.append(file.tree.place(handed.node))
                elif other not in inside and other is not None:
                    inside.append(other)
                    pending.append(other)
    if home.is_module:
        apart = [h.node for h in home.handings.values() if _hands_others(h, call.model)]
        found += [place for one in inside for place in _called_at(file, one, apart)]
    return found


def _hands_others(handed: Handed, model: Model) -> bool:
    """Whether a call gives models to a function, but not this one."""
    mine = root(model)
    given = [root(one) for one in models_in(*handed.given.values())]
    return bool(given) and not any(one is mine or _is_made_by(one, mine) for one in given)


def _called_at(
    file: FileContext, region: Region, others: list[cst.CSTNode]
) -> Iterator[tuple[int, int]]:
    """Where a module calls a function of its own, other calls than some."""
    function = region.function
    if not isinstance(function, cst.FunctionDef):
        return
    for statement in file.tree.module.body:
        if not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            for node in nodes_of(statement):
                if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
                    if node.func.value == function.name.value and node not in others:
                        yield file.tree.place(node)


def _given_elsewhere(
    file: FileContext, model: Model, compiles: list[TrainingCall]
) -> Iterator[tuple[tuple[int, str], list[Model]]]:
    """The models that functions of other files give, of which one is one; by their statements.

    These are told by their lines, or else a number for themselves, and by what they call it.
    """
    own = [root(c.model) for c in compiles if root(c.model) is not model]
    here = {id(option) for one in own for option in options_of(one)}
    found: dict[tuple[int, str], list[Model]] = {}
    for given in _as_given(file, model):
        if id(given) not in here and isinstance(given.node, cst.Call):
            statement = _statement(file, given.node)
            place = (-id(given.node), "")
            if statement is not None:
                place = (statement.lineno, _name_of(given, statement.targets[0]))
            found.setdefault(place, []).append(given)
    yield from found.items()


def _as_given(file: FileContext, model: Model) -> Iterator[Model]:
    """The models that one may be, as the file gets them from functions of other ones."""
    for option in options_of(model):
        region = option.summary.region if option.summary is not None else None
        if region is not None and region.file is not file:
            if option.caller is None or option.caller.file is file:  # else it is given on
                yield option
        elif region is not None and option.origin is not None:
            yield from _as_given(file, option.origin)


def _lines(file: FileContext, given: list[Model]) -> list[Inserted]:
    """The lines for the models that a statement may give, with imports of losses and metrics.

    Raises NotWritable where what `compile` is given can't be written there.
    """
    ways = [(model, way) for model in given for way in ways_of(model)]
    if not any(way.steps for _, way in ways):
        return []
    _check_ways([way for _, way in ways])
    statement = _statement(file, given[0].node)
    if statement is None:
        raise NotWritable
    target = _name_of(given[0], statement.targets[0])
    bound = {n.id for n in all_in(statement.targets[0]) if isinstance(n, ast.Name)}
    written = [_written(file, model, way) for model, way in ways]
    if not target or any(bound & caller.read for caller, _ in written):
        raise NotWritable  # build(model)
    for (_, way), (_, arguments) in zip(ways, written, strict=True):
        _check_alike(ways[0][1], way, written[0][1], arguments)
    caller, each = max(written, key=lambda one: len(one[1]))
    margin = " " * statement.col_offset
    lines = [f"{margin}{target}.compile({_listed(arguments)})" for arguments in each]
    assert statement.end_lineno is not None
    return [*caller.imports(), *(Inserted(statement.end_lineno, line) for line in lines)]


def _check_ways(ways: list[Way]) -> None:
    """Raise _Different where some models are not compiled, or only under a condition."""
    for way in ways:
        if way.last is None:
            other = next(one for one in ways if one.last is not None)
            which = f"{_called(other)} compiles its model"
            raise _Different(f"{which}, and {_called(way)} does not")
        if not way.last.sure:
            region = way.last.entered[-1].region
            raise _Different(f"`{region.name}` of {_base(region)} may compile it or not")


def _written(file: FileContext, model: Model, way: Way) -> tuple[Caller, list[dict[str, str]]]:
    """The arguments of what compiles a model last, and before that of what gives it its metrics.

    Keras 3 keeps these where it is compiled without.
    """
    from transpiler.interpret.functions.written_elsewhere import call_at, given_in  # few need them

    assert model.node is not None
    call = call_at(file, model.node)
    caller = Caller(file, call)
    found: list[dict[str, str]] = []
    for step in reversed(way.steps):
        home = step.entered[-1].region
        if home.function is not None and (
            changes := changed_behind(home.file, step.call, home.function)
        ):
            raise _Different(f"`{home.name}` of {_base(home)} changes `{changes}` behind it")
        arguments = given_in(caller, call, step)
        if not found or _gives_metrics(arguments):
            if not step.sure:
                region = step.entered[-1].region
                raise _Different(f"`{region.name}` of {_base(region)} may give it metrics or not")
            found.insert(0, arguments)
        if _gives_metrics(arguments) or file.options.keras == "2":
            break
    return caller, found


def _gives_metrics(arguments: dict[str, str]) -> bool:
    return any(arguments.get(name, "None") != "None" for name in ("metrics", "weighted_metrics"))


def _check_alike(
    one: Way, other: Way, first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    """Raise _Different where two models are compiled in another way."""
    mine, theirs = _in_force(first), _in_force(second)
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    if not names:
        return
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    both = _called(one)
    if other.home is not one.home:
        both = f"`{one.home.name}` and {_called(other)}"
    raise _Different(f"{both} give `compile` different arguments: {listed}")


def _in_force(steps: list[dict[str, str]]) -> dict[str, str]:
    """What holds after calls of `compile`, without what is only a way to write it."""
    kept = {name: text for name, text in steps[0].items() if "metrics" in name}
    found = {name: text for name, text in {**kept, **steps[-1]}.items() if text != "None"}
    return {name: ast.dump(ast.parse(text, mode="eval")) for name, text in found.items()}


def _listed(arguments: dict[str, str]) -> str:
    """Arguments as a call has them; those before the loss have no need of their names."""
    plain = [n for n, name in zip(arguments, ("optimizer", "loss"), strict=False) if n == name]
    return ", ".join(
        text if name in plain or name.startswith("*") else f"{name}={text}"
        for name, text in arguments.items()
    )


def _called(way: Way) -> str:
    """The builder of a model, and its file."""
    return f"`{way.home.name}` of {_base(way.home)}"


def _base(region: Region) -> str:
    return os.path.basename(region.file.path)


def _statement(file: FileContext, node: cst.CSTNode | None) -> ast.Assign | None:
    """The statement, on lines of its own, that gives the value of a call its name."""
    assert node is not None
    text = file.tree.text
    lines = text.split("\n")
    line, column = file.tree.place(node)
    offset = len(lines[line - 1][: column - 1].encode())
    for found in all_in(ast.parse(text)):
        if isinstance(found, ast.Assign) and isinstance(found.value, (ast.Call, ast.IfExp)):
            if not any((c.lineno, c.col_offset) == (line, offset) for c in _sides(found.value)):
                continue
            before = lines[found.lineno - 1][: found.col_offset]
            after = (
                lines[(found.end_lineno or 0) - 1].encode()[found.end_col_offset or 0 :].decode()
            )
            alone = not before.strip() and re.fullmatch(r"\s*(#.*)?", after) is not None
            return found if alone and len(found.targets) == 1 else None
    return None


def _sides(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may be: both sides of `a if b else c`."""
    if isinstance(node, ast.IfExp):
        yield from (*_sides(node.body), *_sides(node.orelse))
    else:
        yield node


def _name_of(model: Model, target: ast.expr) -> str:
    """What the statement calls a model that gets what a function gives; "" where it has no name."""
    result = model.summary.result if model.summary is not None else None
    entry = ""
    if isinstance(result, (Sequence, Mapping)):
        several = result.items if isinstance(result, Mapping) else dict(enumerate(result.items))
        places = [key for key, item in several.items() if item is model.origin]
        if len(places) != 1 or not isinstance(places[0], (str, int)):
            return ""
        [key] = places
        if not isinstance(target, (ast.Tuple, ast.List)):
            entry = f"[{literal(key)}]"
        elif isinstance(key, int) and isinstance(result, Sequence):
            if len(target.elts) != len(several):
                return ""
            target = target.elts[key]
        else:
            return ""
    written = ast.unparse(target)
    return f"{written}{entry}" if re.fullmatch(r"[A-Za-z_]\w*|self\.\w+", written) else ""


def names_of_lines(file: FileContext) -> Iterator[tuple[str, Framework]]:
    """What such lines read."""
    if KERAS in file.tree.text:
        yield KERAS, Framework("keras")
