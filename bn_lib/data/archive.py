"""Reading the data files that ship with the library, and saying what is wrong with a copy."""

import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


# What NumPy and zipfile raise, depending on where a copy is damaged.
DAMAGED = (
    OSError,
    EOFError,
    KeyError,
    NotImplementedError,
    TypeError,
    ValueError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def read(path, advice):
    """Return all arrays of an npz file, by name.

    Raises ValueError with the advice if the file is missing or damaged. No pickled objects are
    read, so that a file cannot bring code with it.
    """
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            return dict(file)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing. {advice}") from None
    except DAMAGED as error:
        raise ValueError(f"{path} cannot be read ({error}). {advice}") from None


def load(path, arrays, counts):
    """Return arrays of an npz file, by name, after checking them.

    arrays: by name the shape and the largest value; all have dtype uint8. counts: by the name of
    an array of labels, how many there are of each class.

    Raises ValueError that says what is missing or other than it should be.
    """
    advice = "Get the file again from the project, or install bn_lib anew."
    found = read(path, advice)
    for name, (shape, largest) in arrays.items():
        if name not in found:
            raise ValueError(f"{path} has no array {name!r}. {advice}")
        array = found[name]
        if array.shape != shape or array.dtype != np.uint8 or array.max() > largest:
            raise ValueError(
                f"{path}: {name} has shape {array.shape}, type {array.dtype} and values up to "
                f"{array.max(initial=0)}, expected {shape}, uint8 and up to {largest}. {advice}"
            )
    for name, expected in counts.items():
        count = np.bincount(found[name], minlength=len(expected)).tolist()
        if count != list(expected):
            raise ValueError(
                f"{path}: {name} has {count} of the classes, expected {expected}. {advice}"
            )
    return found
