-- A binding that karmada makes for the dependency of a workload names no clusters of its own: what the clusters report
-- decides about it. Argo CD does so since 3.6 (argo-cd#28147).
local waiting = { status = "Progressing", message = "Current resource status is insufficient" }
local reports = obj.status and obj.status.aggregatedStatus or {}
local clusters = obj.spec.clusters

if #reports == 0 then
  return waiting
end
if clusters ~= nil and (#clusters == 0 or #clusters ~= #reports) then
  return waiting
end
for _, report in ipairs(reports) do
  -- What karmada cannot judge counts as long as it is applied.
  if report.health == "Unhealthy" or (report.health == "Unknown" and report.applied ~= true) then
    return { status = "Degraded", message = "Current resource status is unhealthy" }
  end
end
return { status = "Healthy" }
