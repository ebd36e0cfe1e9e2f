"""Several people at once, each with words that nobody else may ever be sent.

ledger.py           whose word is which; looks through every answer
tenant.py           one person with all credentials, and what they own
at_the_*.py, in_the_browser.py, with_files.py    what they do
"""
