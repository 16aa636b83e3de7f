"""Voices: pitch, content, conversion, and voices of one's own."""
