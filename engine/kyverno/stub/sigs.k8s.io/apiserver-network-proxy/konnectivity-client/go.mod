module sigs.k8s.io/apiserver-network-proxy/konnectivity-client

go 1.26.0
