"""What attributes of an nn.Module can't be called: `train`, `forward`."""

from __future__ import annotations

from transpiler.regex import regex

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

#: Those that a plain value must not hide: torch itself, or whoever trains or saves, reads them.
OF_MODULES = frozenset(
    {
        "add_module", "apply", "buffers", "call_super_init", "children", "eval", "extra_repr",
        "forward", "get_buffer", "get_extra_state", "get_parameter", "get_submodule",
        "load_state_dict", "modules", "named_buffers", "named_children", "named_modules",
        "named_parameters", "parameters", "register_backward_hook", "register_buffer",
        "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
        "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook", "register_module", "register_parameter",
        "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_",
        "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty",
        "train", "training", "zero_grad",
    }
)  # fmt: skip
_OF_MODULES_PRIVATE = regex(
    r"_(?:modules|parameters|buffers|apply|version|get_name|named_members|slow_forward"
    r"|non_persistent_buffers_set|replicate_for_data_parallel"
    r"|\w*call_impl|\w*state_dict|\w*hooks?\w*)"
)


def is_of_modules(name: str) -> bool:
    """Whether an nn.Module is not itself any more where an attribute of that name is another."""
    return name in OF_MODULES or _OF_MODULES_PRIVATE.fullmatch(name) is not None
