"""Arguments of training programs are left out, added, changed, and given in other ways."""

from __future__ import annotations

import ast
import copy

from tests.generate import mutation_catalogue as catalogue
from tests.generate.mutator import (
    TRAINING,
    Mutator,
    Unfit,
    change,
    constants_in,
    free_name,
    last_name,
    parse,
    start,
)


def delete_argument(m: Mutator) -> None:
    """An argument is gone."""
    calls = [
        n for n in ast.walk(m.tree) if isinstance(n, ast.Call) and any(k.arg for k in n.keywords)
    ]
    call = m.one(calls)
    assert isinstance(call, ast.Call)
    del call.keywords[m.choose(len(call.keywords))]


def add_argument(m: Mutator) -> None:
    """An argument of the catalogue more."""
    kinds = [
        (call, options)
        for node in ast.walk(m.tree)
        if isinstance(node, ast.Call)
        for call, options in [(node, catalogue.arguments(last_name(node.func)))]
        if options
    ]
    call, options = m.one(kinds)
    name, value = m.one(options)
    expression = ast.parse(m.filled(value), mode="eval").body
    call.keywords = [k for k in call.keywords if k.arg != name]
    call.keywords.append(ast.keyword(name, expression))


def _draws(call: ast.Call) -> bool:
    """Whether it makes data, of which sizes are to stay as they are."""
    return ast.unparse(call.func).startswith(("rng.", "np.", "numpy.", "random."))


def change_literal(m: Mutator) -> None:
    """Another number, truth value or name of a loss, metric, activation, optimizer or monitor."""
    found = constants_in([n for n in ast.walk(m.tree) if isinstance(n, ast.Call) and not _draws(n)])
    found = list({id(n): n for n in found}.values())
    strings = [n for n in found if isinstance(n.value, str) and catalogue.siblings(n.value)]
    others = [n for n in found if not isinstance(n.value, str)]
    change(m, strings if strings and m.choose(2) else others)


def _argument(m: Mutator) -> tuple[list[ast.stmt], int, ast.Call, int]:
    """An argument of a call, and the statement of it."""
    places = [
        (suite, index, call, number)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if isinstance(statement, (ast.Expr, ast.Assign, ast.Return))
        for call in ast.walk(statement)
        if isinstance(call, ast.Call)
        for number in range(len(call.args) + len(call.keywords))
    ]
    told = [
        (s, i, c, n)
        for s, i, c, n in places
        if last_name(c.func) in (*TRAINING, "Dense", "SGD", "Adam", "EarlyStopping")
    ]
    return m.one(told if told and m.choose(4) else places)


def name_argument(m: Mutator) -> None:
    """An argument gets a name first, which means something else later."""
    suite, index, call, number = _argument(m)
    keyword = number >= len(call.args)
    holder = call.keywords[number - len(call.args)] if keyword else None
    value = holder.value if holder else call.args[number]
    if isinstance(value, (ast.Starred, ast.Name)):
        raise Unfit
    free = free_name(m.tree, (holder.arg if holder and holder.arg else "") or "setting")
    name = ast.Name(free, ast.Load())
    if holder:
        holder.value = name
    else:
        call.args[number] = name
    binding = ast.parse(f"{free} = {ast.unparse(value)}").body
    how = m.choose(4)
    later = copy.deepcopy(binding)
    place = index - m.choose(min(index, 3) + 1)
    if suite is not m.tree.body and m.choose(3) == 0:
        m.tree.body[start(m.tree) : start(m.tree)] = binding
    else:
        suite[place:place] = binding
        index += 1
    if how:
        if literals := constants_in(later):
            change(m, literals)
        else:
            later = parse(f"{free} = None")
        after = index + m.choose(min(4, len(suite) - index) + 1)
        if how == 3:
            condition = ast.parse(f"len('abc') > {m.choose(2) * 4}", mode="eval").body
            suite.insert(after, ast.If(condition, later, []))
        else:
            suite[after:after] = later


def in_dict(m: Mutator) -> None:
    """Arguments by name come out of a dict, which may change on the way."""
    places = [
        (suite, index, call)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if isinstance(statement, (ast.Expr, ast.Assign, ast.Return))
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and any(k.arg for k in call.keywords)
    ]
    told = [(s, i, c) for s, i, c in places if last_name(c.func) in TRAINING]
    suite, index, call = m.one(told if told and m.choose(4) else places)
    free = free_name(m.tree, "settings")
    given = [k for k in call.keywords if k.arg]
    moved = given if m.choose(2) else [k for k in given if m.choose(2)]
    if not moved:
        raise Unfit
    entries = {k.arg: ast.unparse(k.value) for k in moved}
    text = (
        f"dict({', '.join(f'{k}={v}' for k, v in entries.items())})"
        if m.choose(2)
        else "{" + ", ".join(f"'{k}': {v}" for k, v in entries.items()) + "}"
    )
    call.keywords = [k for k in call.keywords if k not in moved]
    call.keywords.append(ast.keyword(None, ast.Name(free, ast.Load())))
    made = parse(f"{free} = {text}")
    if m.choose(2):
        key, value = m.one(list(entries.items()))
        again = parse(f"{free}[{key!r}] = {value}")
        if literals := [n for n in constants_in(again) if n.value != key]:
            change(m, literals)
            place = m.choose(3)
            made += again if place else []
            if place == 0:
                suite[index + 1 : index + 1] = again
    suite[index:index] = made


def collect_callbacks(m: Mutator) -> None:
    """Callbacks in a list that grows: before the `fit`, behind it, in a condition."""
    places = [
        (suite, index, call)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and last_name(call.func) == "fit"
    ]
    suite, index, call = m.one(places)
    given = next((k for k in call.keywords if k.arg == "callbacks"), None)
    text = ast.unparse(given.value) if given else "[]"
    free = free_name(m.tree, "callbacks")
    call.keywords = [k for k in call.keywords if k is not given]
    call.keywords.append(ast.keyword("callbacks", ast.Name(free, ast.Load())))
    more = m.filled(str(m.one(catalogue.CALLBACKS)))
    added = (
        f"{free}.append({more})",
        f"{free} += [{more}]",
        f"{free} = {free} + [{more}]",
        f"if len('abc') > 2:\n    {free}.append({more})",
        f"if len('abc') > 5:\n    {free}.append({more})",
        f"{free}.insert(0, {more})",
        f"callback = {more}\n{free}.append(callback)",
        f"{free}.clear()",
        f"{free}[:0] = [{more}]",
    )
    made = parse(f"{free} = {text}") + parse(str(m.one(added)))
    if m.choose(4) == 0:
        suite[index + 1 : index + 1] = made[1:]
        made = made[:1]
    suite[index:index] = made
