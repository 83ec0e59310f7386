"""Source of optimizers that see what each id of a batch adds to the gradient of an embedding."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

emitted(
    "sparse_parameters",
    '''
def sparse_parameters(model):
    """Its parameters; the gradient of an embedding keeps apart what each id of a batch adds."""
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.sparse = True
    return model.parameters()
''',
    (),
    TORCH,
)

emitted(
    "with_squares",
    '''
def with_squares(gradient):
    """A gradient and its squares: of an embedding, those of each id of a batch, added up."""
    if not gradient.is_sparse:
        return gradient, gradient**2
    ids, added = gradient._indices(), gradient._values()
    squares = torch.sparse_coo_tensor(ids, added**2, gradient.shape)
    return gradient.to_dense(), squares.to_dense()
''',
    (),
    TORCH,
)

emitted(
    "KerasSparseAdam",
    '''
class KerasSparseAdam(torch.optim.Optimizer):
    """Adds `eps` before the bias correction, and squares gradients id by id, as Keras does."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["mean"] = torch.zeros_like(p)
                    state["square"] = torch.zeros_like(p)
                state["step"] += 1
                gradient, squares = with_squares(p.grad)
                mean = state["mean"].lerp_(gradient, 1 - beta1)
                square = state["square"].lerp_(squares, 1 - beta2)
                rate = group["lr"] * (1 - beta2 ** state["step"]) ** 0.5
                rate /= 1 - beta1 ** state["step"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(rate * mean / (square.sqrt() + group["eps"]))
''',
    ("with_squares",),
    TORCH,
)

emitted(
    "KerasSparseRMSprop",
    '''
class KerasSparseRMSprop(torch.optim.Optimizer):
    """Adds `eps` under the root, and squares gradients id by id, as Keras does."""

    def __init__(self, params, lr=1e-3, alpha=0.9, eps=1e-7, momentum=0.0):
        super().__init__(params, dict(lr=lr, alpha=alpha, eps=eps, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["square"] = torch.zeros_like(p)
                    state["velocity"] = torch.zeros_like(p)
                gradient, squares = with_squares(p.grad)
                square = state["square"].lerp_(squares, 1 - group["alpha"])
                step = group["lr"] * gradient * torch.rsqrt(square + group["eps"])
                p.sub_(state["velocity"].mul_(group["momentum"]).add_(step))
''',
    ("with_squares",),
    TORCH,
)
