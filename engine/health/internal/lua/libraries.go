package lua

import (
	golua "github.com/yuin/gopher-lua"
)

// openLibraries opens what Argo CD opens for every script: package, base and table. `os.time` and `os.date` come by
// `require("os")`, and in the table library, where Argo CD registers them. A script with open libraries has all of Lua's
// already; what of these would end or block this process instead of the script is taken away.
func openLibraries(state *golua.LState, clock *deadline, hasOpenLibs bool) {
	for name, open := range map[string]golua.LGFunction{
		golua.LoadLibName: golua.OpenPackage,
		golua.BaseLibName: golua.OpenBase,
		golua.TabLibName:  golua.OpenTable,
	} {
		state.Push(state.NewFunction(open))
		state.Push(golua.LString(name))
		state.Call(1, 0)
	}
	state.RegisterModule(golua.TabLibName, timeFunctions)
	state.PreloadModule(golua.OsLibName, func(state *golua.LState) int {
		state.Push(state.SetFuncs(state.NewTable(), timeFunctions))
		return 1
	})
	if hasOpenLibs {
		state.SetGlobal(golua.ChannelLibName, golua.LNil)
		refuse(state, golua.OsLibName, "exit")
		limitCoroutines(state, clock)
	}
}

func refuse(state *golua.LState, library, function string) {
	state.SetField(state.GetGlobal(library), function, state.NewFunction(func(state *golua.LState) int {
		state.RaiseError("%s.%s is not available to health scripts", library, function)
		return 0
	}))
}

// limitCoroutines gives coroutines the script's own deadline; Lua would give them a context of their own, which only
// hears of the end of time when another goroutine runs.
func limitCoroutines(state *golua.LState, clock *deadline) {
	library := state.GetGlobal(golua.CoroutineLibName)
	limited := func(name string, threadOf func(golua.LValue) *golua.LState) {
		original := state.GetField(library, name)
		state.SetField(library, name, state.NewFunction(func(state *golua.LState) int {
			function := state.CheckFunction(1)
			state.Push(original)
			state.Push(function)
			state.Call(1, 1)
			threadOf(state.Get(-1)).SetContext(clock)
			return 1
		}))
	}
	limited("create", func(made golua.LValue) *golua.LState { return made.(*golua.LState) })
	limited("wrap", func(made golua.LValue) *golua.LState {
		return made.(*golua.LFunction).Upvalues[0].Value().(*golua.LState)
	})
}
