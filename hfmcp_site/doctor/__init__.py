"""`hfmcp doctor`: finds out whether a deployment is as it should be, and says what to do.

findings.py      what is found, and how it is told
configuration.py settings, Django's checks for deployment
database.py      the database, and whether the keys open what it holds
shared_redis.py  Redis
hub.py           Hugging Face, the clock, the OAuth app
arrivals.py      how a request that came in by PUBLIC_URL looks here; the server's side of:
front.py         the proxies in front, and whether all workers have the same files
files.py         FILES_DIRECTORY
"""
