"""The one way to ask another server by HTTP: no other package makes a client or reads an answer.

asking.py          send a request, read the answer: bounded in bytes and in time in all
pools.py           the clients, one for each purpose, which carry nothing from caller to caller
shares.py          nobody takes a whole pool: a share for each caller and each target
public_network.py  for URLs that strangers choose: https to the internet, nothing else
callers.py         on whose behalf it is asked
untrusted_json.py  what a stranger wrote, parsed within bounds
errors.py          what can go wrong
"""
