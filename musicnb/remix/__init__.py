"""Changing songs: tempo, key, swing, and which parts are heard."""
