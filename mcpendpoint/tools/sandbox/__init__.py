"""hf_sandbox, hf_sandbox_exec, hf_sandbox_fs: a machine of one's own, for a while.

A sandbox is a job that runs a small server, which takes commands and files.

handles      what a sandbox is called        keys         what opens it, for its maker only
bootstrap    the job that becomes one        connecting   from a handle to its server
lifecycle    hf_sandbox                      execution    hf_sandbox_exec
output       what a command prints           files        hf_sandbox_fs
"""
