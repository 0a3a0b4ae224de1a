"""Which slips in the right formula give exactly what a learner's function gave.

An exercise has its formula, as lines of NumPy. A slip is what a hand does to such a line: brackets
elsewhere, another sign, a term forgotten or moved, a square too many, another variable, a sum in
the place of a mean. The slips of every place are tried, one at a time and then two. What gives the
same numbers is said, with the line as it then reads; that is true whatever the learner's own lines
look like.
"""

import functools
import itertools
from typing import NamedTuple

import numpy as np

from . import formulas, inspection
from .results import same

PAIRS = 15_000  # of slips, that are tried for an output
OTHER = {"+": "-*", "-": "+*", "*": "/+", "/": "*", "<": ("<=", ">")}
FOUR = ("+", "-", "*", "/")
AXES = {
    "axis=0": ("axis=1", ""),
    "axis=1": ("axis=0", "axis=(0, 1)", "axis=2", ""),
    "axis=(2, 3, 4)": ("axis=2", "axis=(3, 4)", "axis=(1, 2, 3, 4)", "axis=(0, 2, 3, 4)", ""),
    "": ("axis=0", "axis=1"),
}
# The letters for the lengths of axes, by what stands along them.
LETTERS = {"example": "N", "unit": "D", "input": "inputs", "row": "rows"}
FUNCTIONS = ("np.tanh", "np.exp", "np.log", "np.sign", "np.round")
FACTORS = ("{}", "1 / {}", "{} / ({} - 1)", "({} - 1) / {}")
STATISTICS = ("{}.mean(axis=0)", "({} ** 2).mean(axis=0)", "{}.std(axis=0)", "{}.var(axis=0)")
KINDS = {  # of slips, the plainest first, with what is said of them
    "brackets": "The brackets stand elsewhere.",
    "order": "The same is done in another order.",
    "sign": "`{new}` stands where `{old}` belongs.",
    "swapped": "The two sides are swapped.",
    "missing": "`{old}` is missing.",
    "literal": "The number {new} stands there, whatever comes: use `{old}`.",
    "twice": "`{new}` comes in twice.",
    "name": "`{new}` stands where `{old}` belongs.",
    "statistic": "`{new}` stands where `{old}` belongs.",
    "average": "`{new}` stands where `{old}` belongs.",
    "square": "`{new}` is squared, but should not be.",
    "root": "`{new}` is under a root, but should not be.",
    "size": "`{new}` is in an absolute value, but should not be.",
    "minus": "The sign of `{new}` is wrong.",
    "factor": "There is a factor too many: {new}.",
    "moved": "`{new}` belongs to another place.",
    "added": "`{new}` comes in where it does not belong.",
    "done": "`{new}` is taken of `{old}`, but should not be.",
    "early": "`{new}` is averaged, but should not be.",
}
PLAINNESS = {kind: place for place, kind in enumerate(KINDS)}


class Slip(NamedTuple):
    """Lines with a slip in them, {name: tree}, its kind, and the trees that are spoken of."""

    lines: dict
    kind: str
    new: tuple | None = None
    old: tuple | None = None

    @property
    def said(self) -> str:
        """What is said of it; of a leaf, which may be a sign or a function, its head."""
        words = [
            tree and (formulas.text(tree) if len(tree) > 1 else tree[0])
            for tree in (self.new, self.old)
        ]
        return KINDS[self.kind].format(new=words[0], old=words[1])


@np.errstate(all="ignore")
def explain(exercise, function, trials, which, most=2):
    """The sentences of the fewest slips that give the outputs `which` in all trials, or None."""
    known = [
        dict(zip(exercise.arguments, trial.data, strict=True)) | exercise.known(*trial.data)
        for trial in trials
    ]
    search = _Search(known, [[trial.found[at] for at in which] for trial in trials])
    literals = [f"{n:g}" for n in sorted(inspection.literals(function) - {0})]
    ways = []
    for formula in exercise.formulas:
        lines = formulas.parsed(formula)
        outputs = [formulas.outputs_of(lines, exercise)[at] for at in which]
        needed = set().union(*(formulas.needed(output, lines) for output in outputs))
        where = [name for name in lines if name in needed]
        ways.append((_Hand(exercise.arguments, known[0], where), lines, outputs))
    singles = [
        (slip, lines, outputs)
        for hand, lines, outputs in ways
        for slip in itertools.chain(hand.alone(lines, literals), hand.slips(lines))
    ]
    name = " and ".join(exercise.returns[at] for at in which) if len(exercise.returns) > 1 else ""
    for slip, lines, outputs in sorted(singles, key=lambda each: _plainness(each[0])):
        if search.gives(slip.lines, outputs):
            return _in_words(name, lines, slip.lines, [slip.said])
    for hand, lines, outputs in ways if most > 1 and exercise.pairs else ():
        for first in sorted(hand.slips(lines), key=_plainness):
            for second in hand.slips(first.lines):
                if search.tried > PAIRS:
                    return None
                if search.gives(second.lines, outputs):
                    return _in_words(name, lines, second.lines, [first.said, second.said])
    return None


def _in_words(name, lines, wrong, said):
    """What the learner's lines come to, for outputs of this name ("" for all), and each slip."""
    changed = [at for at in lines if lines[at] != wrong[at]]
    mine, right = (
        " and ".join(f"`{at} = {formulas.text(each[at])}`" for at in changed)
        for each in (wrong, lines)
    )
    what = f"For your {name}, what you do" if name else "What you do"
    return (f"{what} comes to {mine}; it should be {right}.", *dict.fromkeys(said))


def _plainness(slip):
    return PLAINNESS[slip.kind]


class _Search:
    """Compares what lines give with what was found; every value is computed once."""

    def __init__(self, known, found):
        self.found, self.seen = found, set()
        self.values = [{(name,): value for name, value in each.items()} for each in known]

    @property
    def tried(self):
        """How many different ways were tried."""
        return len(self.seen)

    def gives(self, lines, outputs):
        """Whether outputs of some lines are what was found, in all trials."""
        trees = formulas.wholes(outputs, lines)
        if trees in self.seen:
            return False
        self.seen.add(trees)
        return all(
            _gives(tree, values, one)
            for values, found in zip(self.values, self.found, strict=True)
            for tree, one in zip(trees, found, strict=True)
        )


def _gives(tree, values, found):
    try:
        made = np.asarray(formulas.value(tree, values))
        made = made.reshape(found.shape) if made.ndim > 4 else made  # of groups
        made = made if made.shape == found.shape else np.broadcast_to(made, found.shape)
        return same(found, made)
    except (ValueError, TypeError, IndexError):  # shapes that don't fit
        return False


# ---------------------------------------------------------------- slips


class _Hand:
    """Makes slips in the lines of `where`, of arguments, lengths, and the lines before."""

    def __init__(self, arguments, known, where):
        self.names, self.arguments, self.where = list(known), arguments, where
        self.scalars = [name for name, value in known.items() if np.ndim(value) == 0]
        batches = [name for name in arguments if np.ndim(known[name]) == 2]
        self.statistics = formulas.trees(STATISTICS, batches)
        counts = [name for name in known if name in (*LETTERS.values(), "m")]
        self.factors = formulas.trees(("2", "1 / 2"), [""]) + formulas.trees(FACTORS, counts)

    def slips(self, lines):
        """Slips of which two can come together."""
        yield from self._in_each(lines, self._here, self.names)

    def alone(self, lines, literals):
        """Slips that are looked for alone, since there are so many of them."""
        for name, number in itertools.product(self.scalars, literals):
            new = {at: _replaced(tree, (name,), (number,)) for at, tree in lines.items()}
            if new != lines:
                yield Slip(new, "literal", (number,), (name,))
        yield from self._in_each(lines, self._more, self.arguments)
        for name in self.where:
            for rest, head, moved in _without(lines[name]):
                left = lines | {name: rest}
                others = [other for other in self.where if other != name]
                for other in [name, *others] if moved[0] not in lines else ():
                    for new in _with(left[other], head, moved):
                        yield Slip(left | {other: new}, "moved", moved)

    def _in_each(self, lines, change, names):
        """The slips that `change` makes of each tree and the names that can stand there."""
        names = list(names)
        for name, tree in lines.items():
            if name in self.where:
                made = formulas.everywhere(tree, functools.partial(change, names))
                for new, *slip in made:
                    yield Slip(lines | {name: new}, *slip)
            names.append(name)

    def _here(self, names, tree):
        """(tree, kind, new, old) for the slips at the root of a tree."""
        head, *parts = tree
        if not parts and head[0].isdigit():
            yield from (((n,), "name", (n,), tree) for n in "1234" if n != head)
        elif not parts:
            alike = [n for n in names if (n in self.scalars) == (head in self.scalars)]
            yield from (((name,), "name", (name,), tree) for name in alike if name != head)
        elif len(parts) == 1:
            yield parts[0], "missing", None, (head,)
            yield from (((new, *parts), "average", (new,), (head,)) for new in _averages(head))
        else:
            yield from _of_two(*tree)
        yield from ((new, "brackets") for new in _brackets(tree))
        yield from ((new, "order") for new in _orders(tree))
        if head not in ("<", "<=", ">"):
            yield ("**", tree, ("2",)), "square", tree
            yield ("np.sqrt", tree), "root", tree
            yield ("np.abs", tree), "size", tree
            yield ("negative", tree), "minus", tree

    def _more(self, names, tree):
        """(tree, kind, new) for what is added at the root of a tree."""
        if tree[0] in ("<", "<=", ">"):
            return
        yield from ((("*", tree, factor), "factor", factor) for factor in self.factors)
        yield from (((f, tree), "done", (f,), tree) for f in FUNCTIONS if f != tree[0])
        terms = [("1",), *((name,) for name in names if tree != (name,)), *self.statistics]
        yield from (((s, tree, term), "added", term) for s in FOUR for term in terms)
        yield from ((one, "statistic", one, tree) for one in self.statistics if one != tree)
        if formulas.leaves(tree) - {*self.scalars}:
            yield (".mean(axis=0)", tree), "early", tree


def _replaced(tree, old, new):
    if tree == old:
        return new
    return (tree[0], *(_replaced(part, old, new) for part in tree[1:])) if len(tree) > 1 else tree


def _averages(head):
    """Other means and sums."""
    if head[0] == ".":
        name, _, axis = head[1:-1].partition("(")
        others = ("mean", "sum", "max", "min") + ("std", "var") * (name in ("std", "var"))
        yield from (f".{name}({other})" for other in AXES.get(axis, ()))
        yield from (f".{other}({axis})" for other in others if other != name)


def _of_two(head, left, right):
    tree = head, left, right
    for other in OTHER.get(head, ()):
        yield (other, left, right), "sign", (other,), (head,)
    if head in ("-", "/"):
        yield (head, right, left), "swapped"
    if head in FOUR:
        rest = ("/", ("1",), right) if head == "/" else right
        yield left, "missing", None, right
        yield rest, "missing", None, left
        yield (head, tree, right), "twice", right
    if head in ("+", "*"):
        yield (head, tree, left), "twice", left
    if head == "**":
        yield left, "missing", None, ("** 2",)


def _brackets(tree):
    """The same operations with the brackets elsewhere."""
    head, *parts = tree
    if len(parts) == 2 and head in FOUR:
        left, right = parts
        if left[0] in FOUR and len(left) == 3:
            sign, a, b = left
            yield (sign, a, (head, b, right))
            yield (sign, (head, a, right), b)
        if right[0] in FOUR and len(right) == 3:
            sign, a, b = right
            yield (sign, (head, left, a), b)
            yield (sign, a, (head, left, b))


def _orders(tree):
    """A function of a sum, product and so on in the place of one of the functions; and so on."""
    head, *parts = tree
    outer = _unary(tree)
    if outer:
        wrap, of = outer
        if len(of) == 3 and of[0] in (*FOUR, "<"):
            sign, a, b = of
            yield (sign, wrap(a), b)
            yield (sign, a, wrap(b))
            yield (sign, wrap(a), wrap(b))
        inner = _unary(of)
        if inner:
            yield inner[0](wrap(inner[1]))
    if len(parts) == 2 and head in FOUR:
        left, right = map(_unary, parts)
        if left:
            yield left[0]((head, left[1], parts[1]))
        if right:
            yield right[0]((head, parts[0], right[1]))


def _unary(tree):
    """(what is done as a function of trees, to what) for a tree of one part, or None."""
    if len(tree) == 2:
        return (lambda of: (tree[0], of)), tree[1]
    return ((lambda of: ("**", of, tree[2])), tree[1]) if tree[0] == "**" else None


def _without(tree):
    """(tree without a term or factor, the sign before it, what it is)."""

    def change(tree):
        head, *parts = tree
        if head in FOUR and len(parts) == 2:
            left, right = parts
            if len(right) == 1:
                yield left, head, right
            if len(left) == 1 and head in ("+", "*"):
                yield right, head, left

    return formulas.everywhere(tree, change)


def _with(tree, head, term):
    """Trees in which a term or factor is added at some place."""
    return (new for (new,) in formulas.everywhere(tree, lambda of: [((head, of, term),)]))
