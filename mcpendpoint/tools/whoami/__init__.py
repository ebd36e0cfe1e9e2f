"""hf_whoami: whose credential this is and what it allows.

results: what is answered   scopes: of OAuth tokens   text: for readers   tool: the line through it
"""
