"""The formula of an exercise as trees: what is done, and to what: ("+", ("var",), ("eps",))."""

import ast
import functools

import numpy as np

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.Lt: "<"}
DO = {
    **{"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "**": np.power},
    **{"<": np.less, "<=": np.less_equal, ">": np.greater},
}


def value(tree, values):
    """What a tree gives; `values` has those of the leaves, and keeps the others."""
    made = values.get(tree)
    if made is None:
        head, *parts = tree
        if parts:
            given = [value(part, values) for part in parts]
            made = (DO.get(head) or _function(head))(*given)
        else:
            made = np.float64(head)
        values[tree] = made
    return made


@functools.cache
def _function(head):
    """The function of one array that is written .mean(axis=0), np.sqrt or -."""
    if head == "negative":
        return np.negative
    if head.startswith("np."):
        return getattr(np, head.removeprefix("np."))
    call = ast.parse(f"x{head}", mode="eval").body
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}

    def reduced(x):
        kept = np.ndim(x) > 3 or (np.ndim(x) == 2 and given.get("axis") == 1)
        return getattr(np, call.func.attr)(x, **given, keepdims=kept)

    return reduced


def parsed(formula):
    """The lines of a formula, {name: tree}."""
    return {line.targets[0].id: tree_of(line.value) for line in ast.parse(formula).body}


def outputs_of(lines, exercise):
    """The names of the lines that are returned: new_…, or the last ones."""
    new = [name for name in lines if name.startswith("new_")]
    return new or list(lines)[-len(exercise.returns) :]


def needed(name, lines):
    """The names of the lines that a line is made of, and its own."""
    return {name}.union(*(needed(leaf, lines) for leaf in leaves(lines[name]) if leaf in lines))


def leaves(tree):
    """The names and numbers in a tree."""
    return {tree[0]} if len(tree) == 1 else set().union(*map(leaves, tree[1:]))


def tree_of(node):
    """The tree of a node of Python's own."""
    match node:
        case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]):
            return (SIGNS[type(op)], tree_of(left), tree_of(right))
        case ast.UnaryOp(ast.USub(), of):
            return ("negative", tree_of(of))
        case ast.Call(ast.Attribute(ast.Name("np")) as name, [of]):
            return (ast.unparse(name), tree_of(of))
        case ast.Call(ast.Attribute(of, name), [], words):
            return (f".{name}({', '.join(map(ast.unparse, words))})", tree_of(of))
    return (ast.unparse(node),)


def trees(patterns, names):
    """The trees of all patterns, such as "{} ** 2", with each name."""
    texts = [pattern.replace("{}", name) for name in names for pattern in patterns]
    return [tree_of(ast.parse(text, mode="eval").body) for text in texts]


def wholes(names, lines):
    """The trees of some lines, with the lines they are made of in the place of their names."""
    known = {}  # of each line once, and no loop over parts: a search for slips does little else

    def whole(tree):
        if len(tree) == 3:
            return tree[0], whole(tree[1]), whole(tree[2])
        if len(tree) == 2:
            return tree[0], whole(tree[1])
        name = tree[0]
        if name not in lines:
            return tree
        if name not in known:
            known[name] = whole(lines[name])
        return known[name]

    return tuple(whole((name,)) for name in names)


def text(tree):
    """A tree as Python."""
    return ast.unparse(ast.parse(_in_brackets(tree), mode="eval")).replace("e-0", "e-")


def _in_brackets(tree):
    head, *parts = tree
    if not parts:
        return head
    inner = [_in_brackets(part) for part in parts]
    if head in DO:
        return f"({inner[0]} {head} {inner[1]})"
    if head == "negative":
        return f"(-{inner[0]})"
    return f"({inner[0]}){head}" if head[0] == "." else f"{head}({inner[0]})"


def everywhere(tree, change):
    """(tree with a change, what is said) for all that `change` yields at each place of a tree."""
    yield from change(tree)
    for at in range(1, len(tree)):
        for new, *said in everywhere(tree[at], change):
            yield (*tree[:at], new, *tree[at + 1 :]), *said
