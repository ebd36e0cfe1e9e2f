"""What `/` is: a person's own page, and for everybody else what this server is for.

Made of what is in the database and this process alone: neither the Hub nor a Space is asked.
"""
