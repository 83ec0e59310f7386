"""Source of what gives the images of arrays, and batches of images one after the other."""

from rules.emitted import TORCH, emitted

_DATASET = '''
class NAME(Dataset):
    """WHAT"""

    def __init__(self, images, PARAMETERStransform):
        self.images = torch.as_tensor(images, dtype=torch.float32)
SETTING        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
GIVING'''
_KEPT = {
    "arrays": "        self.arrays = [torch.as_tensor(array) for array in arrays]\n",
    "targets": "        self.targets = torch.as_tensor(targets)\n",
    "weights": "        self.weights = torch.as_tensor(weights)\n",
}


_WIDTH = 88  #: how long black lets a line be


def _declare_arrays(name: str, what: str, *kept: str) -> None:
    """Declare a data set of images and of what comes with each."""
    image = "self.transform(self.images[index])"
    rows = "".join(f", self.{one}[index]" for one in kept if one != "arrays")
    giving = f"        return {image}{rows}\n"
    if len(giving) > _WIDTH:
        values = "".join(f"            {one},\n" for one in f"{image}{rows}".split(", "))
        giving = f"        return (\n{values}        )\n"
    if "arrays" in kept:
        giving = f"        inputs = [{image}]\n"
        giving += "        inputs += [array[index] for array in self.arrays]\n"
        giving += f"        return inputs{rows}\n"
    emitted(
        name,
        _DATASET.replace("NAME", name)
        .replace("WHAT", what)
        .replace("PARAMETERS", "".join(f"{one}, " for one in kept))
        .replace("SETTING", "".join(_KEPT[one] for one in kept))
        .replace("GIVING", giving),
        (),
        TORCH,
        early=True,
    )


_IMAGES = "Images of an array, each transformed"
_declare_arrays("ImageArray", f"{_IMAGES}.")
_declare_arrays("ImageArrays", f"{_IMAGES}, and their targets.", "targets")
_declare_arrays(
    "WeightedImageArrays", f"{_IMAGES}, their targets and weights.", "targets", "weights"
)
_WITH = f"{_IMAGES}, rows of other arrays with them"
_declare_arrays("MixedImageArrays", f"{_WITH}, and targets.", "arrays", "targets")
_declare_arrays(
    "MixedWeightedImageArrays", f"{_WITH}, targets and weights.", "arrays", "targets", "weights"
)

#: What a batch is called, and what is given of it, by how the names of the functions end.
_BATCHES = {
    "images": ("batches of images", "images", "images.numpy()"),
    "batches": ("batches", "batch", "tuple(part.numpy() for part in batch)"),
    "inputs": (
        "batches of inputs and targets",
        "inputs, *targets",
        "[part.numpy() for part in inputs], *(part.numpy() for part in targets)",
    ),
}
for _kind, (_what, _batch, _given) in _BATCHES.items():
    emitted(
        f"endless_{_kind}",
        f'''
def endless_{_kind}(loader):
    """The {_what} that a loader gives, as arrays, pass after pass."""
    while True:
        for {_batch} in loader:
            yield {_given}
''',
        early=True,
    )
    emitted(
        f"seeded_{_kind}",
        f'''
def seeded_{_kind}(loader, seed):
    """The {_what} that a loader gives, as arrays, pass after pass.

    Loaders that get the same seed change their images by the same random numbers.
    """
    while True:
        batches = iter(loader)
        for _ in range(len(loader)):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                {_batch} = next(batches)
            seed += 1
            yield {_given}
''',
        (),
        "import torch",
        early=True,
    )

for _name, _what, _given in (
    ("images_at", "an array", "loader.collate_fn(samples).numpy()"),
    ("batch_at", "arrays", "tuple(part.numpy() for part in loader.collate_fn(samples))"),
):
    emitted(
        _name,
        f'''
def {_name}(loader, number):
    """The batch of that number in the order of the data, as {_what}."""
    start = number * loader.batch_size
    stop = min(start + loader.batch_size, len(loader.dataset))
    samples = [loader.dataset[index] for index in range(start, stop)]
    return {_given}
''',
        early=True,
    )

_SAVED = '''
class NAME(Dataset):
    """WHAT; a file of each is written, its values stretched over all that it holds."""

    def __init__(self, samples, folder, prefix="", ending="png"):
        self.samples = samples
        self.folder = folder
        self.prefix = prefix
        self.ending = ending

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        GIVEN = self.samples[index]
        if self.folder is None:  #? perhaps
            return RESULT
        pixels = image.numpy() - image.min().item()
        pixels = np.squeeze(pixels / (pixels.max() or 1) * 255).astype("uint8")
        name = f"{self.prefix}_{index}_{random.randrange(10_000)}.{self.ending}"
        PIL.Image.fromarray(pixels).save(os.path.join(self.folder, name))
        return RESULT
'''
for _name, _what, _given, _result in (
    ("SavedImages", "Images", "image", "image"),
    (
        "SavedSamples",
        "Images and what belongs to them",
        "image, *others",
        "image, *others",
    ),
):
    emitted(
        _name,
        _SAVED.replace("NAME", _name)
        .replace("WHAT", _what)
        .replace("GIVEN", _given)
        .replace("RESULT", _result),
        (),
        "import os",
        "import random",
        "import numpy as np",
        "import PIL.Image",
        early=True,
    )
