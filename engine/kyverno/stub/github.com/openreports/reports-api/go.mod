module github.com/openreports/reports-api

go 1.26.0
