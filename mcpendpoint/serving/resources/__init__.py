"""Resources: what hf:// URIs lead to, for clients that attach things to a conversation.

registry   the resources and templates that are listed, and what completes the templates
reading    what a URI holds, by the providers of hf_fs
serving    the request: its deadline, and failures as each era has them
"""
