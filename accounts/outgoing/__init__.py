"""Outgoing HTTP: no other package creates a client or reads a response.

asking.py          send a request, read the answer: bounded in bytes and in time in all
pools.py           the clients, one for each purpose, which carry nothing from caller to caller
shares.py          nobody takes a whole pool: a share for each caller and each target
public_network.py  for untrusted URLs: https to public addresses, nothing else
callers.py         on whose behalf it is asked
untrusted_json.py  untrusted JSON, parsed within bounds
errors.py          what can go wrong
"""
