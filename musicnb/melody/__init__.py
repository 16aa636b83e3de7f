"""Notes: scores, the instruments that play them, and the patterns of styles."""

from musicnb.melody.render import render, render_parts
from musicnb.melody.score import Note, Part, Score

__all__ = ["Note", "Part", "Score", "render", "render_parts"]
