from torch import nn


class Tagger(nn.Module):
    def __init__(self, units=(4, 6)):
        super().__init__()
        channels = 4
        self.grus = nn.ModuleList()
        for size in units:
            self.grus.append(
                with_init(
                    nn.GRU(channels, size, batch_first=True, bidirectional=True),
                    weight_hh_l0=lambda w: nn.init.normal_(w, std=0.05),
                    weight_hh_l0_reverse=lambda w: nn.init.normal_(w, std=0.05),
                )
            )
            channels = size
        self.apply(init_like_keras)

    def forward(self, x):
        for gru in self.grus:
            x, _ = gru(x)
            forward2, backward = x.chunk(2, dim=-1)
            x = forward2 + backward
        return x


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
    if isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def tagger(units=(4, 6)):
    return Tagger(units)


model = tagger()
