"""The protocol's methods: lists and calls of tools, resources, prompts, completion."""
