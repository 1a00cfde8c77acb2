module github.com/lestrrat-go/jwx/v3

go 1.26.0
