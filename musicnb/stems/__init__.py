"""Taking a song apart: separation networks, stems, files of any length."""

from musicnb.stems.files import separate_file
from musicnb.stems.separate import separate
from musicnb.stems.stems import Stems

__all__ = ["Stems", "separate", "separate_file"]
