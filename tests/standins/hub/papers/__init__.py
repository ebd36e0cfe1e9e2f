"""Papers: the daily ones, search, one paper with its text, and the repositories linked to it.

records  what a paper is, and which day's batch is the current one
render   how it looks in JSON
listing  /api/daily_papers and /api/papers/search
pages    /api/papers/{id}, /papers/{id}.md and /api/arxiv/{id}/repos
"""
