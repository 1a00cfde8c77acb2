module k8s.io/cli-runtime

go 1.26.0
