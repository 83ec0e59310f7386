from torch import nn


class Tagger(nn.Module):
    def __init__(self, tags=4, centered=False, biased=False):
        super().__init__()
        self.batch_normalization = partly_affine(
            nn.BatchNorm1d(3, eps=1e-3, momentum=0.01), center=False
        )
        self.batch_normalization_1 = with_init(
            partly_affine(nn.BatchNorm1d(3, eps=1e-3, momentum=0.01), center=centered),
            bias=nn.init.ones_,
        )
        self.layer_normalization = partly_affine(nn.LayerNorm(3, eps=1e-3), scale=False)
        self.simple_rnn = nn.RNN(3, 5, batch_first=True, bias=False)
        self.gru = with_init(
            nn.GRU(5, 4, batch_first=True, bias=biased),
            bias_ih_l0=nn.init.ones_,
            bias_hh_l0=nn.init.ones_,
        )
        self.dense = nn.Linear(4, tags, bias=False)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.batch_normalization(x)
        x = self.batch_normalization_1(x)
        x = self.layer_normalization(x.transpose(1, 2))
        x, _ = self.simple_rnn(x)
        x, _ = self.gru(x)
        return self.dense(x)


def partly_affine(norm, scale=True, center=True):
    """Leave out the scale or the offset: fixed at one and zero, they do nothing."""
    for name, trained in (("weight", scale), ("bias", center)):
        if not trained:
            value = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, value)
    return norm


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.GRU, nn.RNN)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def build_tagger(tags=4, centered=False, biased=False):
    return Tagger(tags, centered, biased)


model = build_tagger()
other = build_tagger(centered=True, biased=True)
