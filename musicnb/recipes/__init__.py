"""How each shipped file is made: fetch, build, measure. Nothing imports the recipes."""
