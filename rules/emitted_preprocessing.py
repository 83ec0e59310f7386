"""Source of the preprocessing and augmentation classes that torch lacks."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

emitted(
    "Normalization",
    '''
class Normalization(nn.Module):
    """Subtract a mean and divide by a deviation, both found in data beforehand."""

    def __init__(self, *size):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))

    def adapt(self, data):
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        dims = list(range(data.dim() - self.mean.dim()))
        self.mean = data.mean(dims)
        self.variance = data.var(dims, correction=0)
        return self

    def normalized(self, data):  #? normalized
        """What it makes of an array."""
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        return self(torch.atleast_2d(data)).cpu()

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)
''',
    (),
    "import numpy as np",
    TORCH,
    NN,
)

emitted(
    "InverseNormalization",
    '''
class InverseNormalization(Normalization):
    """Multiply by a deviation and add a mean, both found in data beforehand."""

    def forward(self, x):
        return x * self.variance.sqrt().clamp(min=1e-7) + self.mean
''',
    ("Normalization",),
)

emitted(
    "crop_to_aspect_ratio",
    '''
def crop_to_aspect_ratio(x, height, width):
    """The largest part in the middle of images that has the aspect ratio of these sizes."""
    rows = max(min(x.shape[2], x.shape[3] * height // width), 1)
    columns = max(min(x.shape[3], x.shape[2] * width // height), 1)
    top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
    return x[:, :, top : top + rows, left : left + columns]
''',
)

emitted(
    "pad_to_aspect_ratio",
    '''
def pad_to_aspect_ratio(x, height, width, fill_value=0.0):
    """Images with as much around them that they have the aspect ratio of these sizes."""
    above = max(x.shape[3] * height // width - x.shape[2], 0) // 2
    beside = max(x.shape[2] * width // height - x.shape[3], 0) // 2
    return F.pad(x, (beside, beside, above, above), value=fill_value)
''',
    (),
    FUNCTIONAL,
)

emitted(
    "center_crop",
    '''
def center_crop(x, height, width):
    """The middle of images; Keras resizes those that are smaller."""
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    if top >= 0 and left >= 0:
        return x[:, :, top : top + height, left : left + width]
    x = crop_to_aspect_ratio(x, height, width)
    return F.interpolate(x, size=(height, width), mode="bilinear")
''',
    ("crop_to_aspect_ratio",),
    FUNCTIONAL,
)

emitted(
    "RandomFlip",
    '''
class RandomFlip(nn.Module):
    """Flip about half of the images while training."""

    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        if not self.training:
            return x
        flips = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
        return torch.where(flips, x.flip(self.dims), x)
''',
    (),
    TORCH,
    NN,
)

emitted(
    "uniform",
    '''
def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)
''',
    (),
    TORCH,
)

emitted(
    "warp",
    '''
def warp(x, matrices, mode="bilinear", padding_mode="reflection"):
    """Move the pixels of each image by an affine map from output to input."""
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode, padding_mode, align_corners=False)
''',
    (),
    FUNCTIONAL,
)

emitted(
    "RandomRotation",
    '''
class RandomRotation(nn.Module):
    """Turn each image by a random part of a full turn while training."""

    def __init__(self, low, high, **options):
        super().__init__()
        self.low, self.high = low, high
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        angle = 2 * torch.pi * uniform(x, self.low, self.high)
        height, width = x.shape[-2:]
        sin, cos, zero = angle.sin(), angle.cos(), torch.zeros_like(angle)
        rows = [cos, -sin * height / width, zero, sin * width / height, cos, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)
''',
    ("uniform", "warp"),
    TORCH,
    NN,
)

emitted(
    "RandomZoom",
    '''
class RandomZoom(nn.Module):
    """Zoom into (negative factors) or out of each image while training."""

    def __init__(self, height_factor, width_factor=None, **options):
        super().__init__()
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        height = width = 1 + uniform(x, *self.height_factor)
        if self.width_factor is not None:
            width = 1 + uniform(x, *self.width_factor)
        zero = torch.zeros_like(height)
        rows = [width, zero, zero, zero, height, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)
''',
    ("uniform", "warp"),
    TORCH,
    NN,
)

emitted(
    "RandomTranslation",
    '''
class RandomTranslation(nn.Module):
    """Move each image down and right by random parts of its size while training."""

    def __init__(self, height_factor, width_factor, **options):
        super().__init__()
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        down, right = uniform(x, *self.height_factor), uniform(x, *self.width_factor)
        one, zero = torch.ones_like(down), torch.zeros_like(down)
        rows = [one, zero, -2 * right, zero, one, -2 * down]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)
''',
    ("uniform", "warp"),
    TORCH,
    NN,
)

emitted(
    "RandomContrast",
    '''
class RandomContrast(nn.Module):
    """Spread the values of each image around its channel means while training."""

    def __init__(self, low, high, value_range=(0, 255)):
        super().__init__()
        self.low, self.high = low, high
        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
        factor = uniform(x, self.low, self.high).view(-1, 1, 1, 1)
        mean = x.mean(dim=(2, 3), keepdim=True)
        return ((x - mean) * factor + mean).clamp(*self.value_range)
''',
    ("uniform",),
    NN,
)

emitted(
    "RandomBrightness",
    '''
class RandomBrightness(nn.Module):
    """Add a random part of the range of values to each image while training."""

    def __init__(self, low, high, value_range=(0, 255)):
        super().__init__()
        self.low, self.high = low, high
        self.value_range = value_range

    def forward(self, x):
        if not self.training:
            return x
        low, high = self.value_range
        shift = uniform(x, self.low, self.high).view(-1, 1, 1, 1) * (high - low)
        return (x + shift).clamp(low, high)
''',
    ("uniform",),
    NN,
)
