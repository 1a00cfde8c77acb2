module plumbline.dev/engine/health

go 1.26.3

require (
	github.com/argoproj/argo-cd/v3 v3.5.6
	github.com/bmatcuk/doublestar/v4 v4.10.0
	github.com/gobwas/glob v0.2.3
	github.com/yuin/gopher-lua v1.1.2
	layeh.com/gopher-json v0.0.0-20190114024228-97fed8db8427
	plumbline.dev/engine/bridge v0.0.0
	sigs.k8s.io/yaml v1.6.0
)

require go.yaml.in/yaml/v2 v2.4.4 // indirect

replace plumbline.dev/engine/bridge => ../bridge
