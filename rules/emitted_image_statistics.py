"""Source of what changes single images by their values, or by those of other images."""

from rules.emitted import NN, TORCH, emitted

emitted(
    "CenterImage",
    '''
class CenterImage(nn.Module):
    """Subtracts from images their mean."""

    def forward(self, image):
        return image - image.mean()
''',
    (),
    NN,
    early=True,
)

emitted(
    "StandardizeImage",
    '''
class StandardizeImage(nn.Module):
    """Subtracts from images their mean and divides by their deviation."""

    def forward(self, image):
        return (image - image.mean()) / (image.std(correction=0) + 1e-6)
''',
    (),
    NN,
    early=True,
)

emitted(
    "Center",
    '''
class Center(nn.Module):
    """Subtracts the mean of each channel, found in images beforehand."""

    def __init__(self):
        super().__init__()
        self.mean = 0.0

    def fit(self, images):
        self.mean = torch.as_tensor(images, dtype=torch.float32).mean((0, 1, 2))

    def forward(self, image):
        return image - self.mean
''',
    (),
    TORCH,
    NN,
    early=True,
)

emitted(
    "Standardize",
    '''
class Standardize(nn.Module):
    """Subtracts the mean of each channel and divides by its deviation, found beforehand."""

    def __init__(self):
        super().__init__()
        self.mean = 0.0
        self.deviation = 1.0

    def fit(self, images):
        images = torch.as_tensor(images, dtype=torch.float32)
        self.mean = images.mean((0, 1, 2))
        self.deviation = images.std((0, 1, 2), correction=0) + 1e-6

    def forward(self, image):
        return (image - self.mean) / self.deviation
''',
    (),
    TORCH,
    NN,
    early=True,
)

emitted(
    "Whiten",
    '''
class Whiten(nn.Module):
    """Makes pixels uncorrelated, by the ZCA of images that are seen beforehand."""

    def __init__(self, epsilon=1e-6):
        super().__init__()
        self.epsilon = epsilon
        self.matrix = None

    def fit(self, images):
        images = torch.as_tensor(images, dtype=torch.float32)
        self.mean = images.mean((0, 1, 2))
        flat = (images - self.mean).flatten(1)
        u, s, _ = torch.linalg.svd(flat.T, full_matrices=False)
        self.matrix = u * (len(images) ** 0.5 / (s + self.epsilon)) @ u.T

    def forward(self, image):
        if self.matrix is None:
            return image
        white = (image - self.mean).flatten() @ self.matrix
        return white.view(image.shape)
''',
    (),
    TORCH,
    NN,
    early=True,
)

emitted(
    "RandomChannelShift",
    '''
class RandomChannelShift(nn.Module):
    """Adds a random number to images, within the range of their values."""

    def __init__(self, most):
        super().__init__()
        self.most = most

    def forward(self, image):
        shift = (torch.rand(()) * 2 - 1) * self.most
        return (image + shift).clamp(image.min(), image.max())
''',
    (),
    TORCH,
    NN,
    early=True,
)

emitted(
    "RandomExposure",
    '''
class RandomExposure(nn.Module):
    """Multiplies images by random factors, in whole numbers from 0 to 255."""

    def __init__(self, low, high):
        super().__init__()
        self.low, self.high = low, high

    def forward(self, image):
        factor = torch.rand(()) * (self.high - self.low) + self.low
        low, high = image.min(), image.max()
        if 0 <= low and high <= 255:
            return (image.floor() * factor).clamp(0, 255).floor()
        pixels = ((image - low) / (high - low) * 255).floor()
        pixels = (pixels * factor).clamp(0, 255).floor()
        return pixels / 255 * (high - low) + low
''',
    (),
    TORCH,
    NN,
    early=True,
)
