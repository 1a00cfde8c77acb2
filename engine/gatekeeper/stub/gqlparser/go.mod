module github.com/vektah/gqlparser/v2

go 1.26.0
