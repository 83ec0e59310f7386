"""ModelCheckpoint: what the training loop saves of a model, and when."""

from __future__ import annotations

import re

from rules.given_values import evaluated_once, may_be_none
from rules.monitors import fails, first_or, lacking, monitored
from transpiler.ir.expr import NOT, Expr, call, expr, is_whole, literal, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import BATCH, Fit, Hooks
from transpiler.regex import regex
from transpiler.rule import Param, callback


@callback("ModelCheckpoint", attributes=("best", "filepath", "monitor"))
def model_checkpoint(
    fit: Fit,
    filepath: Param,
    monitor: Param = "val_loss",
    verbose: Param = 0,
    save_best_only: Param = False,
    save_weights_only: Param = False,
    mode: Param = "auto",
    save_freq: Param = "epoch",
    initial_value_threshold: Param = None,
    period: Param = 1,
) -> Hooks:
    """The file holds the weights alone, in torch's format."""
    either = not save_best_only.known  #: only the program knows whether it saves the best alone
    path = _path(fit, filepath)
    named = tuple(key for key, v in fit.values.items() if re.search(rf"[{{=]{v}\b", path))
    saved = f"torch.save({fit.model}.state_dict(), {path})"
    folder = _folder(filepath, path)
    if not save_freq.is_const("epoch"):
        if either or save_best_only.value:
            raise Unsupported("ModelCheckpoint with save_freq and save_best_only")
        return _after_batches(fit, save_freq, path, folder)
    if not period.is_const(1) and fit.first != "0":
        raise Unsupported("ModelCheckpoint with a period, and an initial_epoch")
    due = "" if period.is_const(1) else f"({fit.epoch} + 1) % {period.wrapped(14)} == 0"
    warning = lacking(fit, monitor, mode) if either or save_best_only.value else ""
    if either and warning:
        raise Unsupported("save_best_only is only known at run time")
    if warning and (fit.keras == "2" or fails(fit, monitor, mode)):
        return Hooks(warns=f"{warning} it saves nothing")
    answers = (("monitor", str(monitor)), *(() if "{" in path else (("filepath", path),)))
    body = (f"if {due}:", f"    {saved}") if due else (saved,)
    if warning or not (either or save_best_only.value):
        newer = f"{warning} saves each epoch (Keras 2: none)" if warning else ""
        return Hooks(
            folder, epoch_end=body, reads=named, warns=newer, alone=bool(due), answers=answers
        )
    watched = monitored(fit, monitor, mode)
    if either and watched.looks_if:
        raise Unsupported("save_best_only is only known at run time, and so is what it looks at")
    value, best = watched.value, fit.free(f"saved_{watched.name}")
    before = list(watched.before)
    better = watched.better(best, expr(0))
    start = f"{best} = {watched.worst if fit.keras == '2' else None}"
    if initial_value_threshold.is_const(None):
        better = first_or(fit, best, better)
    elif not may_be_none(initial_value_threshold):
        start = f"{best} = {initial_value_threshold}"
    elif fit.keras == "2":
        given = evaluated_once(fit, initial_value_threshold, "threshold", before)
        start = f"{best} = {given} if {given} is not None else {watched.worst}"
    else:
        start, better = f"{best} = {initial_value_threshold}", first_or(fit, best, better)
    lacks = () if fit.keras == "2" else body
    if either:
        all_of_them = f"not {save_best_only.wrapped(NOT)}"
        better = f"{all_of_them} or {better}"
        lacks = lacks or (f"if {all_of_them}:", f"    {saved}")
    if due and " or " in better:
        better = f"({better})"
    return Hooks(
        (*folder, *before, start),
        epoch_end=(
            *watched.picks,
            f"if {f'{due} and ' if due else ''}{better}:",
            f"    {best} = {value}",
            f"    {saved}",
        ),
        reads=(*watched.reads, *named),
        looks_if="" if named else watched.looks_if,
        lacking=None if named else lacks,
        note=watched.note,
        lasting=(start,),
        alone=bool(due),
        answers=answers if either else (*answers, ("best", best)),
    )


def _after_batches(fit: Fit, every: Expr, path: str, folder: tuple[str, ...]) -> Hooks:
    """Saved whenever so many batches have been seen, counted over the epochs."""
    if not is_whole(every) and may_be_none(every):
        raise Unsupported(f"whether save_freq={every} is a number is only known at run time")
    if fit.first != "0":
        raise Unsupported("ModelCheckpoint with save_freq, and an initial_epoch")
    if fit.uneven:
        raise Unsupported("ModelCheckpoint with save_freq, and epochs that may have fewer steps")
    if re.search(r"\{(?!epoch\b)", path.replace(fit.epoch, "epoch")):
        raise Unsupported("ModelCheckpoint with save_freq, and values of the epoch in its path")
    epoch, steps = fit.free_in_epoch("epoch"), fit.free_in_epoch("steps")
    takes = [(epoch, fit.epoch), (steps, fit.steps)]
    count = str(every)
    if not every.known:
        count = fit.free_in_epoch("save_freq")
        takes.append((count, str(every)))
    if re.match(r"f?[\"']", path) is None:
        given, path = path, fit.free_in_epoch("path")
        takes.append((path, given))
    return Hooks(
        folder,
        batch_end=(
            f"if ({epoch} * {steps} + {BATCH} + 1) % {count} == 0:",
            f"    torch.save(model.state_dict(), {path.replace(fit.epoch, epoch)})",
        ),
        takes=tuple(takes),
        alone=True,
    )


def _folder(filepath: Expr, path: str) -> tuple[str, ...]:
    """The folder of a file, which Keras makes when it saves."""
    if filepath.known and isinstance(filepath.value, str):
        folder = filepath.value.rpartition("/")[0]
        if not folder or "{" in folder:
            return ()
        if filepath.text.isidentifier():
            return (f"os.makedirs(os.path.dirname({filepath}), exist_ok=True)",)
        return (f"os.makedirs({literal(folder)}, exist_ok=True)",)
    joined = re.fullmatch(r"os\.path\.join\((\w+), [^(){}]*\)", filepath.text)
    if joined is not None:
        return (f"os.makedirs({joined.group(1)}, exist_ok=True)",)
    return (f"Path({filepath}).parent.mkdir(parents=True, exist_ok=True)",)


#: What gives a path of pathlib, and no text: `folder / "{epoch:02d}.keras"`.
_OF_PATHS = regex(r" / |(?<!str\()\bPath\(")


def _path(fit: Fit, filepath: Expr) -> str:
    """The name of the file, with what Keras fills in; a variable keeps what it holds."""
    added = {key: value.replace('"', "'") for key, value in fit.added.items()}
    values = {"epoch": f"{fit.epoch} + 1", **fit.values, **added}
    if not filepath.known or not isinstance(filepath.value, str):
        given = {name: Expr(values[name]) for name in fit.filled if name in values}
        filepath = call("str", filepath) if _OF_PATHS.search(filepath.text) else filepath
        return str(method(filepath, "format", **given) if given else filepath)
    names = list(dict.fromkeys(_FILLED.findall(filepath.value)))
    if missing := [name for name in names if name not in values]:
        raise Unsupported(f"the path of a ModelCheckpoint names {missing[0]}")
    if filepath.text.isidentifier():
        given = {name: Expr(values[name]) for name in names}
        return str(method(filepath, "format", **given) if given else filepath)
    path = fit.file(filepath.value)
    if not names:
        return literal(path)
    return "f" + literal(_FILLED.sub(lambda match: "{" + values[match.group(1)], path))


#: A place in a path that Keras fills in: `{epoch:02d}`.
_FILLED = regex(r"\{(\w+)(?=[:}])")
