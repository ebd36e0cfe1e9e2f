"""Tools of older servers, by their names and with their arguments, over what the new tools use.

For people whose prompts and habits know them: opt-in, as the bouquet `classic`. What each of them
became is in docs/classic-tools.md.
"""
