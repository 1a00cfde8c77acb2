module github.com/docker/cli

go 1.26.0
