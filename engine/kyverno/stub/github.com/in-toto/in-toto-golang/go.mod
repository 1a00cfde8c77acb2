module github.com/in-toto/in-toto-golang

go 1.26.0
