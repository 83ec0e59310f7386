"""Optimizers and schedules that torch does not have: they are emitted."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

_SGD = '''
class {name}(torch.optim.Optimizer):
    """SGD with {kind}momentum that keeps the rate of each step; torch's applies the last to all."""

    def __init__(self, params, lr, momentum):
        super().__init__(params, {{"lr": lr, "momentum": momentum}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                step = -group["lr"] * parameter.grad
                velocity = group["momentum"] * state.get("velocity", 0) + step
                state["velocity"] = velocity
                parameter += {moved}
'''

emitted("MomentumSGD", _SGD.format(name="MomentumSGD", kind="", moved="velocity"), (), TORCH)
emitted(
    "NesterovSGD",
    _SGD.format(
        name="NesterovSGD", kind="Nesterov ", moved='group["momentum"] * velocity + step'
    ).replace(" rate of each step; torch's applies the last to all", " rates of its steps"),
    (),
    TORCH,
)

emitted(
    "Lion",
    '''
class Lion(torch.optim.Optimizer):
    """Steps by the sign of the momentum."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta_1, beta_2 = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state, grad = self.state[parameter], parameter.grad
                momentum = state.get("momentum", torch.zeros_like(parameter))
                parameter *= 1 - group["lr"] * group["weight_decay"]
                parameter -= group["lr"] * torch.sign(beta_1 * momentum + (1 - beta_1) * grad)
                state["momentum"] = beta_2 * momentum + (1 - beta_2) * grad
''',
    (),
    TORCH,
)

emitted(
    "Ftrl",
    '''
class Ftrl(torch.optim.Optimizer):
    """Follow the regularized leader."""

    def __init__(self, params, lr=1e-3, initial_accumulator_value=0.1, l1=0.0, l2=0.0):
        super().__init__(params, {"lr": lr, "l1": l1, "l2": l2})
        self.initial = initial_accumulator_value

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state, grad, rate = self.state[parameter], parameter.grad, group["lr"]
                old = state.get("squares", torch.full_like(parameter, self.initial))
                squares = old + grad**2
                shift = (squares.sqrt() - old.sqrt()) / rate
                linear = state.get("linear", 0) + grad - shift * parameter
                clipped = linear.clamp(-group["l1"], group["l1"])
                parameter.copy_((clipped - linear) / (squares.sqrt() / rate + 2 * group["l2"]))
                state["squares"], state["linear"] = squares, linear
''',
    (),
    TORCH,
)

emitted(
    "cosine_with_restarts",
    '''
def cosine_with_restarts(step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0):
    """The share of the first learning rate that is left after some steps."""
    done, length, restarts = step / first_decay_steps, 1.0, 0
    while done >= length:
        done, length, restarts = done - length, length * t_mul, restarts + 1
    cosine = 0.5 * m_mul**restarts * (1 + math.cos(math.pi * done / length))
    return (1 - alpha) * cosine + alpha
''',
    (),
    "import math",
)

emitted(
    "warmup_then_cosine",
    '''
def warmup_then_cosine(step, warmup_steps, decay_steps, start=0.0, alpha=0.0):
    """The share of the learning rate at a step: first more and more, then less and less."""
    if step < warmup_steps:
        return start + (1 - start) * step / warmup_steps
    done = min(step - warmup_steps, decay_steps) / decay_steps
    return (1 - alpha) * 0.5 * (1 + math.cos(math.pi * done)) + alpha
''',
    (),
    "import math",
)
