"""Source of what moves the pixels of images, and of the options that ask for it."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

emitted(
    "random_shift",
    '''
def random_shift(amount, size):
    """By how many pixels an image moves: by up to so many, or by one of several numbers.

    Numbers below 1 are parts of its size, as in Keras; a whole number stands for all below it.
    """
    if isinstance(amount, float):
        most, shift = amount, (torch.rand(()) * 2 - 1).item() * amount
    else:
        amounts = range(amount or 1) if isinstance(amount, int) else amount
        most, shift = max(amounts), amounts[torch.randint(len(amounts), ())]
        shift = shift if torch.rand(()) < 0.5 else -shift
    return shift * (size if most < 1 else 1.0)
''',
    (),
    TORCH,
    early=True,
)

_AFFINE = '''
class NAME(nn.Module):
    """Turns, moves, shears and zooms images at random."""

    def __init__(
        self,
        rotation=0,
        height_shift=0,
        width_shift=0,
        shear=0,
        zoom=(1, 1),
        fill_mode="nearest",  #? fill_mode
        cval=0.0,  #? cval
    ):
        super().__init__()
        self.rotation = math.radians(rotation)
        self.shift = torch.tensor([height_shift, width_shift])  #? !pixels
        self.shift = height_shift, width_shift  #? pixels
        self.shear = math.radians(shear)
        self.zoom = zoom
        self.fill_mode = fill_mode  #? fill_mode
        self.cval = cval  #? cval

    def forward(self, image):
        sizes = torch.tensor(image.shape[:2])
        turn, slant = (torch.rand(2) * 2 - 1).tolist()
        turn, slant = turn * self.rotation, slant * self.shear
        rotation = torch.tensor(
            [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
        )
        shear = torch.tensor([[1, -math.sin(slant)], [0, math.cos(slant)]])
        shift = (torch.rand(2) * 2 - 1) * self.shift * sizes  #? !pixels
        shift = torch.tensor(list(map(random_shift, self.shift, image.shape)))  #? pixels
        low, high = self.zoom
        zoom = torch.rand(2) * (high - low) + low
        # the first axis is that of the columns, whose center is taken from the rows
        x, y = torch.meshgrid(*map(torch.arange, image.shape[1::-1]), indexing="xy")
        center = (sizes - 1) / 2
        points = torch.stack([x, y], dim=-1) - center
        points = points @ (rotation @ shear * zoom).T + rotation @ shift + center
        last = sizes.flip(0) - 1  #? fill_mode
        if self.fill_mode == "wrap":  #? fill_mode
            # as in SciPy, where the last pixel and the first one are in the same place
            rounds = (points.abs() / last).floor()
            points = points + last * (rounds + 1) * (points < 0)
            points = points - last * rounds * (points > last)
        grid = (points + 0.5) / sizes.flip(0) * 2 - 1
        image = F.grid_sample(
            image.permute(2, 0, 1)[None],
            grid[None],
            padding_mode="PADDING",  #? !fill_mode
            padding_mode="reflection" if self.fill_mode == "reflect" else "border",  #? fill_mode
            align_corners=False,
        )
        GIVEN
'''
#: What becomes of the image, where its pixels alone are moved, and where others are black.
_MOVED = """\
        return image[0].permute(1, 2, 0)  #? !fill_mode
        image = image[0].permute(1, 2, 0)  #? fill_mode
        if self.fill_mode == "constant":  #? fill_mode
            inside = ((points - last / 2).abs() < last / 2 + 1e-4).all(-1, keepdim=True)
            image = image * inside  #? !cval
            image = torch.where(inside, image, self.cval)  #? cval
        return image  #? fill_mode
"""
_ON_BLACK = """\
        last = sizes.flip(0) - 1
        inside = ((points - last / 2).abs() < last / 2 + 1e-4).all(-1, keepdim=True)
        return image[0].permute(1, 2, 0) * inside
"""
for _name, _padding, _given in (
    ("RandomAffine", "border", _MOVED),  # draws out the edges
    ("RandomAffineOnBlack", "border", _ON_BLACK),
    ("RandomAffineReflected", "reflection", _MOVED),
):
    _source = _AFFINE.replace("NAME", _name).replace("PADDING", _padding)
    emitted(
        _name,
        _source.replace("        GIVEN\n", _given),
        (),
        "import math",
        TORCH,
        NN,
        FUNCTIONAL,
        early=True,
    )

emitted(
    "augmentation",
    '''
def augmentation(
    rotation_range=0,  #? rotation_range
    width_shift_range=0,  #? width_shift_range
    height_shift_range=0,  #? height_shift_range
    shear_range=0,  #? shear_range
    zoom_range=0,  #? zoom_range
    fill_mode="nearest",  #? fill_mode
    cval=0.0,  #? cval
    channel_shift_range=0,  #? channel_shift_range
    horizontal_flip=False,  #? horizontal_flip
    vertical_flip=False,  #? vertical_flip
    brightness_range=None,  #? brightness_range
    preprocessing_function=None,  #? preprocessing_function
    rescale=None,  #? rescale
    samplewise_center=False,  #? samplewise_center
    samplewise_std_normalization=False,  #? samplewise_std_normalization
):
    """The changes of images that such options ask for, in the order of Keras."""
    changes = []
    ranges = [  #? moves
        rotation_range,  #? rotation_range
        width_shift_range,  #? width_shift_range
        height_shift_range,  #? height_shift_range
        shear_range,  #? shear_range
        zoom_range,  #? zoom_range
    ]  #? moves
    if any(ranges):  #? moves
        zooms = isinstance(zoom_range, (int, float))  #? zoom_range
        affine = RandomAffine(
            rotation=rotation_range,  #? rotation_range
            height_shift=height_shift_range,  #? height_shift_range
            width_shift=width_shift_range,  #? width_shift_range
            shear=shear_range,  #? shear_range
            zoom=(1 - zoom_range, 1 + zoom_range) if zooms else zoom_range,  #? zoom_range
            fill_mode=fill_mode,  #? fill_mode
            cval=cval,  #? cval
        )
        changes.append(affine)
    if channel_shift_range:  #? channel_shift_range
        changes.append(RandomChannelShift(channel_shift_range))
    if horizontal_flip:  #? horizontal_flip
        changes.append(RandomMirror(1))
    if vertical_flip:  #? vertical_flip
        changes.append(RandomMirror(0))
    if brightness_range is not None:  #? brightness_range
        changes.append(RandomExposure(*brightness_range))
    if preprocessing_function is not None:  #? preprocessing_function
        changes.append(ArrayFunction(preprocessing_function))
    if rescale:  #? rescale
        changes.append(Rescale(rescale))
    if samplewise_std_normalization:  #? samplewise_std_normalization
        changes.append(StandardizeImage())
    elif samplewise_center:  #? samplewise_std_normalization+samplewise_center
        changes.append(CenterImage())
    if samplewise_center:  #? -samplewise_std_normalization+samplewise_center
        changes.append(CenterImage())
    return nn.Sequential(*changes)
''',
    (),
    NN,
    early=True,
)
