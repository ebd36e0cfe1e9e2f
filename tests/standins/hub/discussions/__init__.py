"""Discussions and pull requests.

events         what happens in one, as JSON
pages          lists, and one of them
pull_requests  what one changes
actions        opening, commenting, closing, merging
"""
