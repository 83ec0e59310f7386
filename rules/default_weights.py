"""`init_like_keras`: the function that starts the weights of a file as Keras does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from transpiler.regex import regex

#: What fits on the line of a docstring.
LONGEST_STORY: Final = 78

#: What fits between `    elif isinstance(module, ` and `):`.
LONGEST_TEST: Final = 60

#: What starts the weights of a layer in their own way: the defaults must not come after it.
_CHOOSING = ("with_init", "with_depthwise_init", "with_attention_init")


def default_init(made: Iterable[str]) -> str:
    """The source of `init_like_keras`, for the modules that a file makes.

    They are given by their constructors, `nn.Conv2d(3, 8, 3, bias=False)`, or by their classes
    alone. Nothing is needed, and `""` returned, where torch starts from the same weights.
    """
    makers = list(made)
    text = "\n".join(makers)
    classes = set(re.findall(r"\b(?:nn\.)?[A-Z]\w*(?=\(|$)", text, re.MULTILINE))
    classes = {_STATEFUL.sub("nn.", name) for name in classes}
    chosen = any(f"{n}(" in text for n in _CHOOSING)
    chosen |= "InitializedLazy" in text
    parts = [_kernels(classes, text), _embeddings(classes), *_recurrent(classes)]
    parts.append(_attention(classes, text))
    body = [part for part in parts if part]
    if not body and not chosen:
        return ""
    branches = "\n".join("if " + part if i == 0 else "elif " + part for i, part in enumerate(body))
    lines = [f'"""{_story(body)}"""']
    if any(name.startswith(("Lazy", "InitializedLazy")) for name in classes):
        lines += [
            'if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):',
            "    return  # the first batch tells its size",
        ]
    if chosen:
        lines += ['if hasattr(module, "initialized"):', "    return"]
    lines += branches.splitlines() if body else []
    return "def init_like_keras(module):\n" + "".join(f"    {line}\n" for line in lines)


def _story(body: list[str]) -> str:
    text = "\n".join(body)
    facts = []
    if "xavier_uniform_" in text:
        facts.append("Glorot uniform kernels")
    if "orthogonal_" in text:
        facts.append("orthogonal recurrent ones")
    if "nn.Embedding" in text:
        facts.append("small embeddings")
    if "zeros_" in text:
        facts.append("zero biases")
    story = "Start from Keras's default weights"
    full = f"{story}: {', '.join(facts)}."
    return full if facts and len(full) <= LONGEST_STORY else f"{story}."


#: Base class of emitted classes, whose weights start as those of the base.
_BASES: Final = {
    f"{prefix_}{kind}{n}d{suffix}": f"nn.{kind}{n}d"
    for n in (1, 2, 3)
    for prefix_, kind, suffix in (
        ("", "Conv", "Same"),
        ("Padded", "Conv", ""),
        ("PaddedDilated", "Conv", ""),
        ("Padded", "ConvTranspose", ""),
        ("Sized", "ConvTranspose", ""),
    )
}

_LAZY: Final = regex(r"^(nn\.|Initialized)?Lazy")

_STATEFUL: Final = regex(r"^Stateful(?=LSTM$|GRU$|RNN$)")

_RECURRENT: Final = ("nn.LSTM", "nn.LSTMCell", "nn.GRU", "nn.GRUCell", "nn.RNN", "nn.RNNCell")

_KERNELS: Final = (
    *(f"nn.Conv{n}d" for n in (1, 2, 3)),
    *(f"nn.ConvTranspose{n}d" for n in (1, 2, 3)),
    "nn.Linear",
)


def _kernels(classes: set[str], text: str) -> str:
    """The branch for linear layers and convolutions."""
    based = {_BASES.get(c, _LAZY.sub("nn.", c)) for c in classes}
    kinds = [k for k in _KERNELS if k in based]
    if not kinds:
        return ""
    lines = _is_one_of(kinds)
    grouped = [k for k in kinds if ".Conv" in k and "Transpose" not in k]
    if "groups=" in text and grouped:
        lines += _depthwise(kinds, grouped)
    else:
        lines += ["    nn.init.xavier_uniform_(module.weight)"]
    if "bias=" in text or "(" not in text:
        lines += ["    if module.bias is not None:", "        nn.init.zeros_(module.bias)"]
    else:
        lines += ["    nn.init.zeros_(module.bias)"]
    return "\n".join(lines)


def _is_one_of(kinds: Sequence[str]) -> list[str]:
    """`isinstance(module, (nn.Conv2d, nn.Linear)):`, one to a line where they are many."""
    test = _listed(kinds)
    if len(test) <= LONGEST_TEST:
        return [f"isinstance(module, {test}):"]
    listed = [f"        {kind}," for kind in kinds]
    return ["isinstance(", "    module,", "    (", *listed, "    ),", "):"]


def _listed(kinds: Sequence[str]) -> str:
    return kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"


def _depthwise(kinds: list[str], grouped: list[str]) -> list[str]:
    """Keras counts all channels as inputs of a depthwise kernel, torch one."""
    test = "module.groups > 1 and module.groups == module.in_channels"
    if len(grouped) < len(kinds):
        test = 'getattr(module, "groups", 1) > 1 and module.groups == module.in_channels'
    return [
        "    weight = module.weight.detach()",
        f"    if {test}:",
        "        # a depthwise kernel: all channels count as inputs",
        "        weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)",
        "    nn.init.xavier_uniform_(weight)",
    ]


def _embeddings(classes: set[str]) -> str:
    if "nn.Embedding" not in classes:
        return ""
    return "isinstance(module, nn.Embedding):\n    nn.init.uniform_(module.weight, -0.05, 0.05)"


def _attention(classes: set[str], text: str) -> str:
    """The branch for torch's attention: it starts queries, keys and values as one matrix."""
    if "nn.MultiheadAttention" not in classes:
        return ""
    lines = [
        "isinstance(module, nn.MultiheadAttention):",
        "    for weight in module.in_proj_weight.detach().chunk(3):",
        "        nn.init.xavier_uniform_(weight)",
    ]
    if "kdim=" in text or "vdim=" in text:  # then they may be three matrices, which start so
        lines[1:] = [
            "    if module.in_proj_weight is not None:",
            "        for weight in module.in_proj_weight.detach().chunk(3):",
            "            nn.init.xavier_uniform_(weight)",
        ]
    return "\n".join([*lines, "    nn.init.xavier_uniform_(module.out_proj.weight)"])


def _recurrent(classes: set[str]) -> list[str]:
    """The branches for torch's recurrent layers."""
    kinds = [k for k in _RECURRENT if k in classes]
    if not kinds:
        return []
    lines = [
        *_is_one_of(kinds),
        "    for name, weight in module.named_parameters():",
        '        if "weight_ih" in name:',
        "            nn.init.xavier_uniform_(weight)",
        '        elif "weight_hh" in name:',
        "            nn.init.orthogonal_(weight)",
        "        else:",
        "            nn.init.zeros_(weight)",
    ]
    gated = [k for k in kinds if k.startswith("nn.LSTM")]
    if gated:
        test = "" if gated == kinds else f" and isinstance(module, {_listed(gated)})"
        lines += [
            f'        if "bias_ih" in name{test}:',
            "            nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate",
        ]
    return ["\n".join(lines)]
