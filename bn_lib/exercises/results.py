"""What a learner's function returned: as arrays of numbers, or why it is none."""

import numpy as np

from .verdict import ALMOST, SHAPE, Mistake

RTOL, ATOL = 1e-8, 1e-10  # rounding: two right ways differ by some 1e-13
HUGE = 1e300
CLOSE = 2e-3  # of an output's own size (rms): almost right


def same(found, expected) -> bool:
    """Whether two results are equal up to rounding, and NaN or infinite at the same places."""
    if expected is None or np.shape(found) != np.shape(expected):
        return False
    if np.size(found) and _apart(np.asarray(found).item(0), np.asarray(expected).item(0)):
        return False  # as most are among thousands that a search compares
    # np.allclose does the same, five times slower.
    gaps = np.abs(np.subtract(found, expected))
    close = gaps <= np.minimum(ATOL + RTOL * np.abs(expected), HUGE)
    if np.all(close) or np.all(gaps <= HUGE):
        return bool(np.all(close))
    neither = np.isnan(found) & np.isnan(expected)
    return bool(np.all(close | np.equal(found, expected) | neither))


def _apart(one: float, other: float) -> bool:
    """Whether two numbers are surely not the same, which a NaN never is."""
    return abs(one - other) > 2 * (ATOL + RTOL * abs(other))


def outputs(found, names):
    """A learner's result as a tuple of arrays of finite numbers, one for each of the names."""
    arrays = numbers_of(found, names)
    for array, name in zip(arrays, names, strict=True):
        refuse_infinite(array, name)
    return arrays


def numbers_of(found, names):
    """As `outputs`, but the numbers may be NaN or infinite."""
    if len(names) == 1:
        return (numbers(found, names[0]),)
    sized = isinstance(found, tuple | list) or np.ndim(as_array(found)) > 0
    if not sized or len(found) != len(names):
        size = f" of length {len(found)}" if sized else ""
        count = {2: "two", 3: "three"}[len(names)]
        each = ""
        if np.ndim(as_array(found)) == 2 and np.shape(found)[1] == len(names):
            each = (
                f" It has {count} numbers in each row, a row for each unit: return an array of all"
                f" {names[0]} and one of all {names[1]}, the columns."
            )
        raise Mistake(
            SHAPE,
            f"Return {count} things: {', '.join(names)}. What came is {kind_of(found)}{size}."
            f"{each}",
        )
    return tuple(numbers(each, name) for each, name in zip(found, names, strict=True))


def numbers(found, name):
    """`found` as an array of floating-point numbers; whole numbers become such."""
    array = as_array(found)
    if array is None:
        wanted = "one number" if name in ("the share", "the drift") else "an array of numbers"
        alone = " Return it alone, no other things beside it." * isinstance(found, tuple)
        raise Mistake(
            SHAPE,
            f"{capital(name)} should be {wanted}, but it is {kind_of(found)}.{alone}",
        )
    if array.dtype in (np.float16, np.float32):
        raise Mistake(
            ALMOST,
            f"{capital(name)} has the type {array.dtype}, but what came in has the type float64:"
            " digits are lost.",
        )
    return array.astype(np.float64)


def refuse_infinite(array, name, cause=""):
    """Raise Mistake where a value is NaN or infinite; the cause, if it is known, is said."""
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = ", ".join(map(str, bad[0])) or "0"
        raise Mistake(
            SHAPE,
            cause or "Do you divide by 0, or take the root of something negative?",
            f"{len(bad)} of {array.size} values of {name} are NaN or infinite, the first at index"
            f" {where}.",
        )


def as_array(found):
    """`found` as an array of real numbers, or None if it is none."""
    try:
        array = None if isinstance(found, tuple | dict | set) else np.asarray(found)
    except ValueError:  # rows of different lengths
        return None
    return array if array is not None and array.dtype.kind in "fiu" else None


def kind_of(found):
    """What a message calls a result that is no array of numbers."""
    kind = type(found).__name__
    return (
        f"of type {kind} of {found.dtype}" if isinstance(found, np.ndarray) else f"of type {kind}"
    )


def fitted(array, expected):
    """The array in the expected shape where axes of length 1 are all that differs."""
    squeezed = np.squeeze(array)
    return squeezed if squeezed.shape == np.squeeze(expected).shape else array


def off(found, expected):
    """How far a result is from the right one, in units of the right one's size (rms)."""
    size = np.sqrt(np.mean(np.square(expected)))
    return np.max(np.abs(found - expected)) / size if size else np.max(np.abs(found))


def decimals(found, expected):
    """To how many decimals a result is rounded, or None."""
    for digits in range(9):
        if np.array_equal(np.round(expected, digits), found):
            return digits
    return None


def capital(name):
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:] if name.startswith(("your ", "the ")) else name


def differing(found, expected):
    """Two arrays of numbers in words, with as many digits as it takes to see that they differ."""
    for digits in range(3, 17):
        texts = [in_words(values, digits) for values in (found, expected)]
        if texts[0] != texts[1]:
            break
    return texts


def in_words(values, digits=4):
    """3.5, or [3.5, −2, … (8 in all)]: a number or the first of many."""
    flat = np.ravel(values)
    text = ", ".join(_number(value, digits) for value in flat[:4])
    more = f", … ({flat.size} in all)" if flat.size > 4 else ""
    return f"[{text}{more}]" if np.ndim(values) else text


def _number(value, digits):
    """1.5, −2 and 1e-5, as one types it."""
    mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
    return mantissa.replace("-", "−") + (f"e{int(exponent)}" if e else "")
