"""What a cell needs of the cells before it: only that is run, and not the whole lesson.

This module is only used in the student's process, where a source that breaks the parser breaks
nothing else.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BUILTINS = frozenset(dir(builtins))
#: What IPython understands and Python does not; it never belongs to an answer.
MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


def python(source: str) -> str:
    r"""Return a cell without what only IPython understands; lines keep their numbers.

    Examples
    --------
    >>> python("%matplotlib inline\nx = 1")
    'pass\nx = 1'
    """
    return MAGIC.sub(r"\1pass", source)


@dataclass(frozen=True)
class Statement:
    """One statement of a cell: the names that it makes or changes, and those that it needs."""

    code: str
    binds: frozenset[str]
    reads: frozenset[str]


def needed(before: Sequence[str], source: str, extras: Sequence[str] = ()) -> list[str]:
    r"""Return the statements of other cells that a cell needs, in their order.

    Imports, definitions and assignments count; what is only shown, or called for what it does,
    does not.

    Parameters
    ----------
    before : sequence of str
        The cells that were released before it.
    source : str
        The cell.
    extras : sequence of str
        Cells that the student added: for names that are nowhere else.

    Examples
    --------
    >>> cells = ["import math, torch", "def area(r):\n    return math.pi * r**2\nprint(1)"]
    >>> for code in needed(cells, "answer = area(2)"):
    ...     print(code)
    import math, torch
    def area(r):
        return math.pi * r ** 2
    """
    binds, reads = _names(source)
    statements = [each for cell in before for each in _statements(cell)]
    kept, wanted = _reached(statements, reads)
    missing = wanted - binds - BUILTINS - {name for each in kept for name in each.binds}
    if missing and extras:
        added, more = _reached([each for cell in extras for each in _statements(cell)], missing)
        # What the student added may need what was released, too.
        kept = [*_reached(statements, reads | more)[0], *added]
    return [each.code for each in kept]


def _reached(
    statements: Sequence[Statement], reads: frozenset[str]
) -> tuple[list[Statement], frozenset[str]]:
    """Return the statements that names need, and all names that these need in turn."""
    kept = []
    for statement in reversed(statements):
        if statement.binds & reads or "*" in statement.binds:
            kept.append(statement)
            reads |= statement.reads
    return kept[::-1], reads


def checked(source: str, question: str) -> str | None:
    r"""Return the last statement of a released cell that checks a question, if there is one.

    Examples
    --------
    >>> checked("x = ...\nwelcome.q2.check(x)", "l00-q2")
    'welcome.q2.check(x)'
    """
    name = question.partition("-")[2]
    for node in reversed(_parsed(source)):
        if isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call):
            match call.func:
                case ast.Attribute(value=ast.Attribute(attr=asked), attr="check") if asked == name:
                    return ast.unparse(node)
    return None


def _parsed(source: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(python(source)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []


def _statements(source: str) -> Iterator[Statement]:
    for node in _parsed(source):
        if isinstance(node, ast.Expr):
            continue
        code = ast.unparse(node)
        binds, reads = _names(code)
        # `x.color = 1` and `x[0] = 1` change x.
        changed = {
            part.id
            for target in ast.walk(node)
            if isinstance(target, ast.Attribute | ast.Subscript)
            and isinstance(target.ctx, ast.Store)
            for part in ast.walk(target.value)
            if isinstance(part, ast.Name)
        }
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            changed.add("*")  # nobody knows what it binds
        yield Statement(code, binds | frozenset(changed), reads)


def _names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the global names that code binds, and those that it reads."""
    try:
        top = symtable.symtable(python(source), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset()
    symbols = top.get_symbols()
    binds = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
    reads = {each.get_name() for each in symbols if each.is_referenced()}
    tables = top.get_children()
    for table in tables:  # grows as it is walked
        tables.extend(table.get_children())
        reads |= {
            each.get_name()
            for each in table.get_symbols()
            if each.is_global() and each.is_referenced()
        }
    return frozenset(binds), frozenset(reads)
