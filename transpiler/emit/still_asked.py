"""What the code that stays asks as of Keras's models, and nothing else tells of.

trainer.model.stop_training = True            # in a function that `LambdaCallback` runs
rates = [one.model.optimizer.learning_rate for one in callbacks]
"""

from __future__ import annotations

import ast
import re

from transpiler.diagnostics import LEFT_TRAINING, Severity
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.emit.training.lines import within
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.unfollowed import OF_MODELS, OF_OPTIMIZERS

#: What is asked of the `model` of an object, and no model of another library has.
_OF_KEPT = ("layers", "trainable", "optimizer", "compile", "summary")
_ASKED = regex(
    rf"\.(?:{'|'.join(OF_MODELS)}|trainable)\b|\.model\.(?:{'|'.join(_OF_KEPT)})\b"
    rf"|\.optimizer\.(?:{'|'.join(OF_OPTIMIZERS)})\b"
)
#: What settings are called, which have an `optimizer.lr` of their own.
_SETTINGS = regex(r"(?i)(?:args|opts?|cfg|conf\w*|\w*config|\w*settings|h?params|flags)$")
_LOOKS = regex(r"\bif [\w.]+\.stop_training:")


def report_still_asked(draft: Draft) -> None:
    """Say it where all models of the file are converted: else what is left is said already."""
    trained = any(made.training.problem is None for made in draft.planned.trained)
    converted = trained or any(not unit.problem for unit in draft.planned.models)
    if not converted or _ASKED.search(draft.tree.blanked) is None:
        return
    if any(said.severity is Severity.ERROR for said in draft.diagnostics):
        return
    gone, positions = replaces(draft.edits), Positions(draft.tree.text)
    classes = (one.node for one in draft.file.user_classes if one.name in draft.callbacks)
    callbacks = [draft.tree.span(node) for node in classes if draft.tree.has_span(node)]
    looks = any(_LOOKS.search(edit.text) for edit in draft.edits)
    own = _own_names(draft.tree.blanked)
    nodes = [*all_in(program_tree(draft.tree.text) or ast.Module([], []))]
    asked_of = [n for n in nodes if isinstance(n, ast.Attribute) and _is_of_model(n, own)]
    inner = {id(node.value) for node in asked_of}
    for node in (one for one in asked_of if id(one) not in inner):
        start = positions.span(node)[0]
        if gone(start) or (
            within(start, callbacks) and ast.unparse(node).startswith("self.model.")
        ):
            continue
        if node.attr == "stop_training" and looks and not _is_of_another(node.value):
            continue
        asked = ast.unparse(node)
        message = f"`{asked}` is left as it is: perhaps of a model, which is an nn.Module now"
        draft.say_at(LEFT_TRAINING, *draft.tree.line_column(start), message)
        line = draft.tree.line_start(start)
        draft.todos.setdefault(line + len(draft.margin(line)), (LEFT_TRAINING, message))


def report_asked_in_new_code(draft: Draft) -> None:
    """Say it where what is written anew has in it what a program asks of one of its models.

    a.optimizer.learning_rate = b.optimizer.learning_rate / 2
    """
    made = [one.training for one in draft.planned.trained if one.training.problem is None]
    variables = {one.variable for one in made if one.variable}
    names = {re.escape(name) for name in variables - {"self.model"}}
    # by the objects that have them: `trainer.model.layers[0].kernel`
    names |= {rf"(?!self\b)\w+\.{name[5:]}" for name in variables if name.startswith("self.")}
    if not names:
        return
    own = _own_names(draft.tree.blanked) | {"stop_training"}  # which a loop asks
    asked = [name for name in (*OF_MODELS, *_METHODS) if name not in own]
    rates = rf"optimizer\.(?:{'|'.join(OF_OPTIMIZERS)})\b"
    listed = "|".join(sorted(names))
    written = [(edit.start, edit.text) for edit in draft.edits]
    written += [(draft.tree.span(b.statement)[0], "\n".join(b.lines)) for b in draft.before]
    if not any("self.layers" in text for _, text in written):
        asked.append("layers")
    things = "|".join([*(rf"{name}\b" for name in asked), rates, r"history\.history\b"])
    found = re.compile(rf"(?<![\w.])(?:{listed})\.(?:{things})")
    for start, text in written:
        for place in found.finditer(text):
            line = draft.tree.line_start(start)
            message = f"`{place.group()}` is left as it is; the model is an nn.Module now"
            draft.say_at(LEFT_TRAINING, *draft.tree.line_column(start), message)
            draft.todos.setdefault(line + len(draft.margin(line)), (LEFT_TRAINING, message))


#: Methods of Keras's models that no module has.
_METHODS = ("predict", "evaluate", "fit", "compile", "summary", "predict_classes")


#: How a class gets what is asked of its objects, each with what begins it.
_OWN = (
    regex(r"def (\w+)\("),
    regex(r"self\.(\w+)\s*[:=](?!=)"),
    regex(r"\n[ \t]+(\w+)\s*:"),
)


def _own_names(text: str) -> set[str]:
    """What some class of the file has, or a function."""
    return {name for each in _OWN for name in each.findall(text)}


def _is_of_model(node: ast.Attribute, own: set[str]) -> bool:
    """Whether it asks for what Keras's models have, or their optimizers."""
    if node.attr in OF_MODELS or node.attr == "trainable":
        return node.attr not in own
    match node.value:
        case ast.Attribute(attr="model"):
            return node.attr in _OF_KEPT
        case ast.Attribute(attr="optimizer", value=of) if node.attr in OF_OPTIMIZERS:
            return _SETTINGS.search(ast.unparse(of)) is None
    return False


def _is_of_another(node: ast.expr) -> bool:
    """`trainer.model`, other than `self.model`."""
    return isinstance(node, ast.Attribute) and re.match(r"self\.", ast.unparse(node)) is None
