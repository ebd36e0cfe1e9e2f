-- Requests of many callers in turn: KEYS holds their access keys, one a line, "" for nobody.
local keys = {}
for key in (os.getenv("KEYS") .. "\n"):gmatch("(.-)\n") do
  keys[#keys + 1] = key
end

local turn = 0

function request()
  turn = turn % #keys + 1
  local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
  if keys[turn] ~= "" then
    headers["Authorization"] = "Bearer " .. keys[turn]
  end
  return wrk.format("POST", nil, headers, os.getenv("REQUEST_BODY"))
end

function done(summary, latency, requests)
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "failed": %d, "refused": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status))
end
