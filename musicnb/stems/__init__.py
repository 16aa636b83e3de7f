"""Taking a song apart: separation networks, stems, files of any length."""
