"""hf_sandbox, hf_sandbox_exec, hf_sandbox_fs: a machine of one's own, for a while.

A sandbox is a job that runs a small server, which takes commands and files.

tools        the three tools               argv         their command lines
lifecycle    hf_sandbox                    creation     starting one
execution    hf_sandbox_exec               output       what a command prints
files        hf_sandbox_fs                 bootstrap    the job that becomes a sandbox
handles      what a sandbox is called      keys         what opens it, for its maker only
connecting   from a handle to its server
"""
