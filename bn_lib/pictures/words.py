"""How numbers are written in figures and sentences: one minus sign, one way for each kind."""

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def rounded(value: float, decimals: int = 2) -> str:
    """A number with a fixed count of decimals, a real minus sign, and no minus before a zero."""
    text = f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    return text.replace("-", "−")


def short(value: float, digits: int = 6, least: float = 1e-4) -> str:
    """A number with at most so many digits and no zeros at its end, as in 0.05 and −1.5.

    Below `least`, and where its digits would not reach to the ones, a power of ten: 2.9·10⁻⁵, 10⁶.
    """
    near = f"{float(value):.{digits - 1}e}"
    mantissa, exponent = near.split("e")
    decimals = max(digits - 1 - int(exponent), 0)
    if value == 0 or (least <= abs(float(near)) and abs(value) < max(10**digits, 1000) - 0.5):
        text = _without_zeros(f"{value + 0.0:.{decimals}f}")
    else:
        mantissa, tens = _without_zeros(mantissa), f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
        text = {"1": tens, "-1": f"-{tens}"}.get(mantissa, f"{mantissa}·{tens}")
    return text.replace("-", "−")


def _without_zeros(text: str) -> str:
    """Decimals without zeros at their end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def power(value: float, least: float = 0.01) -> str:
    """Two digits, as in 0.054 and 9.9·10⁻⁴: a power of ten below `least` and from 1,000 on."""
    return short(value, 2, least)


def percent(share: float, decimals: int = 1) -> str:
    """A share between 0 and 1 as percent, as in "98.4 %"."""
    return f"{rounded(100 * share, decimals)} %"


def in_hundred(parts) -> np.ndarray:
    """Shares of a whole as whole percents that add up to 100: the largest rests are rounded up."""
    percents = 100 * np.asarray(parts)
    whole = np.floor(percents).astype(int)
    whole[np.argsort(whole - percents)[: 100 - whole.sum()]] += 1
    return whole


def span(values) -> str:
    """The least and the largest value, as in "0.57 to 0.86"; one number if both read alike."""
    low, high = rounded(np.min(values)), rounded(np.max(values))
    return low if low == high else f"{low} to {high}"


def outside(count: int, things: str = "") -> str:
    """How many of these things lie outside the axes, as in "3 steps outside"; nothing for none."""
    return " ".join(filter(None, [str(count), things, "outside"])) if count else ""
