"""What the callbacks of a `fit` see of an epoch: each what those before it have put there.

logs = {"loss": loss}
printer.on_epoch_end(epoch, logs)
logs["learning_rate"] = optimizer.param_groups[0]["lr"]  # for what comes after a scheduler
"""

from __future__ import annotations

import re

from transpiler.emit.training.changed_logs import keeps
from transpiler.ir.expr import literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks
from transpiler.record import replace

_AFTER = "a callback that looks at a learning rate which others log in turn"


def with_logs(hooks: list[Hooks], fit: Fit) -> list[Hooks]:
    """Callbacks in the order of the program, behind the values of the epoch if any reads them."""
    reads = re.compile(rf"(?<![\w.]){fit.logs}\b")
    plain = in_order(fit.values, fit.keras)
    reading = [i for i, h in enumerate(hooks) if any(map(reads.search, h.epoch_end))]
    if not reading or any(h.logs or h.adds or h.perhaps for h in hooks):
        # When the training ends, Keras gives what it has measured itself
        own = written(plain).replace("\\", r"\\")
        hooks = [replace(h, after=tuple(reads.sub(own, a) for a in h.after)) for h in hooks]
    if not reading:
        return hooks
    first = 0 if changes_logged(hooks[: reading[0]]) else reading[0]
    entries = plain | {key: code for h in hooks[:first] if not h.when for key, code in h.logs}
    keys = "|".join(re.escape(key) for key in sorted({key for h in hooks for key, _ in h.logs}))
    whole = re.compile(rf"(?<![\w.]){fit.logs}\b(?!\[(?!\s*[\"'](?:{keys or '(?!)'})[\"']))")
    reading = [i for i, h in enumerate(hooks) if any(map(whole.search, h.epoch_end))]
    kept = any(h.keeps or any(keeps(line, fit.logs) for line in h.epoch_end) for h in hooks)
    last = len(hooks) if kept else max(reading, default=first)
    maybe = [line for h in hooks[:first] if h.when and reading for line in _put(h, fit)]
    found = [Hooks(epoch_end=(f"{fit.logs} = {written(entries)}", *maybe)), *hooks[:first]]
    for place, hook in enumerate(hooks[first:], first):
        put = _put(hook, fit) if place < last else []
        found.append(replace(hook, epoch_end=(*put, *hook.epoch_end)))
    return found


def _put(hook: Hooks, fit: Fit) -> list[str]:
    """What a callback logs goes to the values, for those that come after it."""
    lines = [f"{fit.logs}[{literal(key)}] = {code}" for key, code in hook.logs]
    return (
        [f"if {hook.when}:", *(f"    {line}" for line in lines)] if hook.when and lines else lines
    )


def written(values: dict[str, str]) -> str:
    """A dict of variables, as it is written."""
    return f"{{{', '.join(f'{literal(key)}: {code}' for key, code in values.items())}}}"


def in_order(values: dict[str, str], keras: str, late: bool = False) -> dict[str, str]:
    """The values of an epoch in the order in which a callback gets them: Keras 3 sorts them.

    `late`: the first epoch of a history does not validate.
    """
    if keras == "2":
        return dict(values)
    keys = sorted(values, key=lambda key: (late and key.startswith("val_"), key))
    return {key: values[key] for key in keys}


def changes_logged(hooks: list[Hooks]) -> Hooks | None:
    """The last callback that changes a value, the learning rate, which one after it logs."""
    last = max((place for place, hook in enumerate(hooks) if hook.logs), default=0)
    changing = (h for h in reversed(hooks[:last]) if h.sets_rate or (h.logs and h.epoch_end))
    return next(changing, None)


def check_columns(hooks: list[Hooks]) -> None:
    """Refuse what writes what others log, as a CSVLogger does, when that has changed."""
    logged = {code for hook in hooks for _, code in hook.logs}
    for place, hook in enumerate(hooks):
        writes = not hook.logs and any(code in line for code in logged for line in hook.epoch_end)
        changed = any(h.sets_rate or (h.logs and h.epoch_end) for h in hooks[:place])
        if writes and (changes_logged(hooks) or (changed and hook.order >= 0)):
            raise Unsupported(_AFTER)


def put_in_turn(hooks: list[Hooks]) -> list[str]:
    """The keys that callbacks add to the values of an epoch, in the order in which they do so."""
    own = [key for hook in hooks for key in (*hook.adds, *hook.perhaps)]
    rates = {key for hook in hooks for key, _ in hook.logs}
    if len(set(own)) < len(own) or not rates.isdisjoint(own):
        raise Unsupported("several callbacks put a value of one name into the logs")
    keys = (k for h in hooks for k in (*h.adds, *(key for key, _ in h.logs if not h.when)))
    return list(dict.fromkeys(keys))
