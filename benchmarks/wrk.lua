-- One request, over and over. Its body and its headers come from the environment: REQUEST_BODY, and
-- REQUEST_HEADERS with a "name: value" on each line. What came of it is printed as a line of JSON.

wrk.method = "POST"
wrk.body = os.getenv("REQUEST_BODY")
for name, value in os.getenv("REQUEST_HEADERS"):gmatch("([^:\n]+): ([^\n]+)") do
  wrk.headers[name] = value
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "bytes": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, '
      .. '"failed": %d, "refused": %d}\n',
    summary.requests, summary.bytes, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
