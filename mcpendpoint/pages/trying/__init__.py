"""A page for each tool, where a signed-in person fills in its arguments and runs it."""
