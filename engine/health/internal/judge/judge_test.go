package judge

import (
	"strings"
	"testing"
	"time"

	"plumbline.dev/engine/health/internal/lua"
	"plumbline.dev/engine/health/internal/scripts"
)

func object(apiVersion, kind string) map[string]any {
	return map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": "a"}}
}

func says(status string) string { return `return {status = "` + status + `", message = "m"}` }

func TestWhichScriptJudges(t *testing.T) {
	issuer := "cert-manager.io/Issuer"
	for name, c := range map[string]struct {
		object    map[string]any
		overrides []scripts.Override
		want      Result
	}{
		"no script is for the kind": {object("v1", "ConfigMap"), nil, Result{Kind: Unscripted}},
		"an override of the core group is named by the kind alone": {
			object("v1", "ConfigMap"), []scripts.Override{{Key: "ConfigMap", Lua: says("Healthy")}},
			Result{Kind: Judged, Status: "Healthy", Message: "m", Script: "ConfigMap", IsOverride: true},
		},
		"an override goes before Argo CD's own": {
			object("cert-manager.io/v1", "Issuer"), []scripts.Override{{Key: issuer, Lua: says("Degraded")}},
			Result{Kind: Judged, Status: "Degraded", Message: "m", Script: issuer, IsOverride: true},
		},
		"an exact key goes before a pattern": {
			object("cert-manager.io/v1", "Issuer"),
			[]scripts.Override{{Key: "cert-manager.io/*", Lua: says("Healthy")}, {Key: issuer, Lua: says("Degraded")}},
			Result{Kind: Judged, Status: "Degraded", Message: "m", Script: issuer, IsOverride: true},
		},
		"an asterisk crosses slashes, and */* leaves the core group out": {
			object("v1", "Pod"), []scripts.Override{{Key: "*/*", Lua: says("Healthy")}}, Result{Kind: Unscripted},
		},
		"an override without a health script overrides nothing": {
			object("example.com/v1", "Thing"), []scripts.Override{{Key: "example.com/Thing"}}, Result{Kind: Unscripted},
		},
		"patterns that overlap and agree": {
			object("example.com/v1", "Thing"),
			[]scripts.Override{{Key: "example.com/*", Lua: says("Healthy")}, {Key: "*/Thing", Lua: says("Healthy")}},
			Result{Kind: Judged, Status: "Healthy", Message: "m", Script: "example.com/*", IsOverride: true},
		},
		"patterns that overlap and disagree": {
			object("example.com/v1", "Thing"),
			[]scripts.Override{{Key: "example.com/*", Lua: says("Healthy")}, {Key: "*/Thing", Lua: says("Degraded")}},
			Result{
				Kind: Ambiguous, Message: "example.com/*, */Thing match and disagree; Argo CD runs any one of them",
				Script: "example.com/*", IsOverride: true,
			},
		},
		"a kind that Argo CD's own pattern matches": {
			object("ec2.aws.upbound.io/v1", "VPC"), nil,
			Result{Kind: Judged, Status: "Progressing", Message: "Provisioning ...", Script: "*.upbound.io/*"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := one(lua.NewRunner(), c.object, c.overrides); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWhatAScriptReturns(t *testing.T) {
	deployment := object("apps/v1", "Deployment")
	for name, c := range map[string]struct {
		lua  string
		open bool
		want Result
	}{
		"nothing":                   {lua: `local a = 1`, want: Result{Kind: Silent}},
		"nil":                       {lua: `return nil`, want: Result{Kind: Silent}},
		"an empty table":            {lua: `return {}`, want: Result{Kind: Silent}},
		"fields of another type":    {lua: `return {status = 5}`, want: Result{Kind: Silent}},
		"no status":                 {lua: `return {message = "m"}`, want: Result{Kind: Judged, Status: "Unknown", Message: "Lua returned an invalid health status"}},
		"a status of its own":       {lua: `return {status = "Fine"}`, want: Result{Kind: Judged, Status: "Unknown", Message: "Lua returned an invalid health status"}},
		"text":                      {lua: `return "Healthy"`, want: Result{Kind: Failed, Message: "expect table output from Lua script, not string"}},
		"mixed keys":                {lua: `return {status = "Healthy", 1}`, want: Result{Kind: Failed, Message: "json: error calling MarshalJSON for type json.jsonValue: cannot encode mixed or invalid key types"}},
		"an error":                  {lua: "local a = 1\nreturn obj.status.phase", want: Result{Kind: Failed, Line: 2, Message: "<string>:2: attempt to index a non-table object(nil) with key 'phase'"}},
		"text that ends too early":  {lua: "\nreturn {", want: Result{Kind: Failed, Message: "<string> at EOF:   syntax error"}},
		"text that is no Lua":       {lua: "\nreturn = 1", want: Result{Kind: Failed, Line: 2, Message: "<string> line:2(column:8) near '=':   syntax error"}},
		"string is not open":        {lua: `return {status = string.format("%s", "Healthy")}`, want: Result{Kind: Failed, Line: 1, Message: "<string>:1: attempt to index a non-table object(nil) with key 'format'"}},
		"string is open on request": {lua: `return {status = string.format("%s", "Healthy")}`, open: true, want: Result{Kind: Judged, Status: "Healthy"}},
		"os is no global":           {lua: `return {status = tostring(os)}`, want: Result{Kind: Judged, Status: "Unknown", Message: "Lua returned an invalid health status"}},
		"os can be required":        {lua: `local os = require("os"); if os.time() > 1e9 and os.date("!%Y", 0) == "1970" and os.exit == nil then return {status = "Healthy"} end`, want: Result{Kind: Judged, Status: "Healthy"}},
		"os cannot end the process": {lua: `os.exit(1)`, open: true, want: Result{Kind: Failed, Line: 1, Message: "<string>:1: os.exit is not available to health scripts"}},
		"channels cannot block it":  {lua: `channel.make():receive()`, open: true, want: Result{Kind: Failed, Line: 1, Message: "<string>:1: attempt to index a non-table object(nil) with key 'make'"}},
		"recursion without end":     {lua: `local function f() return 1 + f() end return {status = f()}`, want: Result{Kind: Failed, Line: 1, Message: "<string>:1: stack overflow"}},
		"coroutines work":           {lua: `local c = coroutine.wrap(function(a) coroutine.yield(a) end); return {status = c("Healthy")}`, open: true, want: Result{Kind: Judged, Status: "Healthy"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Script, c.want.IsOverride = "apps/Deployment", true
			got := one(lua.NewRunner(), deployment, []scripts.Override{{Key: "apps/Deployment", Lua: c.lua, UseOpenLibs: c.open}})
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestScriptsWithoutEndAreEnded(t *testing.T) {
	for name, script := range map[string]string{
		"a loop":              `while true do end`,
		"a loop that catches": `while true do pcall(function() while true do end end) end`,
		"a coroutine":         `coroutine.wrap(function() while true do end end)()`,
		"a resumed coroutine": `coroutine.resume(coroutine.create(function() while true do end end)); while true do end`,
	} {
		t.Run(name, func(t *testing.T) {
			got := one(lua.NewRunner(), object("v1", "Pod"), []scripts.Override{{Key: "Pod", Lua: script, UseOpenLibs: true}})
			if got.Kind != Failed || !got.IsEndless || got.Line != 1 || !strings.Contains(got.Message, "deadline exceeded") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestARequestThatTakesTooLongAnswersInPart(t *testing.T) {
	endless := []scripts.Override{{Key: "Pod", Lua: `while true do end`}}
	objects := make([]map[string]any, 30)
	for i := range objects {
		objects[i] = object("v1", "Pod")
	}
	start := time.Now()
	reply := Objects(Request{Objects: objects, Overrides: endless})
	if len(reply.Results) == 0 || len(reply.Results) == len(objects) {
		t.Errorf("%d results after %v", len(reply.Results), time.Since(start))
	}
}
