"""What is said of a conversion, of which there may be several."""

from __future__ import annotations


def all_said(*notes: str) -> str:
    """All that is said, each thing once; "" where nothing is."""
    return "; ".join(dict.fromkeys(note for note in notes if note))
