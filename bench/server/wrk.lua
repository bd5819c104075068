-- Every thread is one person with one connection, who asks one question after the other. `clients.py` writes the
-- requests and `answers`, the right ones, into a folder.
-- wrk itself times single requests; a question may take several, so questions are timed here, from the first request to
-- the last answer.

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int clock, moment *now);")
local MONOTONIC, moment = 1, ffi.new("moment")

local function now_ms()
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment.seconds) * 1e3 + tonumber(moment.nanoseconds) / 1e6
end

local threads = {}
local answers, requests, known = {}, {}, {}
local question, step, started = 1, 1, 0
times, wrong = {}, 0 -- global, so that `done` can read them from the threads

function setup(thread)
  table.insert(threads, thread)
  thread:set("person", #threads)
end

local function prepare(path)
  local file = assert(io.open(path, "rb"))
  local method, target, kind, body = file:read("*a"):match("^(%S+) (%S+) ([^\n]+)\n(.*)$")
  file:close()
  local function fill(text) return (text:gsub("@([%w-]+)@", known)) end
  local function format() return wrk.format(method, fill(target), { ["Content-Type"] = kind }, fill(body)) end
  return (target .. body):find("@[%w-]+@") and format or format()
end

function init(args)
  local folder, num_steps = args[1], tonumber(args[2])
  known.session = "person" .. person .. "x" .. math.floor(now_ms())
  for answer in io.lines(folder .. "/answers") do
    local steps = {}
    for number = 1, num_steps do steps[number] = prepare(("%s/%d-%d"):format(folder, #answers + 1, number)) end
    table.insert(answers, answer)
    table.insert(requests, steps)
  end
  question = 7 * person % #answers + 1 -- as far as there are enough, no two people begin with the same question
end

function request()
  if step == 1 then started = now_ms() end
  local text = requests[question][step]
  return type(text) == "string" and text or text()
end

function response(status, headers, body)
  if status ~= 200 then -- wrk counts it; the question is asked again
    step = 1
    return
  end
  known["upload-" .. step] = body:match('^%["(.-)"%]')
  if step < #requests[question] then
    step = step + 1
    return
  end
  table.insert(times, now_ms() - started)
  local answer = body:match('"text":"([^"]*)"') or body:match('"digit":(%d)') or body:match('"label":"(%d)"')
  if answer ~= answers[question] then wrong = wrong + 1 end
  question, step = question % #answers + 1, 1
end

function done(summary, latency, all)
  local all_times, all_wrong = {}, 0
  for _, thread in ipairs(threads) do
    for _, time in ipairs(thread:get("times")) do table.insert(all_times, ("%.4f"):format(time)) end
    all_wrong = all_wrong + thread:get("wrong")
  end
  local errors = summary.errors
  io.write(("\n{\"seconds\": %f, \"requests\": %d, \"refused\": %d, \"socket\": %d, \"late\": %d, \"wrong\": %d, "):format(
    summary.duration / 1e6, summary.requests, errors.status, errors.connect + errors.read + errors.write,
    errors.timeout, all_wrong))
  io.write("\"times\": [" .. table.concat(all_times, ", ") .. "]}\n")
end
