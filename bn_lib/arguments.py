"""What arguments have to be, and what is said where they are something else.

Each message says what came, what was expected and what to do.
"""

import numpy as np

FLOATS = np.dtype(np.float32), np.dtype(np.float64)
ADVICE = {
    "f": "convert it, as in np.asarray({name}, dtype=float)",
    "c": "take its real part, {name}.real, or its size, abs({name})",
    "O": "give a number or an array of numbers; this is {value}",
}


# ---------------------------------------------------------------- arrays and numbers


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


def as_finite(value, name, ndim=None):
    """An array of finite float64, at least one of them, with `ndim` axes if that is said."""
    array = as_floats(value, name)[0].astype(np.float64, copy=False)
    axes = "" if ndim is None else f" in an array of {ndim} axes"
    if array.size == 0 or (ndim is not None and array.ndim != ndim):
        raise ValueError(f"{name} has shape {array.shape}, expected one or more numbers{axes}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has NaN or infinity in it, expected finite numbers")
    return array


def as_number(value, name):
    """A Python float."""
    if type(value) is float:
        return value
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {value!r}, expected a number")
    return float(array)


def as_number_between(value, name, least, end):
    """A setting as a Python float, from `least` on and below `end`."""
    value = as_number(value, name)
    if not least <= value < end:
        raise ValueError(f"{name} is {value}, expected a number from {least} to below {end}")
    return value


def check_whole_number(value, name, least, why, most=None):
    """Refuse what is no whole number from `least` to `most`."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        wanted = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}, expected {wanted}, a whole number: {why}")


def as_bool(value, name):
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


# ---------------------------------------------------------------- networks


def check_layers(network):
    """Refuse what is no list of layers, or has one of them twice."""
    if not isinstance(network, list | tuple):
        raise TypeError(f"the network is {network!r}, expected a list of layers: [{network!r}]")
    for i, layer in enumerate(network):
        if isinstance(layer, type) or not hasattr(layer, "forward"):
            raise TypeError(
                f"layer {i} of the network is {layer!r}, expected an object with the methods "
                "forward(x) and backward(dy), such as Sigmoid()"
            )
    if len({id(layer) for layer in network}) < len(network):
        raise ValueError(
            "a layer stands in the network twice, and would keep the values of its second place "
            "only: make one for each place, as in [Linear(…), ReLU(), Linear(…), ReLU()]"
        )


def raise_no_return(layer, method):
    """Say which layer has returned nothing."""
    raise TypeError(f"{method} of {type(layer).__name__} returned None: add the line `return …`")


def check_any_examples(n):
    """Refuse a batch of no examples."""
    if not n:
        raise ValueError("there are no examples, expected at least one: their mean would be 0 / 0")


def as_labels(labels, outputs):
    """The labels as an array: one class for each row of the outputs, one of their columns."""
    labels, shape = as_array(labels, "labels"), np.shape(outputs)
    if len(shape) != 2 or shape[1] < 2:
        raise ValueError(
            f"the outputs have shape {shape}, expected (N, classes), with two classes or more"
        )
    n, classes = shape
    if labels.shape != (n,):
        raise ValueError(
            f"labels have shape {labels.shape}, expected ({n},): one class for each example"
        )
    check_any_examples(n)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels have type {labels.dtype}, expected integers: classes from 0")
    if labels.astype(np.uint64).max() >= classes:  # those below 0 are the largest there
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(
            f"a label is {wrong}, expected classes from 0 to {classes - 1}, as there are "
            f"{classes} outputs"
        )
    return labels
