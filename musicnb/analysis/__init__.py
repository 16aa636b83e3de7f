"""What a song is: beats, tempo, key, genre and mood, from a small network."""
