"""Arguments of any function: what they have to be, and what is said where they are not.

Each message says what came, what was expected and what to do.
"""

import numpy as np

FLOATS = np.dtype(np.float32), np.dtype(np.float64)
ADVICE = {
    "f": "convert it, as in np.asarray({name}, dtype=float)",
    "c": "take its real part, {name}.real, or its size, abs({name})",
    "O": "give a number or an array of numbers; this is {value}",
}


def as_floats(value, name):
    """The array to compute with, and the type of the results."""
    array = value if type(value) is np.ndarray else as_array(value, name)
    if array.dtype in FLOATS:  # first, as it is the usual case
        return array, array.dtype
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.type not in (np.float16, np.float32, np.float64):
        raise TypeError(
            f"{name} has type {array.dtype}, expected real numbers up to float64: "
            + ADVICE.get(array.dtype.kind, ADVICE["O"]).format(name=name, value=short(value))
        )
    dtype = np.dtype(array.dtype.type)  # in this machine's byte order
    return array.astype(np.float32 if dtype == np.float16 else dtype, copy=False), dtype


def as_array(value, name):
    """np.asarray, with the argument's name where it fails; a mask would be lost without a word."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, expected one without a mask, which would be ignored: fill "
            f"it in, as {name}.filled(0), or leave the masked rows out"
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} is {short(value)}, expected an array, or rows of one length: give each row "
            "as many numbers"
        ) from error


def check_finite(value, name, ndim=None):
    """An array of finite float64, at least one of them, with `ndim` axes if that is said."""
    array = as_floats(value, name)[0].astype(np.float64, copy=False)
    axes = "" if ndim is None else f" in an array of {ndim} axes"
    if array.size == 0 or (ndim is not None and array.ndim != ndim):
        raise ValueError(f"{name} has shape {array.shape}, expected one or more numbers{axes}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has NaN or infinity in it, expected finite numbers")
    return array


def number(value, name):
    """A Python float."""
    if type(value) is float:
        return value
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {value!r}, expected a number")
    return float(array)


def whole_number(value, name, least, why, most=None):
    """Refuse what is no whole number from `least` to `most`."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        wanted = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}, expected {wanted}, a whole number: {why}")


def check_bool(value, name):
    """True or False, as a Python bool; "no" would count as true."""
    if not isinstance(value, (bool, np.bool)):
        raise TypeError(f"{name} is {value!r}, expected True or False")
    return bool(value)


def check_generator(rng):
    """Refuse a seed, or anything else that is no generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, expected a generator: np.random.default_rng(seed)")


def short(value):
    """The start of what Python shows of a value."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
