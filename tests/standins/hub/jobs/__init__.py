"""Jobs: commands in containers, of which there are none here.

A job's command is understood by a few small programs (programs.py, python.py), which say beforehand
what it will print and when; nothing is executed, and nothing runs in the background.

records    a job, and its stage at any moment
programs   what a command prints, how long it takes and how it ends
specs      reading what is to be run
rights     who may run jobs, and who has paid
pages      /api/jobs: running, listing, inspecting, canceling, labels
streams    logs and metrics as they come, as server-sent events
scheduled  /api/scheduled-jobs
cron       when a schedule is due
hardware   what there is to run on, and for how much
"""
