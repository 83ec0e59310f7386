"""Statements of training programs are put into something, repeated, moved, left out or added."""

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
    loaded,
    parse,
    start,
    stored,
    trains,
)


def in_function(m: Mutator) -> None:
    """Some statements become a function, which is called once, twice, or in a loop."""
    suite, first, last = m.stretch()
    if suite is not m.tree.body:
        raise Unfit
    inside = suite[first:last]
    local = stored(inside)
    before = loaded(suite[:first]) + stored(suite[:first])
    given = [name for name in loaded(inside) if name in before and name not in local]
    lost = [name for name in local if name in loaded(inside) and name in stored(suite[:first])]
    kept = [name for name in local if name in loaded(suite[last:])]
    name = free_name(m.tree, str(m.one(("run", "train", "main"))))
    style = m.choose(4)
    functions = {n.name for n in m.tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    modules = {
        a.asname or a.name
        for n in m.tree.body
        if isinstance(n, (ast.Import, ast.ImportFrom))
        for a in n.names
    }
    given = [n for n in given if n not in functions | modules]
    passed = given if style == 1 else [n for n in given if m.choose(2)] if style == 2 else []
    passed = list(dict.fromkeys([*passed, *lost]))
    for parameter in passed:
        if parameter not in stored(suite[:first]):
            raise Unfit
    returned = f"return {', '.join(kept)}" if kept else "pass"
    function = ast.parse(f"def {name}({', '.join(passed)}):\n    {returned}").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [*inside, *(function.body if kept else [])]
    call = f"{name}({', '.join(passed)})"
    text = f"{', '.join(kept)} = {call}" if kept else call
    times = m.choose(4)
    calls = parse(text) * (2 if times == 1 else 1)
    if times == 2:
        calls = parse(f"for _ in range(2):\n    {text}")
    if times == 3:
        calls = parse(f"if __name__ == '__main__':\n    {text}")
    if m.choose(2):
        suite[first:last] = [function, *copy.deepcopy(calls)]
    else:
        suite[first:last] = copy.deepcopy(calls)
        suite.insert(start(m.tree), function)


def in_loop(m: Mutator) -> None:
    """Some statements run twice."""
    suite, first, last = m.stretch()
    variable = free_name(m.tree, "turn")
    head = str(
        m.one(
            (
                f"for {variable} in range(2): pass",
                f"for {variable} in (0.5, 0.25): pass",
                f"{variable} = 0\nwhile {variable} < 2:\n    {variable} += 1",
            )
        )
    )
    made = parse(head)
    loop = made[-1]
    assert isinstance(loop, (ast.For, ast.While))
    loop.body = [*suite[first:last], *(loop.body if isinstance(loop, ast.While) else [])]
    suite[first:last] = made


def in_condition(m: Mutator) -> None:
    """Some statements run where a flag says so."""
    suite, first, last = m.stretch()
    flag = free_name(m.tree, str(m.one(("TRAIN", "DEBUG", "flag"))))
    value = ("True", "False", "len('abc') > 2", "1")[m.choose(4)]
    test = ast.parse(f"if {flag}: pass").body[0]
    assert isinstance(test, ast.If)
    test.body = suite[first:last]
    if m.choose(4) == 0:
        test.orelse = copy.deepcopy(suite[first:last])
        literal = constants_in(test.orelse)
        if literal:
            change(m, literal)
    suite[first:last] = [test]
    m.tree.body.insert(start(m.tree), parse(f"{flag} = {value}")[0])


def in_try(m: Mutator) -> None:
    """Some statements may be interrupted, or stand in a `with`."""
    suite, first, last = m.stretch()
    text = str(
        m.one(
            (
                "try: pass\nexcept KeyboardInterrupt: pass",
                "try: pass\nfinally:\n    print('done')",
                "with open('log.txt', 'w') as log: pass",
            )
        )
    )
    made = parse(text)[0]
    assert isinstance(made, (ast.Try, ast.With))
    made.body = suite[first:last]
    suite[first:last] = [made]


def in_class(m: Mutator) -> None:
    """Calls on a model become methods of an object that has it."""
    body = m.tree.body
    model = m.model()
    if "." in model:
        raise Unfit
    methods: list[str] = []
    replaced: list[tuple[ast.Expr | ast.Assign, str]] = []
    name = free_name(m.tree, "Trainer")
    keeps = m.choose(2)
    first = None
    for index, statement in enumerate(body):
        if not isinstance(statement, (ast.Expr, ast.Assign)):
            continue
        call = statement.value
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in TRAINING
            and ast.unparse(call.func.value) == model
        ):
            continue
        if m.choose(3) == 0:
            continue
        first = index if first is None else first
        inner = copy.deepcopy(call)
        inner.func = ast.parse(f"self.model.{call.func.attr}", mode="eval").body
        number = sum(call.func.attr in n for n in methods)
        method = call.func.attr + ("" if not number else f"_{number + 1}")
        methods.append(f"    def {method}(self):\n        return {ast.unparse(inner)}")
        replaced.append((statement, method))
    if first is None:
        raise Unfit
    variable = free_name(m.tree, "trainer")
    for statement, method in replaced:
        statement.value = ast.parse(f"{variable}.{method}()", mode="eval").body
    init = "    def __init__(self, model):\n        self.model = model"
    text = f"class {name}:\n" + "\n\n".join([init, *methods])
    made = [*parse(text), *parse(f"{variable} = {name}({model})")]
    if keeps:
        made += parse(f"{model} = {variable}.model")
    body[first:first] = made


def _statement(m: Mutator) -> tuple[list[ast.stmt], int]:
    fixed = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Return)
    places = [
        (suite, index)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if not isinstance(statement, fixed)
    ]
    telling = [(s, i) for s, i in places if trains(s[i])]
    return m.one(telling if telling and m.choose(3) else places)


def duplicate(m: Mutator) -> None:
    """A statement a second time, right there or later."""
    suite, index = _statement(m)
    place = index + 1 + m.choose(min(3, len(suite) - index))
    suite.insert(place, copy.deepcopy(suite[index]))


def swap(m: Mutator) -> None:
    """Two neighbors change places."""
    suite, index = _statement(m)
    if index + 1 >= len(suite):
        raise Unfit
    suite[index], suite[index + 1] = suite[index + 1], suite[index]


def move(m: Mutator) -> None:
    """A statement stands elsewhere in its block."""
    suite, index = _statement(m)
    one = suite.pop(index)
    suite.insert(m.choose(len(suite) + 1), one)


def delete(m: Mutator) -> None:
    """A statement is gone."""
    suite, index = _statement(m)
    if len(suite) < 2:
        raise Unfit
    del suite[index]


def insert(m: Mutator) -> None:
    """A statement of the catalogue, somewhere behind the first that trains or makes a model."""
    text = m.filled(str(m.one(catalogue.STATEMENTS)))
    places = []
    for suite in m.suites():
        known = suite is not m.tree.body
        for index, statement in enumerate(suite):
            source = ast.unparse(statement)
            known = known or "Sequential" in source or "Model(" in source or trains(statement)
            if known and index < len(suite) and not isinstance(statement, ast.Return):
                places.append((suite, index + 1))
    suite, index = m.one(places)
    suite[index:index] = parse(text)
