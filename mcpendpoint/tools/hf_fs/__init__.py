"""hf_fs: the Hub as a file system, which is read by up to 30 operations at once.

uri, arguments      what can be asked: the hf:// grammar and the options of each command
tool, batch         the line through it all: every operation at once, each with its own outcome
routes, provider    which provider answers for a URI, and what a provider is
listing, reading    what providers share: filters and paging, parts of texts
repos, trending, …  the providers, one for each part of the tree
results, budget, render    what is answered, cut to a size, and the same for a reader
"""
