"""Alerts: what operators and people want to be told of, and how it reaches them.

models.py      rules, incidents, receivers, and the outbox
figures.py     what is counted in a window of time, in a few queries however many rules there are
rules.py       rules in words, and those that are offered
evaluating.py  once a minute, in one process: which rules fire, and which do not any more
personal.py    what people are told of: their Spaces, keys and approvals
digests.py     once a week: who wants a summary by now
digest_text.py what is in it
messages.py    what is told, as an e-mail, as JSON and as Slack takes it
firing.py      what fires now, for the dashboard's first page
outbox.py      what is to be sent, when, and what became of it
sending.py     sends one message
receivers.py   addresses, and when they want quiet
watching.py    the task of each server that does all of it
"""
