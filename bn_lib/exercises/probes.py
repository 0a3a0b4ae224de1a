"""How a result answers when one argument changes a little, compared with the right one.

Where no recipe explains a wrong result this still finds which units mix, which examples don't
count, and which argument is scaled by a wrong power. Each finding is a sentence.
"""

import time

import numpy as np

from . import learner
from .results import in_words, outputs, same
from .verdict import Mistake

SECONDS = 3.0  # for all probes of a function
TIMES = {0.5: "half as large", 1.0: "the same", 2.0: "twice as large", 4.0: "4 times as large"}


def differences(exercise, function, trial, others, which, unused=()):
    """Sentences about how the outputs `which` answer unlike the right ones, the plainest first.

    unused: names of arguments that don't come in, of which enough is said by that.
    """
    probe = _Probe(exercise, function, trial, which)
    found = [*(probe.picked() or probe.one_at_a_time(others)), *probe.scaled(unused)]
    if unused:
        return found[:2]
    found = [
        *found,
        *probe.bent(),
        *probe.repeated(),
        *probe.shifted(),
    ]
    return found[:2]


class _Probe:
    def __init__(self, exercise, function, trial, which):
        self.exercise, self.function, self.data = exercise, function, trial.data
        self.which, self.mine = which, [trial.found[at] for at in which]
        self.right = [np.asarray(trial.expected[at]) for at in which]
        self.end = time.monotonic() + SECONDS
        self.names = " and ".join(exercise.returns[at] for at in which)

    def both(self, data):
        """The outputs for other data: the learner's and the right ones, or None."""
        if time.monotonic() > self.end:
            return None
        try:
            found = outputs(learner.call(self.function, data).found, self.exercise.returns)
            with np.errstate(all="ignore"):
                right = self.exercise.right(*data)
        except (Mistake, ValueError):  # such as a number of groups that does not divide
            return None
        mine = [np.squeeze(found[at]) for at in self.which]
        right = [np.asarray(right[at]) for at in self.which]
        if any(
            one.shape != np.squeeze(other).shape for one, other in zip(mine, right, strict=True)
        ):
            return None
        return [one.reshape(other.shape) for one, other in zip(mine, right, strict=True)], right

    def changed(self, at, value):
        """`both` with one argument replaced."""
        data = list(self.data)
        data[at] = value
        return self.both(tuple(data))

    def picked(self):
        """A sentence if of each unit only some values count, picked by their order."""
        for at, name in enumerate(self.exercise.arguments):
            if self.exercise.axes.get(name) != ("example", "unit"):
                continue
            values = self.data[at]
            answers = [
                self.changed(at, values + 1e-6 * row[:, None]) for row in np.eye(len(values))
            ]
            if None in answers:
                continue
            order = np.argsort(values, axis=0)
            for index, output in enumerate(self.which):
                if np.shape(self.right[index]) != values.shape[1:]:
                    continue
                mine, right = (
                    np.array([a[which][index] != old[index] for a in answers])
                    for which, old in ((0, self.mine), (1, self.right))
                )
                places = [set(np.flatnonzero(mine[o, u])) for u, o in enumerate(order.T)]
                if np.all(right) and places[0] and all(p == places[0] for p in places):
                    return self._of_places(places[0], len(values), self.exercise.returns[output])
        return []

    @staticmethod
    def _of_places(places, N, name):
        ends = {0: "smallest", N - 1: "largest", N // 2: "middle"}
        if len(places) == N or not places <= set(ends):
            return []
        words = " and the ".join(ends[place] for place in sorted(places))
        s = "s" if len(places) > 1 else ""
        return [
            f"In {name} only the {words} value{s} of each unit count{'' if s else 's'}: every"
            " example has to."
        ]

    def one_at_a_time(self, others):
        """What changes when one unit's, or one example's, values in one argument do."""
        idle, extra, mixed, uneven = {}, {}, {}, []
        for at, name in enumerate(self.exercise.arguments):
            value = self.data[at]
            for axis in range(np.ndim(value)):
                role = self.exercise.axes[name][axis]
                weights = []
                for index in range(value.shape[axis]):
                    place = (slice(None),) * axis + (index,)
                    new = value.copy()
                    new[place] = others[at][place]
                    answer = self.changed(at, new)
                    if answer is None:
                        continue
                    mine = [
                        ~np.isclose(a, b, rtol=1e-9)
                        for a, b in zip(answer[0], self.mine, strict=True)
                    ]
                    right = [
                        ~np.isclose(a, b, rtol=1e-9)
                        for a, b in zip(answer[1], self.right, strict=True)
                    ]
                    if any(map(np.any, right)) and not any(map(np.any, mine)):
                        idle.setdefault((name, role), []).append(index)
                    elif any(map(np.any, mine)) and not any(map(np.any, right)):
                        extra.setdefault((name, role), []).append(index)
                    elif role == "unit" and np.ndim(self.right[0]):
                        for m, r in zip(mine, right, strict=True):
                            strange = np.flatnonzero(
                                np.any(m & ~r, axis=tuple(range(m.ndim - 1))) if m.ndim else []
                            )
                            if len(strange):
                                mixed.setdefault(name, []).append((index, strange[0]))
                    weights.append(self._weight(at, place))
                uneven += self._uneven(name, role, weights)
        return [*self._of_mixing(mixed), *self._of_idle(idle), *self._of_extra(extra), *uneven]

    def _weight(self, at, place):
        """How much the outputs grow when 1 is added at a place: (learner's, right), or None."""
        new = self.data[at].copy()
        new[place] += 1
        answer = self.changed(at, new)
        if answer is None:
            return None
        mine = np.concatenate([np.ravel(a - b) for a, b in zip(answer[0], self.mine, strict=True)])
        right = np.concatenate(
            [np.ravel(a - b) for a, b in zip(answer[1], self.right, strict=True)]
        )
        return mine, right

    @staticmethod
    def _uneven(name, role, weights):
        if role == "unit" or not weights or None in weights:
            return []
        mine, right = (np.array(each) for each in zip(*weights, strict=True))
        if not np.allclose(right, right[0]) or np.allclose(right, 0):
            return []
        if np.allclose(mine, mine[0]):
            return []
        sizes = np.abs(mine).mean(axis=1)
        least, most = int(np.argmin(sizes)), int(np.argmax(sizes))
        return [
            f"Not every {role} of {name} counts the same: {role} {most} has the weight"
            f" {in_words(sizes[most], 3)}, {role} {least} {in_words(sizes[least], 3)}; it should be"
            f" {in_words(np.abs(right[0]).mean(), 3)} for each."
        ]

    def _of_mixing(self, mixed):
        said = []
        for name, pairs in mixed.items():
            across = [(one, other) for one, other in pairs if one != other]
            if across:
                one, other = across[0]
                said.append(
                    f"Units are mixed: the values of {name} in unit {one} change what you return"
                    f" for"
                    f" unit {other}, but each unit stands for itself."
                )
            else:
                said.append(
                    f"Part of your result changes with {name}, which should not count there."
                )
        return said[:1]

    def _of_idle(self, idle):
        said = []
        for (name, role), places in idle.items():
            shape = np.shape(self.data[self.exercise.arguments.index(name)])
            if len(places) == shape[self.exercise.axes[name].index(role)]:
                continue  # the argument is unused, which is said elsewhere
            listed = ", ".join(map(str, places))
            said.append(
                f"The values of {name} in {role} {listed} change nothing in your result: is"
                f" {'it' if len(places) == 1 else 'each of them'} left out?"
            )
        return said

    def _of_extra(self, extra):
        said = []
        for (name, role), places in extra.items():
            argument = self.exercise.arguments.index(name)
            n = np.shape(self.data[argument])[self.exercise.axes[name].index(role)]
            where = "" if len(places) == n else f" in {role} {', '.join(map(str, places))}"
            said.append(
                f"Your function lets {name}{where} come into {self.names}, where it has no place."
            )
        return said[:1]

    def scaled(self, unused):
        """What becomes of the result when an argument is twice as large."""
        for at, name in enumerate(self.exercise.arguments):
            if name in unused:
                continue
            answer = self.changed(at, self.data[at] * 2)
            if answer is None:
                continue
            mine, right = (
                _ratio(new, old) for new, old in zip(answer, (self.mine, self.right), strict=True)
            )
            if right is not None and (mine is None or not np.isclose(mine, right)):
                yours = "something else" if mine is None else f"{in_words(mine)} times as large"
                yield (
                    f"When {name} is twice as large, {self.names} should become"
                    f" {_times(right)}; yours becomes {_times(mine) if mine else yours}."
                )

    def bent(self):
        """Whether the result grows by equal steps with an argument, as the right one does."""
        for at, name in enumerate(self.exercise.arguments):
            answers = [self.changed(at, self.data[at] * times) for times in (2, 3)]
            if None in answers:
                continue
            mine, right = (
                [
                    np.allclose(once - 2 * twice + thrice, 0, atol=1e-8)
                    for once, twice, thrice in zip(first, answers[0][k], answers[1][k], strict=True)
                ]
                for k, first in enumerate((self.mine, self.right))
            )
            if all(right) and not all(mine):
                yield (
                    f"With {name} once, twice and three times as large, {self.names} should change"
                    " by equal steps; yours does not: is there a square, a root or a second step?"
                )

    def shifted(self):
        """What becomes of the result when 1 is added to an argument."""
        for at, name in enumerate(self.exercise.arguments):
            answer = self.changed(at, self.data[at] + 1)
            if answer is None:
                continue
            mine, right = (
                _difference(new, old)
                for new, old in zip(answer, (self.mine, self.right), strict=True)
            )
            if right is None or (abs(right) > 1e-9 and sum(map(np.size, self.right)) == 1):
                continue
            if mine is None or not np.isclose(mine, right, atol=1e-9):
                should = "stay as it is" if abs(right) < 1e-9 else f"grow by {in_words(right)}"
                yours = "does something else" if mine is None else f"grows by {in_words(mine)}"
                yours = "stays as it is" if mine is not None and abs(mine) < 1e-9 else yours
                yield (
                    f"When 1 is added to all of {name}, {self.names} should {should}; yours"
                    f" {yours}."
                )

    def repeated(self):
        """What becomes of the result when every example, or unit, stands there twice."""
        roles = dict.fromkeys(role for each in self.exercise.axes.values() for role in each)
        for role in roles:
            data = tuple(
                np.repeat(value, 2, axis=self.exercise.axes[name].index(role))
                if role in self.exercise.axes.get(name, ())
                else value
                for name, value in zip(self.exercise.arguments, self.data, strict=True)
            )
            answer = self.both(data)
            if answer is None or any(
                a.shape != b.shape for a, b in zip(answer[1], self.right, strict=True)
            ):
                continue
            if all(map(same, answer[1], self.right)) and not all(map(same, answer[0], self.mine)):
                ratio = _ratio(answer[0], self.mine)
                by = f" {in_words(ratio)} times as large" if ratio else " something else"
                yield (
                    f"When every {role} stands there twice, {self.names} should stay the same;"
                    f" yours"
                    f" becomes{by}."
                )


def _ratio(new, old):
    """By which number all outputs are multiplied, or None."""
    new, old = np.concatenate(list(map(np.ravel, new))), np.concatenate(list(map(np.ravel, old)))
    if not np.any(old):
        return None
    ratio = np.dot(new, old) / np.dot(old, old)
    return ratio if np.allclose(new, ratio * old, rtol=1e-7, atol=1e-12) else None


def _difference(new, old):
    """Which number is added to all outputs, or None."""
    gaps = np.concatenate([np.ravel(a - b) for a, b in zip(new, old, strict=True)])
    return gaps.mean() if np.allclose(gaps, gaps[0], atol=1e-8) else None


def _times(ratio):
    return TIMES.get(round(ratio, 9), f"{in_words(ratio)} times as large")
