"""What a notebook says, the numbers in it, and whether one number stands for another."""

import re
from typing import NamedTuple

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_NUMBER = re.compile(
    r"""(?<![\w.])                             # not the 1 of x1
    (?:
        10(?P<bare> ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )          # 10⁻⁵
      | (?P<digits> \d{1,3}(?:,\d{3})+(?:\.\d+)? | \d+(?:\.\d+)? | \.\d+ )
        (?: e(?P<e> [-+]?\d+ ) | [·×]10(?P<power> ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ ) )?
    )
    (?! \w | \.\d )                            # not the 8.7 of 8.7.1
    (?P<percent> \s?% )?""",
    re.VERBOSE,
)
# Too common to stand for a measurement: γ = 1, β = 0, two humps.
_COUNTING = {0, 1, 2}


class Number(NamedTuple):
    """A number as it is written. `half` is half a unit of its last digit; signs do not matter."""

    word: str
    value: float
    half: float
    percent: bool

    def stands_for(self, other: "Number") -> bool:
        """Whether this is the other one rounded, or as a percentage."""
        scales = (1, 100) if self.percent and not other.percent else (1,)
        return self.value in _COUNTING or any(
            abs(self.value - scale * other.value) <= self.half * (1 + 1e-6) for scale in scales
        )


def numbers_in(text: str) -> list[Number]:
    """Each number of a text."""
    return [_number(match) for match in _NUMBER.finditer(text)]


def _number(match: re.Match) -> Number:
    digits = (match["digits"] or "1").replace(",", "")
    power = (match["bare"] or match["e"] or match["power"] or "0").translate(_SUPERSCRIPTS)
    decimals = len(digits.partition(".")[2])
    unit = 10.0 ** int(power)
    # A whole number is meant exactly: 16 is not 16.4, but 98 % may be 98.4 %.
    whole = not decimals and power == "0" and not match["percent"]
    exact = whole or bool(match["bare"])
    half = 1e-9 * unit if exact else 0.5 * 10.0**-decimals * unit
    return Number(match[0], float(digits) * unit, half, bool(match["percent"]))


def prose(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def texts_of(cell) -> list[str]:
    return [
        output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        for output in cell.outputs
    ]


def spoken(markdown: str) -> str:
    """The prose without what holds numbers that are no claims."""
    for pattern in (
        r"(?m)^#+ .*$",  # headings
        r"(?m)^Sources?:.*$",
        r"\$\$[^$]+\$\$",  # formulas
        r"\$[^$\n]*\$",
        r"(?s)```.*?```",
        r"\]\([^)]*\)",  # where links lead
        r"(?m)^ *\d+\. ",  # numbered lists
        r"[Aa]bout \d+ minutes",
        r"\b(?:19|20)\d\d\b",  # years
        r"(?i)\b(?:section|figure|notebooks?|python|equation) \d+(?:\.\d+)*(?: (?:to|and) \d+)?",
    ):
        markdown = re.sub(pattern, " ", markdown)
    return markdown
