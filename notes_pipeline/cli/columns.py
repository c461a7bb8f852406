"""Lines of cells, a line a row whatever stands in it: for long lists, that people also search with other tools."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

GAP = "  "


def widest(cells: Sequence[str]) -> int:
    """Give the columns of a terminal that the widest cell needs; Chinese characters need two."""
    return max(map(cell_len, cells), default=0)


def fit(cell: str, width: int, *, right: bool = False, keeps_end: bool = False) -> str:
    """Cut or fill a cell to so many columns of a terminal; `…` stands where it was cut.

    `keeps_end`: it is cut at its start, as the end of a path tells more.
    """
    if cell_len(cell) > width:
        if keeps_end:
            return "…" + set_cell_size(cell[::-1], width - 1)[::-1]
        return set_cell_size(cell, width - 1) + "…"
    return " " * (width - cell_len(cell)) + cell if right else set_cell_size(cell, width)


def print_line(out: Console, cells: Sequence[str], style: str = "") -> None:
    """Print cells that fit already, with a gap between them; a narrow terminal wraps the line, nothing is lost."""
    out.print(Text(GAP.join(cells).rstrip(), style=style), soft_wrap=True)
