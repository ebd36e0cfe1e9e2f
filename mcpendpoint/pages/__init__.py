"""For people: the endpoint's page in a browser, and the search for Spaces."""
