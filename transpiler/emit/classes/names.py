"""The names of what is in a class: layers, sizes, variables of `forward`."""

from __future__ import annotations

import builtins
import keyword

from transpiler.emit.classes.contents import constructs_in, texts_of
from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.module_loops import TOKENS
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.classes.reserved import RESERVED, is_of_modules
from transpiler.ir import tokens
from transpiler.passes.liveness import walk
from transpiler.passes.moves import final_name
from transpiler.regex import regex
from transpiler.source.lexical import blanked, words_in

#: A size, or a variable; a size's token may hold that of a variable.
LOCAL_TOKENS = regex(f"{tokens.ANY_SIZE}|{tokens.ANY_VARIABLE}")


#: Names that stand for themselves: no attributes of something.
_NAMES = regex(r"(?<![\w.])[A-Za-z_]\w*")


def name_members(draft: ClassDraft) -> None:
    """Choose the names of all that is in the class."""
    for name in (*draft.stored, *draft.late):
        if is_of_modules(name.removeprefix("self.")):
            raise EmitError(f"`{name}` would hide an attribute of nn.Module")
    draft.taken = _identifiers(draft)
    draft.taken_in_forward = _forward_identifiers(draft)
    _name_modules(draft)
    _local_names(draft)


def _identifiers(draft: ClassDraft) -> set[str]:
    """All names that the class says, or that a module reserves."""
    found: set[str] = set(RESERVED)
    texts: list[str] = []
    for node in (*walk(draft.init), *walk(draft.forward)):
        texts += texts_of(node)
    texts += [zeros.text for zeros in draft.plan.zeros]
    found |= words_in(TOKENS.sub(" ", "\n".join(texts)))
    found.update(n for n in draft.plan.inputs if not n.startswith(tokens.VARIABLE))
    found.update(draft.plan.statics)
    return found


_OF_PYTHON = frozenset((*keyword.kwlist, *dir(builtins), "self", "torch", "nn", "F"))


def _forward_identifiers(draft: ClassDraft) -> set[str]:
    """What a variable of `forward` can't be called: a name that `forward` itself uses."""
    found = set(_OF_PYTHON)
    texts: list[str] = []
    for node in walk(draft.forward):
        texts += texts_of(node)
    found.update(_NAMES.findall(blanked(TOKENS.sub(" ", "\n".join(texts)))))
    found.update(n for n in draft.plan.inputs if not n.startswith(tokens.VARIABLE))
    found.update(n.removeprefix("self.") for n in (*draft.stored, *draft.late))
    return found


def _name_modules(draft: ClassDraft) -> None:
    used = (
        {n.removeprefix("self.") for n in (*draft.stored, *draft.late)}
        | {a for a, _ in draft.plan.attributes}
        | {*draft.settled.values()}
        | ({"name"} if draft.plan.label is not None else set())
        | set(RESERVED)
    )
    for token, (_, attribute, path) in draft.plan.shared.items():
        if token in draft.modules:
            used.add(attribute)
            draft.attrs[token] = draft.bases[token] = attribute
            draft.paths[token] = path
    order = [(n.module, path) for n, path in constructs_in(draft.init, ())]
    for module, path in order:
        if module.token in draft.attrs:
            continue
        hint = draft.plan.hints.get(module.token) or module.hint or "layer"
        base = plural(hint) if path else hint
        name, number = base, 1
        while name in used:
            name = f"{base}_{number}"
            number += 1
        used.add(name)
        draft.attrs[module.token] = name
        draft.bases[module.token] = hint
        draft.paths[module.token] = path
    for token in draft.modules:
        if token not in draft.attrs:
            raise EmitError("a layer is called that is never made")


#: What the sizes of an image are called where its channels come first.
_SPATIAL = ("height", "width")
_LED = {"height": "channels", "width": "height", "channels": "width"}


def _local_names(draft: ClassDraft) -> None:
    """Names for variables that the original did not have."""
    found: dict[str, None] = {}
    for node in [*walk(draft.init), *walk(draft.forward)]:
        for text in texts_of(node):
            for token in LOCAL_TOKENS.findall(text):
                found.setdefault(token)
    for token in (*draft.plan.inputs, *draft.plan.sizes, *(t for _, t in draft.plan.attributes)):
        if token.startswith((tokens.VARIABLE, tokens.SIZE)):
            found.setdefault(token)
    channels_owner = ""
    aliases: dict[str, str] = {}
    for token in found:
        if token.startswith(tokens.VARIABLE):
            final = final_name(token, draft.plan.renames)
            if final != token:
                aliases[token] = final
                if not final.startswith(tokens.VARIABLE):
                    continue
                token = final
            if token not in draft.names:
                _local(draft, token, tokens.hint_of(token))
    for token, final in aliases.items():
        draft.names[token] = draft.names.get(final, final)
    for token in (*draft.plan.sizes, *(t for t in found if t not in draft.plan.sizes)):
        if token.startswith(tokens.SIZE) and token in found:
            owner, axis = tokens.owner_and_axis(token)
            if draft.plan.channels_lead and any(tokens.size(owner, a) in found for a in _SPATIAL):
                axis = _LED.get(axis, axis)
            channels_owner = channels_owner or owner
            if token in draft.names:
                continue
            owner_name = draft.names.get(owner, owner)
            wanted = axis if owner == channels_owner else f"{owner_name}_{axis}"
            _local(draft, token, wanted)


def _local(draft: ClassDraft, token: str, wanted: str) -> None:
    name, number = wanted, 2
    reserved = RESERVED - {"x"}
    # temporaries, and what was moved while the tensor itself is still read, share no name
    temporary = token.startswith((f"{tokens.VARIABLE}x:t", f"{tokens.VARIABLE}x:m"))
    shares = name == "x" and not temporary
    while (
        name in reserved
        or (name in draft.taken and not (shares and name == "x"))
        or name in draft.names.values()
    ):
        if name == "x" and "x" not in draft.taken and "x" not in draft.names.values():
            break
        name = f"{wanted}{number}"
        number += 1
    draft.names[token] = name


def inner_list(draft: ClassDraft, token: str) -> str:
    """The variable of the list that an inner loop fills, apart from those of the program."""
    name = draft.attrs[token]
    return f"{draft.bases[token]}_list" if name in draft.taken else name


def free_local(draft: ClassDraft, wanted: str, token: str, depth: int) -> str:
    """A name for what one round of a loop takes from a list of modules."""
    key = (token, depth)
    known = draft.locals.get(key)
    if known is not None:
        return known
    path = draft.paths[token]
    near = {
        name
        for (other, _), name in draft.locals.items()
        if draft.paths[other][: len(path)] == path[: len(draft.paths[other])]
    }
    name, number = wanted, 2
    variables = {n for t, n in draft.names.items() if t.startswith(tokens.VARIABLE)}
    while name in draft.taken_in_forward or name in near or name in variables:
        name = f"{wanted}{number}"
        number += 1
    draft.locals[key] = name
    return name


def plural(name: str) -> str:
    """`conv` → `convs`."""
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name[-1:].isdigit():
        return f"{name}_list"
    return f"{name}s"
