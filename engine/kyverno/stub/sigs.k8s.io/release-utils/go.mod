module sigs.k8s.io/release-utils

go 1.26.0
