"""Source of optimizers and schedules that torch lacks, or has only with steps that are close."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

for _name in ("Adam", "AdamW"):
    emitted(
        f"Keras{_name}",
        f'''
class Keras{_name}(torch.optim.{_name}):
    """Adds `eps` before the bias correction, as Keras does; torch adds it after."""

    def step(self, closure=None):
        for group in self.param_groups:
            group["steps"] = group.get("steps", 0) + 1
            correction = 1 - group["betas"][1] ** group["steps"]
            group["eps"] = group.setdefault("added", group["eps"]) / correction**0.5
        return super().step(closure)
''',
        (),
        TORCH,
    )

emitted(
    "decay_rate",
    '''
def decay_rate(optimizer, decay):
    """Let steps use `lr / (1 + decay * steps)`, whatever `lr` is set to in between."""
    steps, rates = itertools.count(), []

    def before(optimizer, args, kwargs):
        if rates:
            return  # a step that calls that of its base class has its hooks called twice
        rates[:] = [group["lr"] for group in optimizer.param_groups]
        factor = 1 / (1 + decay * next(steps))
        for group in optimizer.param_groups:
            group["lr"] *= factor

    def after(optimizer, args, kwargs):
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate
        rates.clear()

    optimizer.register_step_pre_hook(before)
    optimizer.register_step_post_hook(after)
''',
    (),
    "import itertools",
)

emitted(
    "KerasSGD",
    '''
class KerasSGD(torch.optim.Optimizer):
    """Its momentum is that of steps, as in Keras; torch's is that of gradients.

    They differ where the learning rate changes.
    """

    def __init__(self, params, lr, momentum, nesterov=False):
        super().__init__(params, dict(lr=lr, momentum=momentum, nesterov=nesterov))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            momentum = group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["velocity"] = torch.zeros_like(p)
                step = -group["lr"] * p.grad
                velocity = state["velocity"].mul_(momentum).add_(step)
                p.add_(momentum * velocity + step if group["nesterov"] else velocity)
''',
    (),
    TORCH,
)

emitted(
    "KerasRMSprop",
    '''
class KerasRMSprop(torch.optim.Optimizer):
    """Adds `eps` under the root, as Keras does; torch adds it to the root."""

    def __init__(self, params, lr, alpha=0.9, eps=1e-7, momentum=0.0, centered=False):
        defaults = dict(lr=lr, alpha=alpha, eps=eps, momentum=momentum)
        super().__init__(params, {**defaults, "centered": centered})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            new = 1 - group["alpha"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    for name in ("square", "mean", "velocity"):
                        state[name] = torch.zeros_like(p)
                variance = state["square"].lerp_(p.grad**2, new)
                if group["centered"]:
                    variance = variance - state["mean"].lerp_(p.grad, new) ** 2
                step = group["lr"] * p.grad * torch.rsqrt(variance + group["eps"])
                p.sub_(state["velocity"].mul_(group["momentum"]).add_(step))
''',
    (),
    TORCH,
)

emitted(
    "KerasAdamax",
    '''
class KerasAdamax(torch.optim.Optimizer):
    """Adds `eps` to the norm, as Keras does; torch adds it to each gradient."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-7):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

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
                    state["norm"] = torch.zeros_like(p)
                state["step"] += 1
                mean = state["mean"].lerp_(p.grad, 1 - beta1)
                norm = torch.maximum(beta2 * state["norm"], p.grad.abs())
                state["norm"] = norm
                rate = group["lr"] / (1 - beta1 ** state["step"])
                p.sub_(rate * mean / (norm + group["eps"]))
''',
    (),
    TORCH,
)

for _name, _base, _needs in (
    *((name, f"torch.optim.{name}", ()) for name in ("SGD", "RMSprop", "Adagrad", "Adadelta")),
    ("Adamax", "torch.optim.Adamax", ()),
    ("Ftrl", "Ftrl", ("Ftrl",)),
    *((name, name, (name,)) for name in ("KerasSGD", "KerasRMSprop", "KerasAdamax")),
):
    emitted(
        f"{_name}W",
        f'''
class {_name}W({_base}):
    """Decays the weights apart from their gradients, as Keras and AdamW do."""

    def __init__(self, params, weight_decay, **options):
        super().__init__(params, **options)
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.mul_(1 - group["lr"] * self.weight_decay)
        super().step()
''',
        _needs,
        TORCH,
    )

emitted(
    "Lamb",
    '''
class Lamb(torch.optim.Optimizer):
    """The steps of AdamW, each weight's as long as the weight is."""

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
                mean = state["mean"].lerp_(p.grad, 1 - beta1)
                square = state["square"].lerp_(p.grad**2, 1 - beta2)
                mean = mean / (1 - beta1 ** state["step"])
                square = square / (1 - beta2 ** state["step"])
                update = mean / (square.sqrt() + group["eps"])
                p.mul_(1 - group["lr"] * group["weight_decay"])
                ratio = p.norm() / update.norm()
                ratio = ratio if 0 < ratio < float("inf") else 1.0
                p.sub_(group["lr"] * ratio * update)
''',
    (),
    TORCH,
)

emitted(
    "Adafactor",
    '''
class Adafactor(torch.optim.Optimizer):
    """Keeps squares of gradients by input and by output channel.

    Torch's own factors the last two dimensions, which are others for convolutions.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        beta2_decay=-0.8,
        eps=(1e-30, 1e-3),
        clip_threshold=1.0,
        weight_decay=0.0,
    ):
        defaults = dict(
            lr=lr, beta2_decay=beta2_decay, eps=eps, clip_threshold=clip_threshold
        )
        super().__init__(params, {**defaults, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                step = state["step"] = state.get("step", 0) + 1
                new = step ** group["beta2_decay"]
                square = p.grad**2 + group["eps"][0]
                parts = {"square": square}
                if p.dim() > 1:
                    parts = {"rows": square.mean(1, keepdim=True)}
                    parts["columns"] = square.mean(0, keepdim=True)
                for name, part in parts.items():
                    state.setdefault(name, torch.zeros_like(part)).lerp_(part, new)
                if p.dim() > 1:
                    share = state["rows"] / state["rows"].mean(0, keepdim=True)
                    square = share * state["columns"]
                else:
                    square = state["square"]
                update = p.grad / square.sqrt()
                update /= (rms(update) / group["clip_threshold"]).clamp(min=1)
                rate = min(group["lr"], step**-0.5)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(rms(p).clamp(min=group["eps"][1]) * rate * update)


def rms(x):
    """The root of the mean square."""
    return x.square().mean().sqrt()
''',
    (),
    TORCH,
)

emitted(
    "Muon",
    '''
class Muon(torch.optim.Optimizer):
    """Steps of matrices have orthogonal rows, or columns; all other weights step as in Adam."""

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0.95,
        nesterov=True,
        coefficients=(3.4445, -4.7750, 2.0315),
        steps=5,
        rms_rate=0.2,
        weight_decay=0.004,
        adam_lr_ratio=1.0,
        adam_betas=(0.9, 0.999),
        adam_weight_decay=0.004,
        eps=1e-7,
    ):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))
        self.momentum, self.nesterov = momentum, nesterov
        self.coefficients, self.steps, self.rms_rate = coefficients, steps, rms_rate
        self.adam_lr_ratio, self.adam_betas, self.eps = adam_lr_ratio, adam_betas, eps
        self.adam_weight_decay = adam_weight_decay

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if p.dim() == 2:
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.sub_(group["lr"] * self.matrix_step(p))
                else:
                    p.mul_(1 - group["lr"] * self.adam_weight_decay)
                    p.sub_(group["lr"] * self.adam_lr_ratio * self.adam_step(p))

    def matrix_step(self, p):
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        momentum = state["momentum"].mul_(self.momentum).add_(p.grad)
        step = p.grad + self.momentum * momentum if self.nesterov else momentum
        step = orthogonalized(step, self.coefficients, self.steps)
        if self.rms_rate is None:
            return step
        return self.rms_rate * max(p.shape) ** 0.5 * step

    def adam_step(self, p):
        state, (beta1, beta2) = self.state[p], self.adam_betas
        if not state:
            state["step"] = 0
            state["mean"] = torch.zeros_like(p)
            state["square"] = torch.zeros_like(p)
        state["step"] += 1
        mean = state["mean"].lerp_(p.grad, 1 - beta1)
        square = state["square"].lerp_(p.grad**2, 1 - beta2)
        correction = (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])
        return correction * mean / (square.sqrt() + self.eps)


def orthogonalized(x, coefficients, steps):
    """Some Newton-Schulz steps towards the next matrix with orthogonal rows, or columns."""
    if x.shape[0] > x.shape[1]:
        return orthogonalized(x.T, coefficients, steps).T
    a, b, c = coefficients
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        products = x @ x.T
        x = a * x + (b * products + c * products @ products) @ x
    return x
''',
    (),
    TORCH,
)

emitted(
    "clip_norm",
    '''
def clip_norm(parameters, max_norm):
    """Scale the gradients down to a norm; torch's function adds 1e-6 to the one they have."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(gradient.square().sum() for gradient in gradients) ** 0.5
    for gradient in gradients:
        gradient.mul_(max_norm / norm.clamp(min=max_norm))
''',
    (),
    TORCH,
)

emitted(
    "with_bounds",
    '''
def with_bounds(optimizer, bounds, parameters, **options):
    """An optimizer whose parameter group says how its gradients are clipped."""
    return optimizer([{"params": parameters, **bounds}], **options)
''',
    (),
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
                step = torch.sign(beta_1 * momentum + (1 - beta_1) * grad)
                parameter -= group["lr"] * step
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

    def __init__(
        self,
        params,
        lr=1e-3,
        initial_accumulator_value=0.1,
        l1=0.0,
        l2=0.0,
        lr_power=-0.5,  #? lr_power
        shrinkage=0.0,  #? shrinkage
        beta=0.0,  #? beta
    ):
        super().__init__(params, {"lr": lr, "l1": l1, "l2": l2})
        self.initial = initial_accumulator_value
        self.lr_power = lr_power  #? lr_power
        self.shrinkage = shrinkage  #? shrinkage
        self.beta = beta  #? beta

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state, grad, rate = self.state[parameter], parameter.grad, group["lr"]
                old = state.get("squares", torch.full_like(parameter, self.initial))
                squares = old + grad**2
                shift = (squares.sqrt() - old.sqrt()) / rate  #? !lr_power
                shift = (squares**-self.lr_power - old**-self.lr_power) / rate  #? lr_power
                linear = state.get("linear", 0) + grad - shift * parameter
                linear += 2 * self.shrinkage * parameter  #? shrinkage
                clipped = linear.clamp(-group["l1"], group["l1"])
                damping = squares.sqrt() / rate + 2 * group["l2"]  #? !lr_power
                damping = squares**-self.lr_power / rate + 2 * group["l2"]  #? lr_power
                damping += self.beta / rate  #? beta
                parameter.copy_((clipped - linear) / damping)
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
