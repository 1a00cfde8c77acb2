module plumbline.dev/engine/kyverno/stub/generate

go 1.26.0
