"""The questions of each lesson: ``l00`` for lesson 00."""
