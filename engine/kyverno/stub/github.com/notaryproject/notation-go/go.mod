module github.com/notaryproject/notation-go

go 1.26.0
