#!/bin/sh
# Writes the generated modules of engine/kyverno/stub anew: after an upgrade of Kyverno, or of what is kept of it.
# Fetches the real libraries once, about 2 GB. Prints the `replace` directives that go.mod needs.
set -eu
cd "$(dirname "$0")"
kyverno=v1.19.1
from=$(GOFLAGS=-mod=mod go mod download -json "github.com/kyverno/kyverno@$kyverno" | sed -n 's/^.*"Dir": "\(.*\)",$/\1/p')
k=github.com/kyverno/kyverno

# What internal/ imports of Kyverno.
roots="$k/pkg/engine $k/pkg/engine/policycontext $k/pkg/engine/context/loaders $k/pkg/engine/factories
$k/pkg/cel/policies/vpol/engine $k/pkg/cel/policies/mpol/engine $k/pkg/cel/matching $k/pkg/exceptions
$k/pkg/utils/report $k/pkg/openreports $k/api/kyverno/v2beta1 $k/api/kyverno/v2"

# Signing, registries, clusters, telemetry: what a preview has no use for.
stubbed='github.com/sigstore github.com/notaryproject github.com/in-toto github.com/open-policy-agent
github.com/awslabs github.com/fluxcd github.com/docker/cli github.com/docker/docker-credential-helpers
github.com/google/go-containerregistry/pkg/authn/kubernetes golang.org/x/oauth2 github.com/dgraph-io
go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters go.opentelemetry.io/contrib github.com/prometheus
k8s.io/client-go k8s.io/cli-runtime sigs.k8s.io/controller-runtime sigs.k8s.io/apiserver-network-proxy
sigs.k8s.io/release-utils github.com/openreports/reports-api google.golang.org/grpc github.com/spf13/cobra
github.com/emicklei/go-restful'

# What is called while packages are initialised, or to count and trace: it does nothing.
quiet='sigs.k8s.io/release-utils github.com/awslabs github.com/fluxcd github.com/docker/cli github.com/openreports
k8s.io/client-go/kubernetes/scheme github.com/google/go-containerregistry/pkg/authn/kubernetes
sigs.k8s.io/apiserver-network-proxy go.opentelemetry.io github.com/prometheus sigs.k8s.io/controller-runtime/pkg/log'

rm -rf ../github.com ../go.opentelemetry.io ../golang.org ../google.golang.org ../k8s.io ../sigs.k8s.io
GOFLAGS=-mod=readonly go run . -from "$from" -out .. -root "$roots" -stub "$stubbed" -quiet "$quiet" \
  -whole github.com/sigstore/k8s-manifest-sigstore/pkg/k8smanifest \
  -extra go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp.Transport.RoundTrip
