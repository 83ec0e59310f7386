"""Initializers that are written into a converted file: they fill a torch weight in place."""

from __future__ import annotations

from rules.emitted import NN, TORCH, emitted

emitted(
    "with_init",
    '''
def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module
''',
    ("init_like_keras",),
    NN,
)

emitted(
    "with_attention_init",
    '''
def with_attention_init(attention, weight=None, bias=None):
    """Start the kernels or biases of all projections in the same way."""
    attention.apply(init_like_keras)
    for name, parameter in attention.named_parameters():
        init = bias if "bias" in name else weight
        if init is not None:
            init(parameter)
    for module in attention.modules():
        module.initialized = True
    return attention
''',
    ("init_like_keras",),
    NN,
)

for _kind, _size in (
    ("Linear", "in_features"),
    *((f"Conv{n}d", "in_channels") for n in (1, 2, 3)),
    *((f"ConvTranspose{n}d", "in_channels") for n in (1, 2, 3)),
):
    emitted(
        f"Lazy{_kind}",
        f'''
class Lazy{_kind}(nn.Lazy{_kind}):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.{_size} and not self.has_uninitialized_params():
            init_like_keras(self)
''',
        ("init_like_keras",),
        NN,
    )
    emitted(
        f"InitializedLazy{_kind}",
        f'''
class InitializedLazy{_kind}(nn.Lazy{_kind}):
    """Starts its weights in their own way when the first batch tells their size."""

    def __init__(self, *args, init, **kwargs):
        super().__init__(*args, **kwargs)
        self.init = init

    def reset_parameters(self):
        if self.{_size} and not self.has_uninitialized_params():
            with_init(self, **self.init)
''',
        ("with_init",),
        NN,
    )

emitted(
    "with_depthwise_init",
    '''
def with_depthwise_init(module, weight=nn.init.xavier_uniform_, bias=nn.init.zeros_):
    """Start a depthwise convolution, with the fans of its kernel counted as Keras does."""
    weight(module.weight.detach().unflatten(0, (module.groups, -1)).transpose(0, 1))
    if module.bias is not None:
        bias(module.bias)
    module.initialized = True
    return module
''',
    (),
    NN,
)

for _name, _title, _scale in (
    ("he_normal_", "He", "2 / weight[0].numel()"),
    ("lecun_normal_", "LeCun", "1 / weight[0].numel()"),
    ("glorot_normal_", "Glorot", "2 / (weight[0].numel() + weight[:, 0].numel())"),
):
    emitted(
        _name,
        f'''
def {_name}(weight):
    """{_title} normal, cut off at two standard deviations as in Keras."""
    std = ({_scale}) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
''',
        (),
        NN,
    )

emitted(
    "variance_scaling_",
    '''
def variance_scaling_(
    weight, scale=1.0, mode="fan_in", distribution="truncated_normal"
):
    """Spread weights by the number of their inputs and outputs, as Keras does."""
    fan_in = weight[0].numel() if weight.dim() > 1 else len(weight)
    fan_out = weight[:, 0].numel() if weight.dim() > 1 else len(weight)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    std = (scale / fans[mode]) ** 0.5
    if distribution == "uniform":
        return nn.init.uniform_(weight, -(3**0.5) * std, 3**0.5 * std)
    if distribution == "untruncated_normal":
        return nn.init.normal_(weight, std=std)
    std /= 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
''',
    (),
    NN,
)

emitted(
    "identity_",
    '''
def identity_(weight, gain=1.0):
    """A multiple of the identity matrix."""
    with torch.no_grad():
        return nn.init.eye_(weight).mul_(gain)
''',
    (),
    TORCH,
    NN,
)

emitted(
    "constant_",
    '''
def constant_(weight, value):
    """Set a weight to a number, or to an array of its shape."""
    with torch.no_grad():
        return weight.copy_(torch.as_tensor(value))
''',
    (),
    TORCH,
)

emitted(
    "filled_with",
    '''
def filled_with(value):
    """An initializer that sets a weight to a number, or to an array of its shape."""

    @torch.no_grad()
    def fill(weight):
        return weight.copy_(torch.as_tensor(value))

    return fill
''',
    (),
    TORCH,
)

emitted(
    "initializer_fn",
    '''
def initializer_fn(name):
    """The initializer that Keras calls by this name."""
    if callable(name):
        return name
    init = nn.init
    return {
        None: lambda w: variance_scaling_(w, mode="fan_avg", distribution="uniform"),
        "glorot_normal": lambda w: variance_scaling_(w, mode="fan_avg"),
        "glorot_uniform": lambda w: variance_scaling_(
            w, mode="fan_avg", distribution="uniform"
        ),
        "he_normal": lambda w: variance_scaling_(w, 2.0),
        "he_uniform": lambda w: variance_scaling_(w, 2.0, distribution="uniform"),
        "identity": init.eye_,
        "lecun_normal": variance_scaling_,
        "lecun_uniform": lambda w: variance_scaling_(w, distribution="uniform"),
        "normal": lambda w: init.normal_(w, std=0.05),
        "one": init.ones_,
        "ones": init.ones_,
        "orthogonal": init.orthogonal_,
        "random_normal": lambda w: init.normal_(w, std=0.05),
        "random_uniform": lambda w: init.uniform_(w, -0.05, 0.05),
        "truncated_normal": lambda w: init.trunc_normal_(w, std=0.05, a=-0.1, b=0.1),
        "uniform": lambda w: init.uniform_(w, -0.05, 0.05),
        "variance_scaling": variance_scaling_,
        "zero": init.zeros_,
        "zeros": init.zeros_,
    }[name]
''',
    ("variance_scaling_",),
    NN,
)
