"""hf_jobs: commands in containers at Hugging Face, now or on a schedule.

tool         the tool: reads `operation` and `args`, runs one, says what went wrong
arguments    the arguments of each operation
operations   every operation by name: its arguments, an example, what runs it
work         what each of them needs: the Hub, whose jobs they are, what must not be read
guide        usage, and help for one operation
running      run, uv, ps, logs, inspect, cancel, update-labels, hardware
scheduling   the same for schedules
specs        what is sent to be run        commands, volumes, durations   parts of it
follow       a log as it comes             flavors        the hardware there is
redaction    what nobody may read          memory         secrets of jobs, to be redacted later
results      structured content            rendering      the same for a reader
"""
