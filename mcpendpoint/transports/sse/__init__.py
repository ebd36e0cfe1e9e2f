"""HTTP+SSE (2024-11-05), for those who configured it: GET opens a stream, whose first event says
where to POST messages; what is answered comes on the stream."""
