"""Source of the augmentations of colors that torch lacks."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

emitted(
    "rescale",
    '''
def rescale(x, source, target):
    """Map the values of one range to another."""
    if tuple(source) == tuple(target):
        return x
    (low, high), (bottom, top) = source, target
    return (x - low) / (high - low) * (top - bottom) + bottom
''',
)

emitted(
    "sometimes",
    '''
def sometimes(x, low, high):
    """Whether to change each sample of x, with a chance drawn between two bounds."""
    chance = uniform(x, low, high)
    return (torch.rand_like(chance) < chance).view(-1, 1, 1, 1)
''',
    ("uniform",),
    TORCH,
)

emitted(
    "grayscale",
    '''
def grayscale(x):
    """The brightness of RGB images, as one channel."""
    weights = x.new_tensor([0.2989, 0.587, 0.114]).view(3, 1, 1)
    return (x * weights).sum(dim=1, keepdim=True)
''',
)

emitted(
    "rgb_to_hsv",
    '''
def rgb_to_hsv(x):
    """Hue, saturation and value of RGB images; a hue is between 0 and 1."""
    red, green, blue = x.unbind(1)
    value = x.amax(dim=1)
    spread = value - x.amin(dim=1)
    sixth = 1 / (6 * torch.where(spread > 0, spread, 1.0))
    from_green = sixth * (blue - red) + 2 / 6
    from_blue = sixth * (red - green) + 4 / 6
    hue = torch.where(value == green, from_green, from_blue)
    hue = torch.where(value == red, sixth * (green - blue), hue) % 1
    saturation = spread / torch.where(value > 0, value, 1.0)
    zero = torch.zeros_like(value)
    hue = torch.where(spread > 0, hue, zero)
    saturation = torch.where(value > 0, saturation, zero)
    return torch.stack([hue, saturation, value], dim=1)
''',
    (),
    TORCH,
)

emitted(
    "hsv_to_rgb",
    '''
def hsv_to_rgb(x):
    """RGB images of hue, saturation and value."""
    hue, saturation, value = x.split(1, dim=1)
    red = (6 * hue - 3).abs() - 1
    green = 2 - (6 * hue - 2).abs()
    blue = 2 - (6 * hue - 4).abs()
    pure = torch.cat([red, green, blue], dim=1).clamp(0, 1)
    return value * (1 - saturation + saturation * pure)
''',
    (),
    TORCH,
)

emitted(
    "auto_contrast",
    '''
def auto_contrast(x, value_range=(0, 255)):
    """Stretch each channel of each image over the whole range of values."""
    low, high = value_range
    least = x.amin(dim=(2, 3), keepdim=True)
    spread = x.amax(dim=(2, 3), keepdim=True) - least
    stretched = (x - least) / spread * (high - low) + low
    return torch.where(spread == 0, x, stretched.clamp(low, high))
''',
    (),
    TORCH,
)

_CLASS = '''
class {name}(nn.Module):
    """{story} while training."""

    def __init__(self, {args}value_range=(0, 255)):
        super().__init__()
{init}        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
{body}
'''
_BOUNDS = "        self.low, self.high = low, high\n"


def _augmentation(
    name: str, story: str, body: str, needs: tuple[str, ...], *imports: str,
    args: str = "low, high, ", init: str = _BOUNDS,
) -> None:  # fmt: skip
    """A class that changes images while training, by a factor drawn between two bounds."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    source = _CLASS.format(name=name, story=story, args=args, init=init, body=lines)
    emitted(name, source, needs, *imports, NN)


_augmentation(
    "RandomInvert",
    "Invert some of the images",
    """
inverted = self.value_range[1] - x
return torch.where(sometimes(x, self.low, self.high), inverted, x)
""",
    ("sometimes",),
    TORCH,
)

_augmentation(
    "RandomColorDegeneration",
    "Take some of the color out of each image",
    """
factor = uniform(x, self.low, self.high).view(-1, 1, 1, 1)
return (x + factor * (grayscale(x) - x)).clamp(*self.value_range)
""",
    ("uniform", "grayscale"),
)

_augmentation(
    "RandomHue",
    "Turn the hues of each image",
    """
turn = uniform(x, self.low, self.high) / 2
turn = torch.where(torch.rand_like(turn) > 0.5, -turn, turn).view(-1, 1, 1, 1)
x = rescale(x, self.value_range, (0, 1))
hue, rest = rgb_to_hsv(x).split([1, 2], dim=1)
hue = hue + turn
hue = torch.where(hue > 1, hue - 1, hue)
hue = torch.where(hue < 0, hue + 1, hue)
x = hsv_to_rgb(torch.cat([hue, rest], dim=1)).clamp(0, 1)
return rescale(x, (0, 1), self.value_range)
""",
    ("uniform", "rescale", "rgb_to_hsv", "hsv_to_rgb"),
    TORCH,
)

_augmentation(
    "RandomSaturation",
    "Change how strong the colors of each image are",
    """
factor = uniform(x, self.low, self.high).view(-1, 1, 1, 1)
factor = factor / (1 - factor + 1e-7)
hue, saturation, value = rgb_to_hsv(x).split(1, dim=1)
saturation = (saturation * factor).clamp(*self.value_range)
return hsv_to_rgb(torch.cat([hue, saturation, value], dim=1))
""",
    ("uniform", "rgb_to_hsv", "hsv_to_rgb"),
    TORCH,
)

_augmentation(
    "RandomSharpness",
    "Blur or sharpen each image",
    """
factor = 2 * uniform(x, self.low, self.high).view(-1, 1, 1, 1)
kernel = x.new_full((x.shape[1], 1, 3, 3), 1 / 13)
kernel[:, :, 1, 1] = 5 / 13
smooth = F.conv2d(x, kernel, padding=1, groups=x.shape[1])
return (x + (1 - factor) * (smooth - x)).clamp(*self.value_range)
""",
    ("uniform",),
    FUNCTIONAL,
)

_augmentation(
    "RandomPosterization",
    "Keep only some of the eight bits of each image's values",
    """
high = max(self.high, self.low + 1)
bits = torch.randint(self.low, high, (len(x), 1, 1, 1), device=x.device)
step = 2 ** (8 - bits)
values = rescale(x, self.value_range, (0, 255)).byte() // step * step
return rescale(values.to(x.dtype), (0, 255), self.value_range)
""",
    ("rescale",),
    TORCH,
)

_augmentation(
    "Solarization",
    "Invert the values of each image above a threshold",
    """
added, threshold = (
    uniform(x, low, 255 * high).view(-1, 1, 1, 1)
    for low, high in (self.addition_factor, self.threshold_factor)
)
x = (rescale(x, self.value_range, (0, 255)) + added).clamp(0, 255)
x = torch.where(x < threshold, x, 255 - x)
return rescale(x, (0, 255), self.value_range)
""",
    ("uniform", "rescale"),
    TORCH,
    args="addition_factor, threshold_factor, ",
    init="        self.addition_factor = addition_factor\n"
    "        self.threshold_factor = threshold_factor\n",
)

emitted(
    "RandomGrayscale",
    '''
class RandomGrayscale(nn.Module):
    """Take the color out of some of the images while training."""

    def __init__(self, factor=0.5):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        if not self.training:
            return x
        chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < self.factor
        return torch.where(chosen, grayscale(x), x)
''',
    ("grayscale",),
    TORCH,
    NN,
)

emitted(
    "RandomGaussianBlur",
    '''
class RandomGaussianBlur(nn.Module):
    """Blur some of the images while training."""

    def __init__(self, low, high, kernel_size=3, sigma=(0, 1), value_range=(0, 255)):
        super().__init__()
        self.low, self.high = low, high
        self.kernel_size = kernel_size
        self.sigma = sigma
        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
        sigma = x.new_empty(2, 1).uniform_(*self.sigma) + 1e-6
        size = self.kernel_size
        places = torch.arange(size, dtype=x.dtype, device=x.device) - (size - 1) / 2
        across, down = (-0.5 * (places / sigma) ** 2).softmax(dim=1)
        kernel = torch.outer(down, across).expand(x.shape[1], 1, size, size)
        blurred = F.conv2d(x, kernel, padding="same", groups=x.shape[1])
        x = torch.where(sometimes(x, self.low, self.high), blurred, x)
        return x.clamp(*self.value_range)
''',
    ("sometimes",),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "RandomShear",
    '''
class RandomShear(nn.Module):
    """Shear each image around its upper left corner while training."""

    def __init__(self, x_factor, y_factor, **options):
        super().__init__()
        self.x_factor = x_factor
        self.y_factor = y_factor
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        across, down = uniform(x, *self.x_factor), uniform(x, *self.y_factor)
        sign = torch.where(torch.rand_like(across) > 0.5, -1, 1)
        across, down = sign * across, sign * down
        height, width = x.shape[-2:]
        one = torch.ones_like(across)
        rows = [one, across * height / width, across * (height - 1) / width]
        rows += [down * width / height, one, down * (width - 1) / height]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)
''',
    ("uniform", "warp"),
    TORCH,
    NN,
)

emitted(
    "RandomErasing",
    '''
class RandomErasing(nn.Module):
    """Fill a rectangle of some of the images while training, with noise by default."""

    def __init__(
        self, low, high, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255)
    ):
        super().__init__()
        self.low, self.high = low, high
        self.scale = scale
        self.fill_value = fill_value
        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
        across, down = self.part(x, x.shape[3]), self.part(x, x.shape[2])
        erased = down[:, None, :, None] & across[:, None, None, :]
        erased = erased & sometimes(x, self.low, self.high)
        if self.fill_value is None:
            fill = torch.randn_like(x) * self.value_range[1]
        else:
            fill = x.new_tensor(self.fill_value).view(1, -1, 1, 1)
        return torch.where(erased, fill.clamp(*self.value_range), x)

    def part(self, x, length):
        """For each image, which places along an axis of this length are erased."""
        size = uniform(x, *self.scale).sqrt() * length
        start = uniform(x, 0, 1) * (length - size)
        places = torch.arange(length, device=x.device)
        return (places >= start[:, None]) & (places < (start + size)[:, None])
''',
    ("uniform", "sometimes"),
    TORCH,
    NN,
)
