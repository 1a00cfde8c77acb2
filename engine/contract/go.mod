module plumbline.dev/engine/contract

go 1.26.0
