"""Pages in a browser: that of the endpoint, and the search for Spaces."""
