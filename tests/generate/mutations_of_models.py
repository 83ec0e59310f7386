"""Models of training programs are written in another way, or go by another name."""

from __future__ import annotations

import ast

from tests.generate.mutator import TRAINING, Mutator, Unfit, free_name, last_name, parse, trains


def _sequentials(m: Mutator) -> list[tuple[list[ast.stmt], int, str, list[ast.expr]]]:
    """Where a name becomes a `Sequential` with a list of layers."""
    return [
        (suite, index, statement.targets[0].id, statement.value.args[0].elts)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and last_name(statement.value.func) == "Sequential"
        and statement.value.args
        and isinstance(statement.value.args[0], ast.List)
    ]


def functional(m: Mutator) -> None:
    """A `Sequential` becomes functional, or one that grows."""
    suite, index, name, layers = m.one(_sequentials(m))
    keras = m.keras()
    texts = [ast.unparse(layer) for layer in layers]
    if m.choose(3) == 0:
        added = [f"{name}.add({text})" for text in texts]
        lines = [f"{name} = {keras}.Sequential()", *added]
    else:
        first = layers[0]
        if not isinstance(first, ast.Call) or last_name(first.func) not in ("Input", "InputLayer"):
            raise Unfit
        shape = texts[0].replace("InputLayer", "Input")
        lines = [f"inputs = {shape}", "x_ = inputs"]
        lines += [f"x_ = {text}(x_)" for text in texts[1:]]
        lines.append(f"{name} = {keras}.Model(inputs, x_)")
    place = m.tree.body.index(suite[index]) if suite is m.tree.body else index
    suite[place : place + 1] = parse("\n".join(lines))


def nest(m: Mutator) -> None:
    """A model becomes part of another one, under its name or another."""
    places = [
        (suite, index, statement.targets[0].id)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and last_name(statement.value.func) in ("Sequential", "Model")
    ]
    suite, index, name = m.one(places)
    keras = m.keras()
    inner = str(m.one((name, free_name(m.tree, "base"))))
    made = [f"{inner} = {name}"] if inner != name else []
    connected = f"{name} = {keras}.Model(outer_in, {inner}(outer_in))"
    made += (
        [f"outer_in = {keras}.Input({inner}.input_shape[1:])", connected]
        if m.choose(2)
        else [f"{name} = {keras}.Sequential([{inner}])"]
    )
    place = next(i for i, s in enumerate(suite) if s is suite[index])
    while place + 1 < len(suite) and ast.unparse(suite[place + 1]).startswith(f"{name}.add("):
        place += 1
    suite[place + 1 : place + 1] = parse("\n".join(made))


def alias(m: Mutator) -> None:
    """From somewhere on, a model goes by another name, key or attribute."""
    model = m.model()
    suites = [
        (suite, index)
        for suite in m.suites()
        for index, statement in enumerate(suite)
        if trains(statement) and f"{model}." in ast.unparse(statement)
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
    ]
    suite, index = m.one(suites)
    free = free_name(m.tree, "net")
    before, expression = m.one(
        (
            (f"{free} = {model}", free),
            (f"{free} = [{model}]", f"{free}[0]"),
            (f"{free} = {{'a': {model}}}", f"{free}['a']"),
            (f"{free} = dict(model={model})", f"{free}['model']"),
        )
    )
    everywhere = m.choose(2)
    for number, statement in enumerate(suite[index:]):
        if number == 0 or everywhere:
            text = ast.unparse(statement)
            for attribute in TRAINING:
                text = text.replace(f"{model}.{attribute}(", f"{expression}.{attribute}(")
            suite[index + number] = parse(text)[0] if "return " not in text else statement
    suite[index:index] = parse(before)
