"""Collections: lists of things on the Hub that somebody put together.

records  a collection and its items
items    what an item is shown as, and to whom
pages    /api/collections: lists, one of them, and its history
"""
