"""The reference server and ours, side by side on the same stand-in Hub: do they say the same?

The reference is the npm package @llmindset/hf-mcp-server as published; `redirect.mjs`, preloaded
into it, sends what it asks of huggingface.co to the stand-in. Both get the same calls. Every fact
that the reference gives has to be in our Markdown and in our structured content; ours may say more.
Where ours differs on purpose a test says so and names what is better.

servers       how both are started and asked        reading       Markdown in general
repositories  facts of searches and overviews       datasets      facts of structures and rows
"""
