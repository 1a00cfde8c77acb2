module github.com/jinzhu/copier

go 1.26.0
