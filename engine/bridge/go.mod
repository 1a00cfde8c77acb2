module plumbline.dev/engine/bridge

go 1.26.0
