-- Posts a picture to /predict as the guide's clients do, and prints what wrk found as one line of JSON.
--     PICTURE=photo.jpg wrk -s wrk_predict.lua http://127.0.0.1:5000/predict
local file = assert(io.open(os.getenv("PICTURE"), "rb"))
local picture = file:read("*a")
file:close()

wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=ocellus-benchmark"
wrk.body = "--ocellus-benchmark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n"
    .. "Content-Type: image/jpeg\r\n\r\n" .. picture .. "\r\n--ocellus-benchmark--\r\n"

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"rate": %.3f, "p50": %.3f, "p99": %.3f, "errors": %d, "requests": %d}\n',
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout, summary.requests))
end
