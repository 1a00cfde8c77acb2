// Package scripts knows which Lua script decides an object's health: one of argocd-cm, or one that Argo CD brings along.
package scripts

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	builtin "github.com/argoproj/argo-cd/v3/resource_customizations"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/gobwas/glob"
)

const fileName = "health.lua"

// newer holds what versions of Argo CD decide differently that come after the one whose scripts are embedded, in our own
// words. It goes when go.mod has caught up.
//
//go:embed newer
var newer embed.FS

// Override is a script of argocd-cm. Its Key is `group/Kind`, `Kind` in the core group, or a pattern of these.
type Override struct {
	Key         string `json:"key"`
	Lua         string `json:"lua"`
	UseOpenLibs bool   `json:"useOpenLibs,omitempty"`
}

// Script is what judges an object.
type Script struct {
	// Key names the script: that of the override, or the folder among Argo CD's own.
	Key        string
	IsOverride bool
	Lua        string
	// HasOpenLibs: all of Lua's libraries, as Argo CD gives them to its own scripts.
	HasOpenLibs bool
}

// KeyOf is the name by which scripts are looked up.
func KeyOf(group, kind string) string {
	if group == "" {
		return kind
	}
	return group + "/" + kind
}

// Find gives the scripts of a kind as Argo CD looks for them: the override of exactly this key, overrides whose pattern
// matches, the built-in script of the key, the first built-in one whose pattern matches. There is none, one, or several
// where patterns of argocd-cm overlap: Argo CD then runs any one of them.
func Find(key string, overrides []Override) []Script {
	if own := overriding(overrides, func(each Override) bool { return each.Key == key }); own != nil {
		return own[:1]
	}
	if matching := overriding(overrides, func(each Override) bool { return matches(each.Key, key) }); matching != nil {
		return matching
	}
	if lua, err := newer.ReadFile(path.Join("newer", key, fileName)); err == nil {
		return []Script{{Key: key, Lua: string(lua), HasOpenLibs: true}}
	}
	if lua, err := builtin.Embedded.ReadFile(path.Join(key, fileName)); err == nil {
		return []Script{{Key: key, Lua: string(lua), HasOpenLibs: true}}
	}
	for _, folder := range wildcards() {
		if ok, _ := doublestar.PathMatch(patternOf(folder), key); !ok {
			continue
		}
		lua, err := builtin.Embedded.ReadFile(path.Join(folder, fileName))
		if err != nil {
			panic(err)
		}
		return []Script{{Key: patternOf(folder), Lua: string(lua), HasOpenLibs: true}}
	}
	return nil
}

func overriding(overrides []Override, isMeant func(Override) bool) []Script {
	var found []Script
	for _, each := range overrides {
		if each.Lua != "" && isMeant(each) {
			found = append(found, Script{Key: each.Key, IsOverride: true, Lua: each.Lua, HasOpenLibs: each.UseOpenLibs})
		}
	}
	return found
}

// matches reads a pattern as Argo CD does: `*` also crosses a slash, a pattern that is none matches nothing.
func matches(pattern, key string) bool {
	compiled, err := glob.Compile(pattern)
	return err == nil && compiled.Match(key)
}

var wildcards = sync.OnceValue(func() []string {
	return slices.DeleteFunc(folders(), func(folder string) bool { return !strings.Contains(folder, "_") })
})

// folders that hold a script, sorted.
func folders() []string {
	var found []string
	err := fs.WalkDir(builtin.Embedded, ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Base(name) == fileName {
			found = append(found, path.Dir(name))
		}
		return err
	})
	if err != nil {
		panic(errors.Join(errors.New("the embedded scripts cannot be listed"), err))
	}
	slices.Sort(found)
	return found
}

// patternOf a folder: a file system allows no asterisk, so an underscore stands for it.
func patternOf(folder string) string { return strings.ReplaceAll(folder, "_", "*") }
