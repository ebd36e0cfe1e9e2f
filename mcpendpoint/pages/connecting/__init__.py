"""The guides to connect a client: choose it, do what it says, and see it arrive.

views (the pages), making (a key or an OAuth client, made there), progress (what is said of a client
that is on its way), shown (what the pages are made of).
"""
