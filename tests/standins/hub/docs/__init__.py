"""The documentation: products, their pages as markdown, and two searches over them.

records  a product, its pages, and the sections of a page
pages    /api/docs, /docs/{product}/llms.txt and /docs/{product}/….md
search   /api/docs/search by meaning, /api/docs/search/full-text by word
"""
