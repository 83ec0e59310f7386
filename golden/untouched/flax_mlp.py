"""The Keras example of the same name, in flax."""

from flax import linen as nn


class MLP(nn.Module):
    widths: tuple = (128, 10)

    @nn.compact
    def __call__(self, x):
        for width in self.widths[:-1]:
            x = nn.relu(nn.Dense(width)(x))
        x = nn.Dropout(0.5, deterministic=True)(x)
        return nn.Dense(self.widths[-1])(x)
