"""The text of expressions, with the names of what is in the class filled in."""

from __future__ import annotations

import re

from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.names import LOCAL_TOKENS, inner_list
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.text import substitute_names
from transpiler.ir import tokens
from transpiler.regex import regex

#: How tokens begin whose names are chosen in the class.
_OF_NAMES = (tokens.MODULE, tokens.VARIABLE, tokens.SIZE, tokens.OWN_MODULE)
_BLOCK_NAME = regex(tokens.ANY_BLOCK)


def init_text(draft: ClassDraft, text: str) -> str:
    """As `__init__` writes it: attributes of `self` are its parameters."""
    text = _resolve(draft, text)
    for name in _self_names(draft):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", name.removeprefix("self."), text)
    return text


def forward_text(draft: ClassDraft, text: str, local: dict[str, str]) -> str:
    """As `forward` writes it; `local` names the modules of the loops around it."""
    text = _resolve(draft, text, local)
    if draft.read_from_self:
        text = substitute_names(text, draft.read_from_self)
        if "[" in text:
            text = _SLICE.sub(_spaced, text)
    return text


#: A slice in brackets whose bounds are names, attributes or numbers.
_SLICE = regex(r"(?<=[\[ ])([\w.]*):([\w.]*)(?=[\],])")


def _spaced(match: re.Match[str]) -> str:
    """`skips[1 : self.keep]`, as black writes slices between attributes."""
    lower, upper = match.groups()
    if "self." not in match.group():
        return match.group()
    return f"{lower} :".lstrip() + (f" {upper}" if upper else "")


def _self_names(draft: ClassDraft) -> list[str]:
    return [
        n for n in (*draft.live_init, *draft.stored, *draft.plan.required) if n.startswith("self.")
    ]


def _resolve(draft: ClassDraft, text: str, local: dict[str, str] | None = None) -> str:
    if tokens.BLOCK in text:
        text = _BLOCK_NAME.sub(lambda m: draft.plan.class_names.get(int(m.group(1)), "Block"), text)
    if any(kind in text for kind in _OF_NAMES):
        text = re.sub(tokens.ANY_OWN_MODULE, lambda m: _own_module(draft, m), text)
        text = re.sub(
            tokens.ANY_MODULE,
            lambda m: (local or {}).get(m.group()) or _attribute(draft, m.group()),
            text,
        )
        text = LOCAL_TOKENS.sub(lambda m: _known(draft, m.group()), text)
    return text


def _known(draft: ClassDraft, token: str) -> str:
    found = draft.names.get(token)
    if found is None:
        raise EmitError("a name is missing")
    return found


def _own_module(draft: ClassDraft, match: re.Match[str]) -> str:
    token = match.group(1)
    path = draft.paths.get(token, ())
    if not path:
        return f"self.{draft.attrs[token]}"
    if len(path) == 1:
        return f"self.{draft.attrs[token]}[-1]"
    return f"{inner_list(draft, token)}[-1]"


def _attribute(draft: ClassDraft, token: str) -> str:
    if token not in draft.attrs:
        raise EmitError("a layer is called that is never made")
    if draft.paths[token]:
        raise EmitError("a layer that a loop makes is called outside of the loop")
    return f"self.{draft.attrs[token]}"
