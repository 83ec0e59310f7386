"""The body of `__init__`: layers are made, in loops and branches too."""

from __future__ import annotations

from transpiler.emit.classes.contents import made_here, made_inside
from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.lines import ends_in_jump, negated, statement
from transpiler.emit.classes.module_loops import lean_header, uncounted
from transpiler.emit.classes.names import inner_list
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.classes.texts import init_text
from transpiler.emit.text import indented_comment
from transpiler.ir.code import Comments, Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import TERNARY
from transpiler.passes.liveness import jumps_out


def init_block(
    draft: ClassDraft, nodes: list[Node], indent: int, loops: tuple[int, ...]
) -> list[str]:
    lines: list[str] = []
    for position, node in enumerate(nodes):
        match node:
            case Line():
                text = init_text(draft, node.text)
                left, _, right = text.partition(" = ")
                if left == right:
                    continue
                lines += statement(text, indent, draft.comments_of(node))
            case Construct():
                lines += _construct(draft, node, indent, loops)
            case If():
                even = bool(loops) and jumps_out([node]) and draft.acts_before_jump(loops[-1])
                rest = nodes[position + 1 :] if even else []
                lines += _init_if(draft, node, indent, loops, rest=rest)
            case For() | While():
                lines += _init_loop(draft, node, indent, loops)
            case Return():
                raise EmitError("`return` in `__init__`")
    return lines


def _construct(
    draft: ClassDraft, node: Construct, indent: int, loops: tuple[int, ...]
) -> list[str]:
    made = init_text(draft, node.module.constructor.text)
    text = _store(draft, node.module.token, made, loops)
    if text == f"self.{made} = {made}" or made.startswith("self."):
        text = f"self.{draft.attrs[node.module.token]} = {made}"
    return statement(text, indent, draft.comments_of(node))


def _store(draft: ClassDraft, token: str, made: str, loops: tuple[int, ...]) -> str:
    name = draft.attrs[token]
    if not loops:
        return f"self.{name} = {made}"
    owner = f"self.{name}" if len(loops) == 1 else inner_list(draft, token)
    return f"{owner}.append({made})"


def _init_if(
    draft: ClassDraft,
    node: If,
    indent: int,
    loops: tuple[int, ...],
    absent: tuple[str, ...] = (),
    rest: list[Node] | None = None,
) -> list[str]:
    """A branch; `absent` are modules that an earlier way makes, and this one does not.

    `rest` are statements of the same round that a way which leaves the loop does not come to.
    """
    test = init_text(draft, node.test.text)
    only = node.body[0] if len(node.body) == 1 else None
    if (
        isinstance(only, Construct)
        and not node.orelse
        and not absent
        and only.module.constructor.strength > TERNARY
    ):
        made = init_text(draft, only.module.constructor.text)
        text = _store(draft, only.module.token, f"{made} if {test} else None", loops)
        outer, inner = draft.comments_of(node), draft.comments_of(only)
        comments = Comments((*outer.leading, *inner.leading), inner.trailing or outer.trailing)
        if len(text) + indent <= 88 or "\n" not in text:
            return statement(text, indent, comments)
    if not node.body and node.orelse and not _missing(draft, node.orelse, node.body, indent, loops):
        return _negated_if(draft, node, test, indent, loops)
    lines = statement(f"if {test}:", indent, draft.comments_of(node))
    body = init_block(draft, node.body, indent + 4, loops)
    if not ends_in_jump(body):
        body += _missing(draft, node.orelse, node.body, indent + 4, loops)
        body += _nothing(draft, absent, node.body, indent + 4, loops)
    elif jumps_out(node.body):
        left = [*node.orelse, *(rest or [])]
        body[-1:-1] = _missing(draft, left, node.body, indent + 4, loops)
    lines += body or [" " * (indent + 4) + "pass"]
    if (
        len(node.orelse) == 1
        and isinstance(node.orelse[0], If)
        and _is_elif(draft, node, node.orelse[0], loops)
    ):
        missing = (*absent, *(t for t in made_here(node.body) if t in draft.asked))
        nested = _init_if(draft, node.orelse[0], indent, loops, missing, rest)
        head = next(i for i, line in enumerate(nested) if line.lstrip().startswith("if "))
        if all(line.lstrip().startswith("#") for line in nested[:head]):
            nested[head] = nested[head].replace("if ", "elif ", 1)
            return lines + nested
    orelse = init_block(draft, node.orelse, indent + 4, loops)
    if not ends_in_jump(orelse):
        orelse += _missing(draft, node.body, node.orelse, indent + 4, loops)
        orelse += _nothing(draft, absent, node.orelse, indent + 4, loops)
    elif jumps_out(node.orelse):
        left = [*node.body, *(rest or [])]
        orelse[-1:-1] = _missing(draft, left, node.orelse, indent + 4, loops)
    if orelse:
        lines += [" " * indent + "else:", *orelse]
    return lines


def _nothing(
    draft: ClassDraft,
    absent: tuple[str, ...],
    here: list[Node],
    indent: int,
    loops: tuple[int, ...],
) -> list[str]:
    made = set(made_here(here))
    return [" " * indent + f"self.{draft.attrs[t]} = None" for t in absent if t not in made]


def _negated_if(
    draft: ClassDraft, node: If, test: str, indent: int, loops: tuple[int, ...]
) -> list[str]:
    """A branch of which only the other way does something."""
    tests, orelse = [negated(test)], node.orelse
    while len(orelse) == 1 and isinstance(orelse[0], If) and not orelse[0].body:
        tests.append(negated(init_text(draft, orelse[0].test.text)))
        orelse = orelse[0].orelse
    lines = statement(f"if {' and '.join(tests)}:", indent, draft.comments_of(node))
    return lines + init_block(draft, orelse, indent + 4, loops)


def _is_elif(draft: ClassDraft, outer: If, node: If, loops: tuple[int, ...]) -> bool:
    """Whether the other way through a branch is its `elif`."""
    single = len(node.body) == 1 and isinstance(node.body[0], Construct)
    if single and not node.orelse:
        return False
    return not loops or set(made_here(outer.body)) == set(made_here(outer.orelse))


def _missing(
    draft: ClassDraft, there: list[Node], here: list[Node], indent: int, loops: tuple[int, ...]
) -> list[str]:
    """`None` for the modules that the other side of a branch makes."""
    own = set(made_here(here))
    lines = []
    for token in made_here(there):
        if token in own:
            continue
        name = draft.attrs[token]
        if loops:
            lines.append(
                " " * indent
                + (f"self.{name}" if len(loops) == 1 else inner_list(draft, token))
                + ".append(None)"
            )
        elif token in draft.asked:
            lines.append(" " * indent + f"self.{name} = None")
    return lines


def _init_loop(
    draft: ClassDraft, node: For | While, indent: int, loops: tuple[int, ...]
) -> list[str]:
    made = list(made_inside(node.body))
    pad = " " * indent
    comments = draft.comments_of(node)
    lines = [indented_comment(c, indent) for c in comments.leading]
    for token in made:
        owner = inner_list(draft, token) if loops else f"self.{draft.attrs[token]}"
        lines.append(f"{pad}{owner} = nn.ModuleList()")
    inner = (*loops, node.id)
    body = init_block(draft, node.body, indent + 4, inner)
    if not body:  # it only said `x = x`
        return []
    if isinstance(node, While):
        line = f"while {init_text(draft, node.test.text)}:"
    else:
        line = uncounted(node, init_text(draft, lean_header(node, False).text))
    lines += statement(line, indent, Comments((), comments.trailing))
    lines += body
    if loops:
        for token in made:
            owner = f"self.{draft.attrs[token]}" if len(loops) == 1 else inner_list(draft, token)
            lines.append(f"{pad}{owner}.append({inner_list(draft, token)})")
    return lines
