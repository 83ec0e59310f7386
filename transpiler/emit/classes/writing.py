"""One `nn.Module` class: names chosen, `__init__` and `forward` written out."""

from __future__ import annotations

import re

from transpiler.diagnostics import PRETRAINED
from transpiler.emit.classes.contents import constructs_in
from transpiler.emit.classes.draft import ClassDraft, adopt_sizes, applied_modules, coalesce_input
from transpiler.emit.classes.forward import forward_block
from transpiler.emit.classes.init import init_block
from transpiler.emit.classes.lines import tidy
from transpiler.emit.classes.names import name_members
from transpiler.emit.classes.plan import ClassPlan, ClassText, EmitError
from transpiler.emit.classes.texts import init_text
from transpiler.emit.fold import fold
from transpiler.ir.code import Construct, For, Line
from transpiler.ir.expr import Module, reads
from transpiler.ir.training import PENALIZED
from transpiler.passes.liveness import walk
from transpiler.regex import regex


def write_class(draft: ClassDraft) -> ClassText:
    """Write a class. Raises EmitError where a name or size is missing."""
    plan = draft.plan
    coalesce_input(draft)
    adopt_sizes(draft)
    name_members(draft)
    draft.arrange_comments()
    constructors = [n.module.constructor for n in walk(draft.init) if isinstance(n, Construct)]
    helpers = frozenset[str]().union(*(c.helpers for c in constructors))
    return ClassText(
        class_text(draft),
        tuple(t for t in plan.sizes if t in draft.live_init),
        tuple((p[0], p[3]) for p in _parameters(draft)),
        _attributes(draft),
        constructors,
        helpers,
    )


def class_text(draft: ClassDraft) -> str:
    """The class as it is written."""
    plan = draft.plan
    signature = _signature(draft, _parameters(draft))
    lines = [f"class {plan.name}(nn.Module):"]
    if plan.docstring:
        lines += [f"    {plan.docstring}", ""]
    lines += [fold(f"def __init__({signature}):", 4)]
    lines += _guards(draft)
    lines += ["        super().__init__()"]
    for name in draft.stored:
        plain = name.removeprefix("self.")
        lines.append(f"        self.{plain} = {plain}")
    place = len(lines)
    lines += _shared_lines(draft)
    body = init_block(draft, draft.init, 8, ())
    if plan.label is not None and "name" not in draft.stored:
        computed = {d for n in walk(draft.init) if isinstance(n, Line) for d in n.defs}
        place = len(body) if computed & reads(plan.label) else 0
        body.insert(place, f"        self.name = {init_text(draft, plan.label.text)}")
    lines += body
    for name in draft.late:
        lines.append(f"        self.{name} = {name}")
    for attribute, token in plan.attributes:
        lines.append(f"        self.{attribute} = {init_text(draft, token)}")
    lines += _dry_run(draft)
    lines += _init_lines(draft)
    star = "*" if plan.starred else ""
    inputs = [star + draft.names.get(n, n) for n in plan.inputs]
    name = plan.method if plan.activations else "forward"
    lines += _activated_forward(draft, inputs) if plan.activations else []
    lines += ["", fold(f"def {name}({', '.join(['self', *inputs])}):", 4)]
    lines += _said_of_method(plan) if plan.activations else []
    lines += _prologue(draft)
    body = forward_block(draft, draft.forward, 8, {}, ())
    lines += body[1:] if plan.activations and body[:1] == [""] else body  # below the docstring
    lines += _kept_still(draft)
    kept = [(f"self.{name}", path) for path, name in draft.settled.items()]
    settled = [
        f"        {n} = {init_text(draft, p)}"
        for n, p in kept
        if p in plan.asked_paths or _is_read(n, lines[place:])
    ]
    lines[place:place] = settled  # a loop over modules doesn't count them any more
    return tidy("\n".join(lines)) + "\n"


def _is_read(name: str, lines: list[str]) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", "\n".join(lines)) is not None


def _kept_still(draft: ClassDraft) -> list[str]:
    """`train`, where parts are called with training=False, which Keras 2 keeps to."""
    names = {f"self.{draft.attrs[t]}": None for t, module in draft.modules.items() if module.still}
    if not names:
        return []
    what = "A part that is called with training=False stays"
    if len(names) > 1:
        what = "Parts that are called with training=False stay"
    return [
        "",
        "    def train(self, mode=True):",
        f'        """{what} in evaluation mode."""',
        "        super().train(mode)",
        *(f"        {name}.eval()" for name in names),
        "        return self",
    ]


def _activated_forward(draft: ClassDraft, inputs: list[str]) -> list[str]:
    """`forward`, where a method computes what its last activations are applied to."""
    plan = draft.plan
    activations, called = plan.activations, f"self.{plan.method}({', '.join(inputs)})"
    several, penalized = len(activations) > 1, plan.method == PENALIZED
    one = f"{called}[0]" if penalized else called
    modules = applied_modules(plan)
    activations = {
        o: _of_module(f"self.{draft.attrs[n]}", modules.get(n)) if n in draft.attrs else n
        for o, n in activations.items()
    }
    values = [_activated(name, o if several else one) for o, name in activations.items()]
    targets = [*activations, "_"] if penalized else list(activations)
    given = [fold(f"{', '.join(targets)} = {called}", 8)] if several else []
    head = fold(f"def forward({', '.join(['self', *inputs])}):", 4)
    keyed = [re.fullmatch(r"outputs\[(.*)\]", output) for output in activations]
    keys = [found[1] for found in keyed if found is not None]
    if keys:
        values = [_activated(name, output) for output, name in activations.items()]
        entries = ", ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=True))
        taken = "outputs, _" if penalized else "outputs"
        lines = [f"{taken} = {called}", f"return {{{entries}}}"]
        return ["", head, *(fold(line, 8) for line in lines)]
    return ["", head, *given, fold(f"return {', '.join(values)}", 8)]


def _of_module(attribute: str, module: Module | None) -> str:
    """How a module is applied in that order, also one that goes along the channels of torch's."""
    if module is not None and _ALONG_FIRST.search(module.constructor.text):
        return f"{attribute}({{}}.movedim(-1, 1)).movedim(1, -1)"
    return f"{attribute}({{}})"


_ALONG_FIRST = regex(r"\bChannelsFirstActivation\(|\bdim=1\b")


def _activated(activation: str, code: str) -> str:
    """An output with its activation, in Keras's order of axes."""
    if not activation:
        return code
    if activation.startswith("self."):
        return activation.format(code)
    return f"F.softmax({code}, dim=-1)" if activation == "softmax" else f"torch.sigmoid({code})"


def _said_of_method(plan: ClassPlan) -> list[str]:
    given = dict.fromkeys(filter(None, plan.activations.values()))
    names = [name if name in ("softmax", "sigmoid") else "activation" for name in given]
    several = len(plan.activations) > 1
    outputs = "The outputs" if several or not names else "The scores"
    before = f" before the {' and the '.join(names)}" if names else ""
    what = f"{outputs}{before}, for the loss"
    if plan.method == PENALIZED:
        what = f"{outputs}{before}, and what activity regularizers add to the loss"
    return [f'        """{what}."""']


def _parameters(draft: ClassDraft) -> list[tuple[str, str, str, bool]]:
    """The parameters of `__init__` after the sizes: those that it needs, defaults last."""
    needed = set(draft.live_init) | set(draft.stored)
    needed |= {w for g in draft.plan.guards for w in re.findall(r"^if (\w+) is", g)}
    kept = needed | draft.plan.kept
    found = [p for p in draft.plan.parameters if p[0] in kept or draft.plan.takes_all]
    listed = {p[0] for p in draft.plan.parameters}
    extra = sorted(
        n
        for n in needed
        if n in draft.plan.statics and n not in listed and not n.startswith("self.")
    )
    found += [(n, "", "", True) for n in extra]
    attributes = sorted(_attributes(draft))
    names_found = {p[0] for p in found}
    if names_found.intersection(attributes):
        both = sorted(names_found.intersection(attributes))[0]
        raise EmitError(f"the class would need both `{both}` and `self.{both}`")
    is_block = draft.plan.is_block
    found = [(n, "", "", is_block) for n in attributes if n not in names_found] + found
    required = [
        (n.removeprefix("self."), "", "", False)
        for n in draft.plan.required
        if n.removeprefix("self.") not in names_found
    ]
    found = [*required, *[p for p in found if p[0] not in {r[0] for r in required}]]
    positional = [p for p in found if not p[3]]
    seen_default = False
    ordered: list[tuple[str, str, str, bool]] = []
    for p in positional:
        if p[2]:
            seen_default = True
        elif seen_default:
            ordered.append((p[0], p[1], "", True))
            continue
        ordered.append(p)
    ordered = [p for p in ordered if not p[3]] + [p for p in ordered if p[3]]
    return ordered + [p for p in found if p[3]]


def _attributes(draft: ClassDraft) -> frozenset[str]:
    """What the class needs of the object whose method builds the model."""
    needed = (*draft.live_init, *draft.stored)
    return frozenset(n.removeprefix("self.") for n in needed if n.startswith("self."))


def _signature(draft: ClassDraft, parameters: list[tuple[str, str, str, bool]]) -> str:
    parts = ["self"]
    parts += [
        draft.names.get(t, t)
        for t in draft.plan.sizes
        if t in draft.live_init or draft.plan.takes_all
    ]
    starred = False
    for name, annotation, default, keyword_only in parameters:
        if keyword_only and not starred:
            parts.append("*")
            starred = True
        text = name + (f": {annotation}" if annotation else "")
        if default:
            text += f" = {default}" if annotation else f"={default}"
        parts.append(text)
    return ", ".join(parts)


def _guards(draft: ClassDraft) -> list[str]:
    lines: list[str] = []
    for guard in draft.plan.guards:
        test, refusal = guard.split("\n")
        lines += [f"        {test}", fold(refusal.strip(), 12)]
    return lines


def _prologue(draft: ClassDraft) -> list[str]:
    """Names that `forward` changes start from what `__init__` kept."""
    changed = {d for n in walk(draft.forward) if isinstance(n, Line) for d in n.defs}
    changed |= {d for n in walk(draft.forward) if isinstance(n, For) for d in n.target_names}
    lines = []
    draft.read_from_self = {name: f"self.{name}" for name in draft.late}
    for name in draft.stored:
        plain = name.removeprefix("self.")
        if name in changed:
            lines.append(f"        {plain} = self.{plain}")
        elif not name.startswith("self."):
            draft.read_from_self[name] = f"self.{name}"
    return lines


#: Modules without weights, and those whose weights start as torch has them.
_AS_TORCH = regex(
    r"(?:nn\.(?:\w*Dropout\w*|BatchNorm\w*|LayerNorm|GroupNorm|Identity)|Gaussian\w+|Random[A-Z]\w+)\("
)


def _is_pretrained(constructor: str) -> bool:
    """Whether a person puts a module there that comes with weights."""
    return constructor.startswith(f'NotConverted("{PRETRAINED.code}')


def _init_lines(draft: ClassDraft) -> list[str]:
    """Start from Keras's weights, but leave alone what belongs to other models."""
    plan = draft.plan
    modules = [n.module for n, _ in constructs_in(draft.init, ())]
    made = [module.constructor.text for module in modules if not module.whole]
    if not plan.apply_init or all(map(_AS_TORCH.match, made)):
        return []
    alone = len(made) == len(modules) and not plan.shared and not plan.required
    if alone and not any(map(_is_pretrained, made)):
        return ["        self.apply(init_like_keras)"]
    given = {n.removeprefix("self.") for n in plan.required}
    own: dict[str, None] = {}
    for construct, _ in constructs_in(draft.init, ()):
        name = draft.attrs[construct.module.token]
        text = construct.module.constructor.text
        others = construct.module.whole or text.removeprefix("self.") in given
        if others or _is_pretrained(text) or _AS_TORCH.match(text):
            continue
        own.setdefault(name)
    lines = []
    for name in own:
        call = f"self.{name}.apply(init_like_keras)"
        optional = any(draft.attrs.get(t) == name for t in draft.asked) and not any(
            draft.paths[t] for t in draft.asked if draft.attrs.get(t) == name
        )
        if optional:
            lines.append(f"        if self.{name} is not None:")
            lines.append(f"            {call}")
        else:
            lines.append(f"        {call}")
    return lines


def _dry_run(draft: ClassDraft) -> list[str]:
    """A run on zeros; as in evaluation, since normalizations would go by them."""
    zeros = [init_text(draft, one.text) for one in draft.plan.zeros]
    if not zeros:
        return []
    comment = "        # a batch of zeros tells the lazy layers how many inputs they have"
    run = f"eval()({', '.join(zeros)})"
    if "device=device" not in zeros[0]:
        return [comment, fold(f"self.{run}", 8), "        self.train()"]
    return [  # some parts are there already
        "        device = next(self.parameters()).device",
        comment,
        fold(f"self.to(device=device).{run}", 8),
        "        self.train()",
    ]


def _shared_lines(draft: ClassDraft) -> list[str]:
    """Modules that belong to another model."""
    lines: dict[str, None] = {}
    for token, (owner, attribute, _) in draft.plan.shared.items():
        if token in draft.modules:
            owner = owner.removeprefix("self.")
            lines.setdefault(f"        self.{attribute} = {owner}.{attribute}")
    return list(lines)
