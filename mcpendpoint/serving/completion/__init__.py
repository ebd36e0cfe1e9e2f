"""completion/complete: values for the variables of resource templates and arguments of prompts.

completers   what each kind of variable can be, asked of the Hub as the caller
answering    the request: which completer, in how much time, how many values
"""
