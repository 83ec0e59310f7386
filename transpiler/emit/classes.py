"""One `nn.Module` class: names chosen, `__init__` and `forward` written out."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from transpiler.emit.comments import Arrangement, Script
from transpiler.emit.fold import WIDTH, fold, split_operators
from transpiler.emit.loops import Header, header
from transpiler.emit.text import indented_comment, substitute_names
from transpiler.ir.code import Comments, Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import TERNARY, Expr, Module, ternary
from transpiler.passes.liveness import modules_used, names, prune, walk
from transpiler.passes.moves import straighten
from transpiler.passes.results import lean_results
from transpiler.source.lexical import blanked

#: Attributes of nn.Module that a layer can't be called.
RESERVED = frozenset(
    {
        "forward", "train", "eval", "training", "parameters", "modules", "children", "buffers",
        "apply", "half", "float", "double", "bfloat16", "to", "cpu", "cuda", "type", "compile",
        "add_module", "state_dict", "zero_grad", "share_memory", "extra_repr", "call",
        "register_buffer", "register_parameter", "get_parameter", "get_buffer", "named_modules",
        "requires_grad_", "named_parameters", "named_children", "named_buffers", "ipu", "xpu",
        "dump_patches", "load_state_dict", "init", "self", "super", "lambda", "class", "def",
        "return", "in", "is", "not", "and", "or", "if", "else", "for", "while", "with", "as",
        "import", "from", "global", "del", "pass", "raise", "try", "except", "None", "True",
        "False", "torch", "nn", "F", "get_submodule", "set_submodule", "mtia", "to_empty",
    }
)  # fmt: skip


#: A size, or a variable; a size's token may hold that of a variable.
_LOCAL_TOKENS = re.compile("\ue004[^\ue005]*\ue005|\ue002[^\ue003]*\ue003")

_TOKENS = re.compile(
    "\ue000[^\ue001]*\ue001|\ue004[^\ue005]*\ue005|\ue002[^\ue003]*\ue003|\ue008[^\ue009]*\ue009"
)


_CLASS = re.compile("\ue008(\\d+)\ue009")

#: Names that stand for themselves: no attributes of something.
_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")

#: What a loop may run over: tokens, names, attributes of `self`.
_SOURCES = re.compile(f"{_TOKENS.pattern}|(?<![\\w.])self\\.\\w+|(?<![\\w.])[A-Za-z_]\\w*")


class EmitError(Exception):
    """The programs can't be written as a class; says why."""


@dataclass(slots=True)
class ClassPlan:
    """What a class is made of."""

    name: str
    init: list[Node]
    forward: list[Node]
    inputs: list[str]  #: the names or tokens of `forward`'s parameters
    parameters: list[tuple[str, str, str, bool]] = field(
        default_factory=list
    )  #: name, annotation, default, keyword-only
    sizes: tuple[str, ...] = ()
    statics: frozenset[str] = frozenset()  #: names that are constructor parameters if needed
    required: tuple[str, ...] = ()  #: constructor parameters in any case: models used as layers
    renames: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    docstring: str = ""
    effects: bool = True  #: whether statements with effects move into `__init__`
    attributes: tuple[tuple[str, str], ...] = ()
    class_names: dict[int, str] = field(default_factory=dict)  #: the names of blocks
    tensor_names: frozenset[str] = frozenset()  #: variables of the region that hold tensors
    takes_all: bool = False  #: all parameters belong to the signature, read or not
    attribute_names: tuple[frozenset[str], ...] = ()  #: the names that each attribute reads
    apply_init: bool = False
    script: Script | None = None  #: the original statements with their comments
    staying: frozenset[int] = frozenset()  #: the statements that keep their comments
    guards: tuple[str, ...] = ()  #: statements at the start of `__init__`
    starred: bool = False  #: the one input is a list of any length: `*inputs`
    shared: dict[str, tuple[str, str, tuple[int, ...]]] = field(
        default_factory=dict
    )  #: token -> owner, attribute, loops


@dataclass(slots=True)
class ClassText:
    """A written class, and what instantiating it takes."""

    text: str
    sizes: tuple[str, ...]
    parameters: tuple[tuple[str, bool], ...]  #: name, keyword-only
    constructors: list[Expr]
    helpers: frozenset[str]


def render(plan: ClassPlan) -> ClassText:
    """Write a class. Raises EmitError where a name or size is missing."""
    return ClassWriter(plan).write()


class ClassWriter:
    def __init__(self, plan: ClassPlan) -> None:
        self.plan = plan
        forward, _ = prune(plan.forward, frozenset(), effects=False)
        forward = lean_results(straighten(forward))
        forward, _ = prune(forward, frozenset(), effects=False)
        modules = modules_used(forward)
        wanted = frozenset(n for names_ in plan.attribute_names for n in names_)
        init, _ = prune(plan.init, wanted, plan.effects, frozenset(modules) - set(plan.shared))
        init, forward = _merge_choices(init, forward)
        forward, self.late = self._without_foreign_sizes(forward)
        wanted |= frozenset(self.late)
        forward = _ask_modules(init, forward)
        forward = _loop_over_modules(init, forward, plan.shared)
        forward, live = prune(forward, frozenset(), effects=False)
        self.init, self.live_init = prune(
            init, wanted, plan.effects, frozenset(modules_used(forward)) - set(plan.shared)
        )
        self.forward = forward
        self.modules = modules_used(forward)
        self.stored = self._stored(live)
        self.taken = self._identifiers()
        self.taken_in_forward = self._forward_identifiers()
        self.names: dict[str, str] = {}
        self.paths: dict[str, tuple[int, ...]] = {}
        self.attrs: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.locals: dict[tuple[str, int], str] = {}
        self.comments: Arrangement | None = None
        self.read_from_self: dict[str, str] = {}
        self._check(live)

    def _without_foreign_sizes(self, forward: list[Node]) -> tuple[list[Node], list[str]]:
        """Sizes of tensors that another model computes come from `__init__`."""
        _, live = prune(forward, frozenset(), effects=False)
        missing = (live & self.plan.tensor_names) - set(self.plan.inputs)
        if not missing:
            return forward, []
        sized = {d for n in walk(forward) if isinstance(n, Line) and n.sized for d in n.defs}
        kept = [n for n in forward if not (isinstance(n, Line) and n.sized)]
        kept, live = prune(kept, frozenset(), effects=False)
        return kept, sorted(live & sized)

    # names ---------------------------------------------------------------------------------

    def _stored(self, live: frozenset[str]) -> list[str]:
        inputs = set(self.plan.inputs)
        return sorted(
            n for n in live if (n in self.plan.statics or n.startswith("self.")) and n not in inputs
        )

    def _check(self, live: frozenset[str]) -> None:
        for name in (*self.live_init, *live):
            if name == "\ue00anosize\ue00b":
                raise EmitError("the size of a tensor that a layer needs is not known")
            if name in ("\ue00aitem\ue00b", "\ue00aunknown\ue00b"):
                raise EmitError("a loop that is not understood")
        foreign = (live & self.plan.tensor_names) - set(self.plan.inputs)
        if foreign:
            raise EmitError("a tensor of another model is needed")
        for name in live:
            if name.startswith("\ue004"):
                raise EmitError("a size that only `__init__` knows is needed in `forward`")
            if name.startswith("\ue002") and name not in self.plan.inputs:
                raise EmitError("a tensor is used before it is computed")
        for name in self.live_init:
            if name.startswith("\ue004") and name not in self.plan.sizes:
                raise EmitError("a size is used before it is known")
            if name.startswith("\ue002"):
                raise EmitError("a list is used before it is known")

    def _forward_identifiers(self) -> set[str]:
        """What a variable of `forward` can't be called: a name that `forward` itself uses."""
        found = set(keyword.kwlist) | set(dir(builtins)) | {"self", "torch", "nn", "F"}
        for node in walk(self.forward):
            for text in _texts(node):
                found.update(_NAMES.findall(blanked(_TOKENS.sub(" ", text))))
        found.update(n for n in self.plan.inputs if not n.startswith("\ue002"))
        found.update(n.removeprefix("self.") for n in (*self.stored, *self.late))
        return found

    def _identifiers(self) -> set[str]:
        found: set[str] = set(RESERVED)
        for node in [*walk(self.init), *walk(self.forward)]:
            for text in _texts(node):
                found.update(re.findall(r"[A-Za-z_]\w*", _TOKENS.sub(" ", text)))
        found.update(n for n in self.plan.inputs if not n.startswith("\ue002"))
        found.update(self.plan.statics)
        return found

    def _name_modules(self) -> None:
        used = (
            {n.removeprefix("self.") for n in self.stored}
            | {a for a, _ in self.plan.attributes}
            | set(RESERVED)
        )
        for token, (_, attribute, path) in self.plan.shared.items():
            if token in self.modules:
                used.add(attribute)
                self.attrs[token] = self.bases[token] = attribute
                self.paths[token] = path
        order = [(n.module, path) for n, path in _constructs(self.init, ())]
        for module, path in order:
            if module.token in self.attrs:
                continue
            hint = self.plan.hints.get(module.token) or module.hint or "layer"
            base = plural(hint) if path else hint
            name, number = base, 1
            while name in used:
                name = f"{base}_{number}"
                number += 1
            used.add(name)
            self.attrs[module.token] = name
            self.bases[module.token] = hint
            self.paths[module.token] = path
        for token in self.modules:
            if token not in self.attrs:
                raise EmitError("a layer is called that is never made")

    def _local_names(self) -> None:
        """Names for variables that the original did not have."""
        tokens: dict[str, None] = {}
        for node in [*walk(self.init), *walk(self.forward)]:
            for text in _texts(node):
                for token in _LOCAL_TOKENS.findall(text):
                    tokens.setdefault(token)
        for token in (*self.plan.inputs, *self.plan.sizes, *(t for _, t in self.plan.attributes)):
            if token.startswith(("\ue002", "\ue004")):
                tokens.setdefault(token)
        channels_owner = ""
        aliases: dict[str, str] = {}
        for token in tokens:
            if token.startswith("\ue002"):
                final = self._final(token)
                if final != token:
                    aliases[token] = final
                    if not final.startswith("\ue002"):
                        continue
                    token = final
                if token not in self.names:
                    self._local(token, token[1:].split(":", 1)[0])
        for token, final in aliases.items():
            self.names[token] = self.names.get(final, final)
        for token in (*self.plan.sizes, *(t for t in tokens if t not in self.plan.sizes)):
            if token.startswith("\ue004") and token in tokens:
                owner, _, axis = token[1:].rstrip("\ue005").rpartition(":")
                channels_owner = channels_owner or owner
                if token in self.names:
                    continue
                owner_name = self.names.get(owner, owner)
                wanted = axis if owner == channels_owner else f"{owner_name}_{axis}"
                self._local(token, wanted)

    def _final(self, token: str) -> str:
        """What a variable is called in the end: itself, or the one that it became."""
        seen = set()
        name = token
        while name in self.plan.renames and name not in seen:
            seen.add(name)
            name = self.plan.renames[name]
        return name

    def _local(self, token: str, wanted: str) -> None:
        name, number = wanted, 2
        reserved = RESERVED - {"x"}
        shares = name == "x" and not token.startswith("\ue002x:t")  # temporaries share no name
        while (
            name in reserved
            or (name in self.taken and not (shares and name == "x"))
            or name in self.names.values()
        ):
            if name == "x" and "x" not in self.taken and "x" not in self.names.values():
                break
            name = f"{wanted}{number}"
            number += 1
        self.names[token] = name

    # text ----------------------------------------------------------------------------------

    def write(self) -> ClassText:
        plan = self.plan
        self._coalesce_input()
        self._adopt_sizes()
        self.taken = self._identifiers()
        self.taken_in_forward = self._forward_identifiers()
        self._name_modules()
        self._local_names()
        self.arrange_comments()
        constructors = [n.module.constructor for n in walk(self.init) if isinstance(n, Construct)]
        helpers = frozenset[str]().union(*(c.helpers for c in constructors)) | self._helpers()
        return ClassText(
            self.text(),
            tuple(t for t in plan.sizes if t in self.live_init),
            tuple((p[0], p[3]) for p in self._parameters()),
            constructors,
            helpers,
        )

    def arrange_comments(self) -> None:
        """Decide which statement carries which comments."""
        if self.plan.script is not None:
            self.comments = Arrangement(
                self.init, self.forward, self.plan.script, self.plan.staying
            )

    def _comments(self, node: Node) -> Comments:
        return node.comments if self.comments is None else self.comments.of(node)

    def text(self) -> str:
        """The class as it is written."""
        plan = self.plan
        signature = self._signature(self._parameters())
        lines = [f"class {plan.name}(nn.Module):"]
        if plan.docstring:
            lines += [f"    {plan.docstring}", ""]
        lines += [fold(f"def __init__({signature}):", 4)]
        lines += self._guards()
        lines += ["        super().__init__()"]
        for name in self.stored:
            plain = name.removeprefix("self.")
            lines.append(f"        self.{plain} = {plain}")
        lines += self._shared_lines()
        lines += self._init_block(self.init, 8, ())
        for name in self.late:
            lines.append(f"        self.{name} = {name}")
        for attribute, token in plan.attributes:
            lines.append(f"        self.{attribute} = {self._init_text(token)}")
        lines += self._init_lines()
        star = "*" if plan.starred else ""
        inputs = [star + self.names.get(n, n) for n in plan.inputs]
        lines += ["", fold(f"def forward({', '.join(['self', *inputs])}):", 4)]
        prologue = self._prologue()
        lines += prologue
        lines += self._forward_block(self.forward, 8, {}, ())
        return tidy("\n".join(lines)) + "\n"

    def _init_lines(self) -> list[str]:
        """Start from Keras's weights, but leave alone what belongs to other models."""
        plan = self.plan
        if not plan.apply_init:
            return []
        if not plan.shared and not plan.required:
            return ["        self.apply(init_like_keras)"]
        given = {n.removeprefix("self.") for n in plan.required}
        own: dict[str, None] = {}
        for construct, _ in _constructs(self.init, ()):
            name = self.attrs[construct.module.token]
            if construct.module.constructor.text.removeprefix("self.") not in given:
                own.setdefault(name)
        lines = []
        for name in own:
            call = f"self.{name}.apply(init_like_keras)"
            optional = any(self.attrs.get(t) == name for t in self.asked) and not any(
                self.paths[t] for t in self.asked if self.attrs.get(t) == name
            )
            if optional:
                lines.append(f"        if self.{name} is not None:")
                lines.append(f"            {call}")
            else:
                lines.append(f"        {call}")
        return lines

    def _shared_lines(self) -> list[str]:
        """Modules that belong to another model."""
        lines: dict[str, None] = {}
        for token, (owner, attribute, _) in self.plan.shared.items():
            if token in self.modules:
                owner = owner.removeprefix("self.")
                lines.setdefault(f"        self.{attribute} = {owner}.{attribute}")
        return list(lines)

    def _helpers(self) -> frozenset[str]:
        return frozenset()

    def _parameters(self) -> list[tuple[str, str, str, bool]]:
        needed = set(self.live_init) | set(self.stored)
        needed |= {w for g in self.plan.guards for w in re.findall(r"^if (\w+) is", g)}
        found = [p for p in self.plan.parameters if p[0] in needed or self.plan.takes_all]
        listed = {p[0] for p in self.plan.parameters}
        extra = sorted(
            n
            for n in needed
            if n in self.plan.statics and n not in listed and not n.startswith("self.")
        )
        found += [(n, "", "", True) for n in extra]
        attributes = sorted(n.removeprefix("self.") for n in needed if n.startswith("self."))
        names_found = {p[0] for p in found}
        found = [(n, "", "", False) for n in attributes if n not in names_found] + found
        required = [
            (n.removeprefix("self."), "", "", False)
            for n in self.plan.required
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

    def _signature(self, parameters: list[tuple[str, str, str, bool]]) -> str:
        parts = ["self"]
        parts += [
            self.names.get(t, t)
            for t in self.plan.sizes
            if t in self.live_init or self.plan.takes_all
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

    def _guards(self) -> list[str]:
        return [f"        {line}" for guard in self.plan.guards for line in guard.split("\n")]

    def _prologue(self) -> list[str]:
        """Names that `forward` changes start from what `__init__` kept."""
        changed = {d for n in walk(self.forward) if isinstance(n, Line) for d in n.defs}
        changed |= {d for n in walk(self.forward) if isinstance(n, For) for d in n.target_names}
        lines = []
        self.read_from_self = {name: f"self.{name}" for name in self.late}
        for name in self.stored:
            plain = name.removeprefix("self.")
            if name in changed:
                lines.append(f"        {plain} = self.{plain}")
            elif not name.startswith("self."):
                self.read_from_self[name] = f"self.{name}"
        return lines

    def _adopt_sizes(self) -> None:
        """`def __init__(self, size): channels = size` is `def __init__(self, channels)`."""
        lines = [n for n in walk(self.init) if isinstance(n, Line)]
        made = Counter(name for n in lines for name in n.defs)
        known = self.plan.statics | {p[0] for p in self.plan.parameters}
        for node in list(self.init):
            if not isinstance(node, Line) or len(node.defs) != 1 or any(node.comments.leading):
                continue
            (name,) = node.defs
            token = node.text.removeprefix(f"{name} = ")
            free = made[name] == 1 and name not in known and name.isidentifier()
            if free and token in self.plan.sizes and token not in self.names:
                self.names[token] = name
                self.init = [n for n in self.init if n is not node]

    def _coalesce_input(self) -> None:
        """`def forward(self, inputs): x = f(inputs)` is `def forward(self, x): x = f(x)`."""
        if len(self.plan.inputs) != 1 or self.plan.starred:
            return
        name = self.plan.inputs[0]
        lines = [n for n in self.forward if not isinstance(n, Return)]
        uses = [i for i, n in enumerate(self.forward) if _mentions(n, name)]
        if not uses or not lines:
            return
        permuted = 0
        first = self.forward[uses[0]]
        if isinstance(first, Line) and first.defs == {name}:
            permuted = 1
        rest = uses[permuted:]
        if len(rest) != 1:
            return
        node = self.forward[rest[0]]
        if not isinstance(node, Line) or len(node.defs) != 1 or not node.kills:
            return
        (target,) = node.defs
        if target == name or not (target.isidentifier() or target.startswith("\ue002")):
            return
        if any(_mentions(n, target) for n in self.forward[: rest[0]]):
            return
        same = node.text == f"{target} = {name}"
        if target != "x" and not target.startswith("\ue002x:") and not same:
            return
        if same:
            self._drop(node)
        self._rename_everywhere(name, target)
        self.plan.inputs = [target]

    def _drop(self, node: Node) -> None:
        self.forward = [n for n in self.forward if n is not node]

    def _rename_everywhere(self, name: str, target: str) -> None:
        made: list[Node] = []
        for node in self.forward:
            if isinstance(node, Line):
                text = node.text
                if name.startswith("\ue002"):
                    text = text.replace(name, target)
                else:
                    text = substitute_names(text, {name: target})
                    if text.startswith(f"{name} = "):
                        text = target + text[len(name) :]
                node = replace(
                    node,
                    text=text,
                    defs=frozenset(target if d == name else d for d in node.defs),
                    uses=frozenset(target if u == name else u for u in node.uses),
                )
            made.append(node)
        self.forward = made

    def _init_text(self, text: str) -> str:
        text = self._resolve(text)
        for name in self._self_names():
            text = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", name.removeprefix("self."), text)
        return text

    def _self_names(self) -> list[str]:
        return [
            n for n in (*self.live_init, *self.stored, *self.plan.required) if n.startswith("self.")
        ]

    def _resolve(self, text: str, local: dict[str, str] | None = None) -> str:
        if "\ue008" in text:
            text = _CLASS.sub(lambda m: self.plan.class_names.get(int(m.group(1)), "Block"), text)
        if "\ue000" in text or "\ue002" in text or "\ue004" in text or "\ue00c" in text:
            text = re.sub("\ue00c(\ue000[^\ue001]*\ue001)\ue00d", self._own_module, text)
            text = re.sub(
                "\ue000[^\ue001]*\ue001",
                lambda m: (local or {}).get(m.group()) or self._attribute(m.group()),
                text,
            )
            text = _LOCAL_TOKENS.sub(lambda m: self._known(m.group()), text)
        return text

    def _known(self, token: str) -> str:
        found = self.names.get(token)
        if found is None:
            raise EmitError("a name is missing")
        return found

    def _own_module(self, match: re.Match[str]) -> str:
        token = match.group(1)
        path = self.paths.get(token, ())
        if not path:
            return f"self.{self.attrs[token]}"
        if len(path) == 1:
            return f"self.{self.attrs[token]}[-1]"
        return f"{self._inner_list(token)}[-1]"

    def _attribute(self, token: str) -> str:
        if token not in self.attrs:
            raise EmitError("a layer is called that is never made")
        if self.paths[token]:
            raise EmitError("a layer that a loop makes is called outside of the loop")
        return f"self.{self.attrs[token]}"

    def _forward_text(self, text: str, local: dict[str, str]) -> str:
        text = self._resolve(text, local)
        if self.read_from_self:
            text = substitute_names(text, self.read_from_self)
        return text

    def _statement(self, text: str, indent: int, comments: Comments) -> list[str]:
        if "\n" in text:
            return self._long_statement(text, indent, comments)
        lines = [indented_comment(c, indent) for c in comments.leading]
        if comments.trailing:
            if "\n" not in text and len(text) + indent + len(comments.trailing) + 2 > 88:
                lines.append(indented_comment(comments.trailing, indent))
                return [*lines, fold(text, indent)]
            return [*lines, fold(text, indent) + f"  {comments.trailing}"]
        return [*lines, fold(text, indent)]

    def _long_statement(self, text: str, indent: int, comments: Comments) -> list[str]:
        """A statement in the lines in which the user wrote it."""
        pad = " " * indent
        lines = [indented_comment(c, indent) for c in comments.leading if not c or c not in text]
        if ('"""' in text or "'''" in text) and not text.startswith("def "):
            return [*lines, pad + text]
        first = [pad + line if line else "" for line in text.split("\n")]
        if text.startswith("def "):
            return [*lines, *first, ""]
        if comments.trailing and comments.trailing not in text:
            first[-1] += f"  {comments.trailing}"
        return [*lines, *first]

    # __init__ ------------------------------------------------------------------------------

    def _init_block(self, nodes: list[Node], indent: int, loops: tuple[int, ...]) -> list[str]:
        lines: list[str] = []
        for node in nodes:
            match node:
                case Line():
                    text = self._init_text(node.text)
                    lines += self._statement(text, indent, self._comments(node))
                case Construct():
                    lines += self._construct(node, indent, loops)
                case If():
                    lines += self._init_if(node, indent, loops)
                case For() | While():
                    lines += self._init_loop(node, indent, loops)
                case Return():
                    raise EmitError("`return` in `__init__`")
        return lines

    def _construct(self, node: Construct, indent: int, loops: tuple[int, ...]) -> list[str]:
        made = self._init_text(node.module.constructor.text)
        text = self._store(node.module.token, made, loops)
        if text == f"self.{made} = {made}" or made.startswith("self."):
            text = f"self.{self.attrs[node.module.token]} = {made}"
        return self._statement(text, indent, self._comments(node))

    def _store(self, token: str, made: str, loops: tuple[int, ...]) -> str:
        name = self.attrs[token]
        if not loops:
            return f"self.{name} = {made}"
        owner = f"self.{name}" if len(loops) == 1 else self._inner_list(token)
        return f"{owner}.append({made})"

    def _init_if(
        self, node: If, indent: int, loops: tuple[int, ...], absent: tuple[str, ...] = ()
    ) -> list[str]:
        """A branch; `absent` are modules that an earlier way makes, and this one does not."""
        test = self._init_text(node.test.text)
        only = node.body[0] if len(node.body) == 1 else None
        if (
            isinstance(only, Construct)
            and not node.orelse
            and not absent
            and only.module.constructor.strength > TERNARY
        ):
            made = self._init_text(only.module.constructor.text)
            text = self._store(only.module.token, f"{made} if {test} else None", loops)
            outer, inner = self._comments(node), self._comments(only)
            comments = Comments((*outer.leading, *inner.leading), inner.trailing or outer.trailing)
            if len(text) + indent <= 88 or "\n" not in text:
                return self._statement(text, indent, comments)
        if (
            not node.body
            and node.orelse
            and not self._missing(node.orelse, node.body, indent, loops)
        ):
            return self._negated_if(node, test, indent, loops)
        lines = self._statement(f"if {test}:", indent, self._comments(node))
        body = self._init_block(node.body, indent + 4, loops)
        if not _ends_in_raise(body):
            body += self._missing(node.orelse, node.body, indent + 4, loops)
            body += self._nothing(absent, node.body, indent + 4, loops)
        lines += body or [" " * (indent + 4) + "pass"]
        if (
            len(node.orelse) == 1
            and isinstance(node.orelse[0], If)
            and self._is_elif(node, node.orelse[0], loops)
        ):
            missing = (*absent, *(t for t in _made_here(node.body) if t in self.asked))
            nested = self._init_if(node.orelse[0], indent, loops, missing)
            head = next(i for i, line in enumerate(nested) if line.lstrip().startswith("if "))
            if all(line.lstrip().startswith("#") for line in nested[:head]):
                nested[head] = nested[head].replace("if ", "elif ", 1)
                return lines + nested
        orelse = self._init_block(node.orelse, indent + 4, loops)
        if not _ends_in_raise(orelse):
            orelse += self._missing(node.body, node.orelse, indent + 4, loops)
            orelse += self._nothing(absent, node.orelse, indent + 4, loops)
        if orelse:
            lines += [" " * indent + "else:", *orelse]
        return lines

    def _nothing(
        self, absent: tuple[str, ...], here: list[Node], indent: int, loops: tuple[int, ...]
    ) -> list[str]:
        made = set(_made_here(here))
        return [" " * indent + f"self.{self.attrs[t]} = None" for t in absent if t not in made]

    def _negated_if(self, node: If, test: str, indent: int, loops: tuple[int, ...]) -> list[str]:
        """A branch of which only the other way does something."""
        tests, orelse = [_negated(test)], node.orelse
        while len(orelse) == 1 and isinstance(orelse[0], If) and not orelse[0].body:
            tests.append(_negated(self._init_text(orelse[0].test.text)))
            orelse = orelse[0].orelse
        lines = self._statement(f"if {' and '.join(tests)}:", indent, self._comments(node))
        return lines + self._init_block(orelse, indent + 4, loops)

    def _is_elif(self, outer: If, node: If, loops: tuple[int, ...]) -> bool:
        """Whether the other way through a branch is its `elif`."""
        single = len(node.body) == 1 and isinstance(node.body[0], Construct)
        if single and not node.orelse:
            return False
        return not loops or set(_made_here(outer.body)) == set(_made_here(outer.orelse))

    def _missing(
        self, there: list[Node], here: list[Node], indent: int, loops: tuple[int, ...]
    ) -> list[str]:
        """`None` for the modules that the other side of a branch makes."""
        own = set(_made_here(here))
        lines = []
        for token in _made_here(there):
            if token in own:
                continue
            name = self.attrs[token]
            if loops:
                lines.append(
                    " " * indent
                    + (f"self.{name}" if len(loops) == 1 else self._inner_list(token))
                    + ".append(None)"
                )
            elif token in self.asked:
                lines.append(" " * indent + f"self.{name} = None")
        return lines

    @property
    def asked(self) -> set[str]:
        found: set[str] = set()
        for node in walk(self.forward):
            if isinstance(node, If):
                found.update(m.token for m in node.test.modules)
        return found

    def _init_loop(self, node: For | While, indent: int, loops: tuple[int, ...]) -> list[str]:
        made = list(_made_inside(node.body))
        pad = " " * indent
        comments = self._comments(node)
        lines = [indented_comment(c, indent) for c in comments.leading]
        for token in made:
            owner = self._inner_list(token) if loops else f"self.{self.attrs[token]}"
            lines.append(f"{pad}{owner} = nn.ModuleList()")
        inner = (*loops, node.id)
        body = self._init_block(node.body, indent + 4, inner)
        if isinstance(node, While):
            line = f"while {self._init_text(node.test.text)}:"
        else:
            line = _uncounted(node, self._init_text(_lean(node, False).text))
        lines += self._statement(line, indent, Comments((), comments.trailing))
        lines += body
        if loops:
            for token in made:
                owner = f"self.{self.attrs[token]}" if len(loops) == 1 else self._inner_list(token)
                lines.append(f"{pad}{owner}.append({self._inner_list(token)})")
        return lines

    def _inner_list(self, token: str) -> str:
        """The variable of the list that an inner loop fills, apart from those of the program."""
        name = self.attrs[token]
        return f"{self.bases[token]}_list" if name in self.taken else name

    # forward -------------------------------------------------------------------------------

    def _forward_block(
        self, nodes: list[Node], indent: int, local: dict[str, str], path: tuple[int, ...]
    ) -> list[str]:
        lines: list[str] = []
        for node in nodes:
            match node:
                case Line():
                    text = self._forward_text(node.text, local)
                    left, _, right = text.partition(" = ")
                    if left == right:
                        continue
                    lines += self._assignment(text, indent, self._comments(node))
                case Return():
                    text = f"return {self._forward_text(node.value.text, local)}"
                    comments = self._comments(node)
                    merged = _merge_return(lines, text, indent, comments)
                    lines = (
                        merged
                        if merged is not None
                        else [*lines, *self._statement(text, indent, self._comments(node))]
                    )
                case If():
                    lines += self._forward_if(node, indent, local, path)
                case For() | While():
                    lines += self._forward_loop(node, indent, local, path)
                case Construct():
                    raise EmitError("a layer is made in `forward`")
        return lines

    def _assignment(self, text: str, indent: int, comments: Comments) -> list[str]:
        """A statement; `x = x if kept else f(x)` is a branch."""
        name, _, value = text.partition(" = ")
        parts = split_operators(value, (" if ", " else ")) if name.isidentifier() else []
        if len(parts) != 3 or name not in (parts[0], parts[2].removeprefix("else ")):
            return self._statement(text, indent, comments)
        test, other = parts[1].removeprefix("if "), parts[2].removeprefix("else ")
        if name == parts[0]:
            test, changed = _negated(test), other
        else:
            changed = parts[0]
        head = self._statement(f"if {test}:", indent, comments)
        return head + self._statement(f"{name} = {changed}", indent + 4, Comments())

    def _forward_if(
        self, node: If, indent: int, local: dict[str, str], path: tuple[int, ...]
    ) -> list[str]:
        test = self._forward_text(node.test.text, local)
        body = self._forward_block(node.body, indent + 4, local, path)
        if not node.body:
            lines = self._statement(f"if {_negated(test)}:", indent, self._comments(node))
            return lines + self._forward_block(node.orelse, indent + 4, local, path)
        lines = self._statement(f"if {test}:", indent, self._comments(node)) + body
        if len(node.orelse) == 1 and isinstance(node.orelse[0], If) and node.orelse[0].body:
            nested = self._forward_if(node.orelse[0], indent, local, path)
            head = next(i for i, line in enumerate(nested) if line.lstrip().startswith("if "))
            nested[head] = nested[head].replace("if ", "elif ", 1)
            return lines + nested
        if node.orelse:
            lines += [
                " " * indent + "else:",
                *self._forward_block(node.orelse, indent + 4, local, path),
            ]
        return lines

    def _forward_loop(
        self, node: For | While, indent: int, local: dict[str, str], path: tuple[int, ...]
    ) -> list[str]:
        inner = (*path, node.id)
        used = [t for t in modules_used(node.body) if self.paths.get(t, ())[: len(inner)] == inner]
        used += [
            t
            for t in _asked_inside(node.body)
            if t not in used and self.paths.get(t, ())[: len(inner)] == inner
        ]
        used.sort(key=lambda t: list(self.attrs).index(t))
        sources: list[str] = []
        inner_local = dict(local)
        targets: list[str] = []
        for token in used:
            name = self.attrs[token]
            sources.append(local.get(token) or f"self.{name}")
            deeper = len(self.paths[token]) > len(inner)
            variable = self._inner_list(token) if deeper else self.bases[token]
            variable = self._free_local(variable, token, len(inner))
            targets.append(variable)
            inner_local[token] = variable
        body = self._forward_block(node.body, indent + 4, inner_local, inner)
        pairs = [*zip(targets, sources, strict=True)]
        if isinstance(node, While):
            if not used:
                line = f"while {self._forward_text(node.test.text, local)}:"
            else:
                line = Header(tuple(pairs)).text
            return self._statement(line, indent, self._comments(node)) + body
        lean = _lean(node, bool(used))
        line = self._forward_text(lean.along(pairs).text, local)
        if not used:
            line = _uncounted(node, line)
        return self._statement(line, indent, self._comments(node)) + body

    def _free_local(self, wanted: str, token: str, depth: int) -> str:
        """A name for what one round of a loop takes from a list of modules."""
        key = (token, depth)
        known = self.locals.get(key)
        if known is not None:
            return known
        path = self.paths[token]
        near = {
            name
            for (other, _), name in self.locals.items()
            if self.paths[other][: len(path)] == path[: len(self.paths[other])]
        }
        name, number = wanted, 2
        variables = {n for t, n in self.names.items() if t.startswith("\ue002")}
        while name in self.taken_in_forward or name in near or name in variables:
            name = f"{wanted}{number}"
            number += 1
        self.locals[key] = name
        return name


def _lean(node: For, bounded: bool) -> Header:
    """The header of a loop, as far as somebody reads what it gives."""
    lean = header(node.target, node.iterable.text, bounded)
    return lean.lean(_reads(node.body) | node.outlives, bounded)


def _uncounted(node: For, line: str) -> str:
    """`for _ in range(n)`, where nobody reads the counter."""
    read = _reads(node.body) | node.outlives
    if not node.iterable.text.startswith("range(") or node.target_names & read:
        return line
    return line.replace(node.target, "_", 1)


_OPPOSITES = {" == ": " != ", " != ": " == ", " < ": " >= ", " > ": " <= "}
_COMPARISONS = re.compile(r" (?:[=!<>]=|[<>]|(?:not )?in|is) ")
_CONNECTED = re.compile(r"\b(?:and|or|not|if|lambda)\b")


def _negated(test: str) -> str:
    if test.endswith(" is not None"):
        return test.removesuffix(" is not None") + " is None"
    if test.startswith("not ") and " and " not in test and " or " not in test:
        return test[4:]
    found = _COMPARISONS.findall(test)
    if len(found) == 1 and found[0] in _OPPOSITES and not _CONNECTED.search(test):
        if len(split_operators(test, (found[0],))) == 2:
            return test.replace(found[0], _OPPOSITES[found[0]])
    return f"not ({test})" if " " in test else f"not {test}"


def _merge_return(lines: list[str], text: str, indent: int, comments: Comments) -> list[str] | None:
    """`x = f(x)` before `return x` is `return f(x)`."""
    if any(comments.leading):
        return None
    trailing = comments.trailing
    name = text.removeprefix("return ")
    if not lines or not name.isidentifier():
        return None
    last = lines[-1]
    prefix = " " * indent + f"{name} = "
    if "\n" in last or not last.startswith(prefix) or last.rstrip().endswith(("(", "[")):
        return None
    made = fold(f"return {last[len(prefix):]}", indent)
    if not trailing:
        return [*lines[:-1], made]
    commented = f"{made}  {trailing}"
    if "#" not in made and "\n" not in made and len(commented) <= WIDTH:
        return [*lines[:-1], commented]
    return [*lines[:-1], " " * indent + trailing, made]


def _ends_in_raise(lines: list[str]) -> bool:
    """Whether a rendered block ends by raising."""
    for line in reversed(lines):
        first = line.split("\n", 1)[0].strip()
        if first and not first.startswith("#"):
            return first.startswith("raise")
    return False


def tidy(text: str) -> str:
    """No blank lines at the start of a block, and never two of them."""
    lines = text.split("\n")
    kept: list[str] = []
    for line in lines:
        if not line.strip():
            previous = kept[-1] if kept else ""
            if (
                not previous.strip()
                or previous.strip() == "super().__init__()"
                or (
                    previous.rstrip().endswith(":") and not previous.lstrip().startswith(("#", '"'))
                )
            ):
                continue
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def plural(name: str) -> str:
    """`conv` → `convs`."""
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name[-1:].isdigit():
        return f"{name}_list"
    return f"{name}s"


def _texts(node: Node) -> list[str]:
    match node:
        case Line():
            return [node.text]
        case Construct():
            return [node.module.constructor.text]
        case For():
            return [node.target, node.iterable.text]
        case While() | If():
            return [node.test.text]
        case Return():
            return [node.value.text]


def _node_uses(node: Node) -> frozenset[str]:
    match node:
        case Line():
            return node.uses
        case Construct():
            return names(node.module.constructor)
        case For():
            return names(node.iterable)
        case While() | If():
            return names(node.test)
        case Return():
            return names(node.value)


def _reads(nodes: list[Node]) -> frozenset[str]:
    """All names that some statements read."""
    return frozenset[str]().union(*(_node_uses(n) for n in walk(nodes)))


def _mentions(node: Node, name: str) -> bool:
    for inner in walk([node]):
        if name in _node_uses(inner):
            return True
        if isinstance(inner, Line) and name in inner.defs:
            return True
    return False


def _constructs(
    nodes: list[Node], path: tuple[int, ...]
) -> list[tuple[Construct, tuple[int, ...]]]:
    found: list[tuple[Construct, tuple[int, ...]]] = []
    for node in nodes:
        if isinstance(node, Construct):
            found.append((node, path))
        elif isinstance(node, If):
            found += _constructs(node.body, path) + _constructs(node.orelse, path)
        elif isinstance(node, (For, While)):
            found += _constructs(node.body, (*path, node.id))
    return found


def _made_here(nodes: list[Node]) -> list[str]:
    """Tokens of the modules, and lists of modules, that a block makes at its own loop level."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Construct):
            found.append(node.module.token)
        elif isinstance(node, If):
            found += [
                t for t in (*_made_here(node.body), *_made_here(node.orelse)) if t not in found
            ]
        elif isinstance(node, (For, While)):
            found += [t for t in _made_inside(node.body) if t not in found]
    return found


def _made_inside(nodes: list[Node]) -> list[str]:
    return list(dict.fromkeys(c.module.token for c, _ in _constructs(nodes, ())))


def _asked_inside(nodes: list[Node]) -> list[str]:
    return [m.token for n in walk(nodes) if isinstance(n, If) for m in n.test.modules]


def _ask_modules(init: list[Node], forward: list[Node]) -> list[Node]:
    """In `forward`, ask whether a layer is there rather than why it was made."""
    branches = {n.id: n for n in walk(init) if isinstance(n, If)}
    return [_asking(node, branches) for node in forward]


def _merge_choices(init: list[Node], forward: list[Node]) -> tuple[list[Node], list[Node]]:
    """Two layers of which one is made, and called in the same way: one attribute."""
    called = {n.id: n for n in walk(forward) if isinstance(n, If)}
    counts = Counter(m.token for n in walk(forward) for m in _modules_of(n) if _calls_it(n, m))
    merged: dict[int, list[Node]] = {}

    def change_init(nodes: list[Node]) -> list[Node]:
        made: list[Node] = []
        for node in nodes:
            if isinstance(node, (For, While)):
                node = replace(node, body=change_init(node.body))
            elif isinstance(node, If):
                there = called.get(node.id)
                one = _one_attribute(node, there, counts) if there is not None else None
                node = replace(node, body=change_init(node.body), orelse=change_init(node.orelse))
                same = _same_call(node, there)
                if same is not None and there is not None:
                    merged[node.id] = there.body
                    made.append(same)
                    continue
                if one is not None:
                    merged[node.id] = list(one.calls)
                    made += one.made
                    continue
            made.append(node)
        return made

    def change_forward(nodes: list[Node]) -> list[Node]:
        made: list[Node] = []
        for node in nodes:
            if isinstance(node, (For, While)):
                node = replace(node, body=change_forward(node.body))
            elif isinstance(node, If):
                if node.id in merged:
                    made += merged[node.id]
                    continue
                node = replace(
                    node, body=change_forward(node.body), orelse=change_forward(node.orelse)
                )
            made.append(node)
        return made

    init = change_init(init)
    return init, change_forward(forward)


def _same_call(made: If, called: If | None) -> Construct | None:
    """One construction for two, if both sides of a branch differ in nothing else."""
    if called is None or len(made.body) != 1 or len(made.orelse) != 1:
        return None
    one, other = made.body[0], made.orelse[0]
    if not isinstance(one, Construct) or not isinstance(other, Construct):
        return None
    here, there = _calls(called.body, one.module.token), _calls(called.orelse, other.module.token)
    if here is None or here != there:
        return None
    constructor = ternary(made.test, one.module.constructor, other.module.constructor)
    hint = min(one.module.hint, other.module.hint, key=len)
    origins = (*made.origins, *one.origins, *other.origins)
    return Construct(Module(constructor, hint, one.module.token), origins=origins)


def _calls(lines: Sequence[Node], token: str) -> list[str] | None:
    """Plain statements that call a module, without what it and their own variables are called."""
    own: dict[str, str] = {token: "module"}
    texts: list[str] = []
    for position, node in enumerate(lines, start=1):
        if not isinstance(node, Line):
            return None
        if position < len(lines):
            for name in sorted(d for d in node.defs - node.uses if d.startswith("\ue002")):
                own.setdefault(name, f"\ue002{len(own)}")
        text = node.text
        for name, plain in own.items():
            text = text.replace(name, plain)
        texts.append(text)
    return texts or None


def _calls_it(node: Node, module: Module) -> bool:
    """Whether a statement itself calls a module, not only what the one before it gave."""
    return not isinstance(node, Line) or module.token in node.text


@dataclass(frozen=True, slots=True)
class _OneOf:
    """Statements of `__init__` that make one of several modules, and how `forward` calls it."""

    made: tuple[Node, ...]
    token: str
    calls: tuple[Line, ...]


def _one_attribute(made: If, called: If, counts: Counter[str]) -> _OneOf | None:
    """One attribute for the modules of all ways, if they are called in the same way."""
    one = _way(made.body, called.body, counts)
    other = _way(made.orelse, called.orelse, counts)
    if one is None or other is None or made.test.modules:
        return None
    if _calls(one.calls, one.token) != _calls(other.calls, other.token):
        return None
    sides = [n.module for n in walk([*one.made, *other.made]) if isinstance(n, Construct)]
    recurrent = all(_RECURRENT.match(m.constructor.text) for m in sides)
    hint = "rnn" if recurrent and len({m.hint for m in sides}) > 1 else ""
    body = [_with_token(n, one.token, one.token, hint) for n in one.made]
    orelse = [_with_token(n, other.token, one.token, hint) for n in other.made]
    branch = replace(made, body=body, orelse=orelse)
    return _OneOf((branch,), one.token, one.calls)


_RECURRENT = re.compile(r"nn\.(LSTM|GRU|RNN)\(")


def _way(made: list[Node], called: list[Node], counts: Counter[str]) -> _OneOf | None:
    """One way of a branch that makes one module, or goes on to another branch that does."""
    inner = called[0] if len(called) == 1 else None
    if isinstance(inner, If):
        found = next((n for n in made if isinstance(n, If) and n.id == inner.id), None)
        deeper = None if found is None else _one_attribute(found, inner, counts)
        if deeper is None or any(isinstance(n, Construct) for n in made):
            return None
        statements = [s for n in made for s in (deeper.made if n is found else (n,))]
        return replace(deeper, made=tuple(statements))
    constructs = [n for n in made if isinstance(n, Construct)]
    lines = [n for n in called if isinstance(n, Line)]
    if len(constructs) != 1 or len(lines) != len(called):
        return None
    token = constructs[0].module.token
    here = [m.token for n in lines for m in n.modules if _calls_it(n, m)]
    if here != [token] or counts[token] != 1:
        return None
    if any(n.comments.leading or n.comments.trailing for n in lines):
        return None
    return _OneOf(tuple(made), token, tuple(lines))


def _with_token(node: Node, token: str, other: str, hint: str) -> Node:
    """A statement of `__init__` that says another module, of this name, where it says one."""
    if isinstance(node, Construct) and node.module.token == token:
        module = Module(node.module.constructor, hint or node.module.hint, other)
        return replace(node, module=module)
    if isinstance(node, Line):
        return replace(node, text=node.text.replace(token, other))
    if isinstance(node, If):
        sides = node.body, node.orelse
        body, orelse = ([_with_token(n, token, other, hint) for n in side] for side in sides)
        return replace(node, body=body, orelse=orelse)
    return node


def _modules_of(node: Node) -> tuple[Module, ...]:
    """The modules that a statement of `forward` itself calls."""
    if isinstance(node, Line):
        return node.modules
    if isinstance(node, Return):
        return node.value.modules
    if isinstance(node, For):
        return node.iterable.modules
    return node.test.modules if isinstance(node, (If, While)) else ()


def _loop_over_modules(
    init: list[Node], forward: list[Node], shared: dict[str, tuple[str, str, tuple[int, ...]]]
) -> list[Node]:
    """In `forward`, a loop over modules needs no counter that nobody reads."""
    made: dict[int, set[str]] = {}
    for token, (_, _, path) in shared.items():
        for serial in path:
            made.setdefault(serial, set()).add(token)
    for node in walk(init):
        if isinstance(node, (For, While)):
            made.setdefault(node.id, set()).update(_made_inside(node.body))
    forward = [_over_modules(node, made) for node in forward]
    for node in list(walk(forward)):
        if isinstance(node, For) and node.iterable.names:
            called = set(modules_used(node.body)) | set(_asked_inside(node.body))
            if called & made.get(node.id, set()):
                forward = _without_items(forward, node)
    return forward


def _without_items(forward: list[Node], loop: For) -> list[Node]:
    """The program with a loop over modules only, if nothing that matters reads what it was over."""
    bare = replace(loop, iterable=Expr(loop.iterable.text))
    changed = _replaced(forward, loop, bare)
    kept, _ = prune(changed, frozenset(), effects=False)
    left = next((n for n in walk(kept) if isinstance(n, For) and n.id == loop.id), None)
    if left is None or any(_node_uses(n) & loop.target_names for n in walk(left.body)):
        return forward
    return changed


def _replaced(nodes: list[Node], old: Node, new: Node) -> list[Node]:
    """The statements with one of them changed, however deep it stands."""
    made: list[Node] = []
    for node in nodes:
        if node is old:
            made.append(new)
        elif isinstance(node, If):
            body, orelse = (_replaced(part, old, new) for part in (node.body, node.orelse))
            made.append(replace(node, body=body, orelse=orelse))
        elif isinstance(node, (For, While)):
            made.append(replace(node, body=_replaced(node.body, old, new)))
        else:
            made.append(node)
    return made


def _over_modules(node: Node, made: dict[int, set[str]]) -> Node:
    if isinstance(node, If):
        return replace(
            node,
            body=[_over_modules(n, made) for n in node.body],
            orelse=[_over_modules(n, made) for n in node.orelse],
        )
    if not isinstance(node, (For, While)):
        return node
    node = replace(node, body=[_over_modules(n, made) for n in node.body])
    called = set(modules_used(node.body)) | set(_asked_inside(node.body))
    if not called & made.get(node.id, set()):
        return node
    if isinstance(node, While):
        return replace(node, test=Expr(node.test.text))
    lean = _lean(node, True)
    words = set(_SOURCES.findall(" ".join([lean.start, *(s for _, s in lean.pairs)])))
    iterable = node.iterable
    kept = tuple(m for m in iterable.modules if m.token in words)
    read = frozenset(pair for pair in iterable.names if pair[0] in words)
    return replace(node, iterable=replace(iterable, modules=kept, names=read))


def _asking(node: Node, branches: dict[int, If]) -> Node:
    if isinstance(node, (For, While)):
        return replace(node, body=[_asking(n, branches) for n in node.body])
    if not isinstance(node, If):
        return node
    body = [_asking(n, branches) for n in node.body]
    orelse = [_asking(n, branches) for n in node.orelse]
    node = replace(node, body=body, orelse=orelse)
    made = branches.get(node.id)
    if made is None:
        return node
    for there, here, operator in (
        (made.body, body, "is not None"),
        (made.orelse, orelse, "is None"),
    ):
        direct = [n.module for n in there if isinstance(n, Construct)]
        called = modules_used(here)
        for module in direct:
            if module.token in called:
                test = Expr(f"{module.token} {operator}", strength=6, modules=(module,))
                return replace(node, test=test)
    return node


__all__ = ["Module"]
