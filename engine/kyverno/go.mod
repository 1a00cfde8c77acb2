module plumbline.dev/engine/kyverno

go 1.26.6

require (
	github.com/google/cel-go v0.30.0
	github.com/google/go-containerregistry v0.21.8
	github.com/kyverno/api v0.0.1-alpha.3.0.20260723090831-fb2785727f98
	github.com/kyverno/kyverno v1.19.1
	k8s.io/api v0.36.3
	k8s.io/apimachinery v0.36.3
	k8s.io/apiserver v0.36.3
	k8s.io/kube-openapi v0.0.0-20260317180543-43fb72c5454a
	plumbline.dev/engine/bridge v0.0.0
	plumbline.dev/engine/contract v0.0.0
	sigs.k8s.io/kustomize/kyaml v0.21.1
	sigs.k8s.io/yaml v1.6.0
)

replace (
	plumbline.dev/engine/bridge => ../bridge
	plumbline.dev/engine/contract => ../contract
)

replace github.com/jinzhu/copier => ./stub/own/copier

// Kyverno builds on its own version, which names the fields at fault.
replace k8s.io/pod-security-admission => github.com/kyverno/pod-security-admission v0.0.0-20251031094455-46f20778634f

replace (
	github.com/awslabs/amazon-ecr-credential-helper/ecr-login => ./stub/github.com/awslabs/amazon-ecr-credential-helper/ecr-login
	github.com/dgraph-io/ristretto/v2 => ./stub/github.com/dgraph-io/ristretto/v2
	github.com/docker/cli => ./stub/github.com/docker/cli
	github.com/emicklei/go-restful/v3 => ./stub/github.com/emicklei/go-restful/v3
	github.com/fluxcd/pkg/oci => ./stub/github.com/fluxcd/pkg/oci
	github.com/google/go-containerregistry/pkg/authn/kubernetes => ./stub/github.com/google/go-containerregistry/pkg/authn/kubernetes
	github.com/in-toto/in-toto-golang => ./stub/github.com/in-toto/in-toto-golang
	github.com/notaryproject/notation-core-go => ./stub/github.com/notaryproject/notation-core-go
	github.com/notaryproject/notation-go => ./stub/github.com/notaryproject/notation-go
	github.com/openreports/reports-api => ./stub/github.com/openreports/reports-api
	github.com/prometheus/client_golang => ./stub/github.com/prometheus/client_golang
	github.com/prometheus/client_model => ./stub/github.com/prometheus/client_model
	github.com/prometheus/procfs => ./stub/github.com/prometheus/procfs
	github.com/sigstore/cosign/v3 => ./stub/github.com/sigstore/cosign/v3
	github.com/sigstore/k8s-manifest-sigstore => ./stub/github.com/sigstore/k8s-manifest-sigstore
	github.com/sigstore/protobuf-specs => ./stub/github.com/sigstore/protobuf-specs
	github.com/sigstore/rekor => ./stub/github.com/sigstore/rekor
	github.com/sigstore/sigstore => ./stub/github.com/sigstore/sigstore
	github.com/sigstore/sigstore-go => ./stub/github.com/sigstore/sigstore-go
	github.com/sigstore/sigstore/pkg/signature/kms/aws => ./stub/github.com/sigstore/sigstore/pkg/signature/kms/aws
	github.com/sigstore/sigstore/pkg/signature/kms/azure => ./stub/github.com/sigstore/sigstore/pkg/signature/kms/azure
	github.com/sigstore/sigstore/pkg/signature/kms/gcp => ./stub/github.com/sigstore/sigstore/pkg/signature/kms/gcp
	github.com/sigstore/sigstore/pkg/signature/kms/hashivault => ./stub/github.com/sigstore/sigstore/pkg/signature/kms/hashivault
	github.com/spf13/cobra => ./stub/github.com/spf13/cobra
	go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp => ./stub/go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp
	go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc => ./stub/go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc
	go.opentelemetry.io/otel/exporters/otlp/otlptrace => ./stub/go.opentelemetry.io/otel/exporters/otlp/otlptrace
	go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc => ./stub/go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc
	go.opentelemetry.io/otel/exporters/prometheus => ./stub/go.opentelemetry.io/otel/exporters/prometheus
	go.opentelemetry.io/otel/sdk => ./stub/go.opentelemetry.io/otel/sdk
	go.opentelemetry.io/otel/sdk/metric => ./stub/go.opentelemetry.io/otel/sdk/metric
	golang.org/x/oauth2 => ./stub/golang.org/x/oauth2
	google.golang.org/grpc => ./stub/google.golang.org/grpc
	k8s.io/cli-runtime => ./stub/k8s.io/cli-runtime
	k8s.io/client-go => ./stub/k8s.io/client-go
	sigs.k8s.io/apiserver-network-proxy/konnectivity-client => ./stub/sigs.k8s.io/apiserver-network-proxy/konnectivity-client
	sigs.k8s.io/controller-runtime => ./stub/sigs.k8s.io/controller-runtime
	sigs.k8s.io/release-utils => ./stub/sigs.k8s.io/release-utils
)

require (
	cel.dev/expr v0.25.2 // indirect
	github.com/IGLOU-EU/go-wildcard v1.0.3 // indirect
	github.com/antlr4-go/antlr/v4 v4.13.1 // indirect
	github.com/aptible/supercronic v0.2.48 // indirect
	github.com/aquilax/truncate v1.0.1 // indirect
	github.com/asaskevich/govalidator v0.0.0-20230301143203-a9d515a09cc2 // indirect
	github.com/awslabs/amazon-ecr-credential-helper/ecr-login v0.12.0 // indirect
	github.com/blang/semver/v4 v4.0.0 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc // indirect
	github.com/dgraph-io/ristretto/v2 v2.4.2 // indirect
	github.com/distribution/reference v0.6.0 // indirect
	github.com/docker/cli v29.6.2+incompatible // indirect
	github.com/emicklei/go-restful/v3 v3.13.0 // indirect
	github.com/evanphx/json-patch/v5 v5.9.11 // indirect
	github.com/fluxcd/pkg/oci v0.45.0 // indirect
	github.com/fsnotify/fsnotify v1.10.1 // indirect
	github.com/fxamacker/cbor/v2 v2.9.0 // indirect
	github.com/ghodss/yaml v1.0.1-0.20190212211648-25d852aebe32 // indirect
	github.com/go-errors/errors v1.5.1 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/go-logr/zerologr v1.2.3 // indirect
	github.com/go-openapi/jsonpointer v1.0.0 // indirect
	github.com/go-openapi/jsonreference v1.0.0 // indirect
	github.com/go-openapi/swag v0.26.1 // indirect
	github.com/go-openapi/swag/cmdutils v0.27.0 // indirect
	github.com/go-openapi/swag/conv v0.27.3 // indirect
	github.com/go-openapi/swag/fileutils v0.27.3 // indirect
	github.com/go-openapi/swag/jsonname v0.26.1 // indirect
	github.com/go-openapi/swag/jsonutils v0.27.3 // indirect
	github.com/go-openapi/swag/loading v0.27.3 // indirect
	github.com/go-openapi/swag/mangling v0.27.3 // indirect
	github.com/go-openapi/swag/netutils v0.27.0 // indirect
	github.com/go-openapi/swag/pools v0.27.3 // indirect
	github.com/go-openapi/swag/stringutils v0.27.3 // indirect
	github.com/go-openapi/swag/typeutils v0.27.3 // indirect
	github.com/go-openapi/swag/yamlutils v0.27.3 // indirect
	github.com/gobwas/glob v0.2.3 // indirect
	github.com/google/gnostic-models v0.7.1 // indirect
	github.com/google/go-containerregistry/pkg/authn/kubernetes v0.0.0-20260224031529-85f2bf5f7303 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gopherjs/gopherjs v0.0.0-20200217142428-fce0ec30dd00 // indirect
	github.com/in-toto/in-toto-golang v0.11.0 // indirect
	github.com/jinzhu/copier v0.4.0 // indirect
	github.com/jmoiron/jsonq v0.0.0-20150511023944-e874b168d07e // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/jtolds/gls v4.20.0+incompatible // indirect
	github.com/klauspost/compress v1.19.1 // indirect
	github.com/kyverno/go-jmespath v0.4.1-0.20231124160150-95e59c162877 // indirect
	github.com/kyverno/sdk v0.0.0-20260825082632-68d74afcb07a // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee // indirect
	github.com/monochromegane/go-gitignore v0.0.0-20200626010858-205db1a8cc00 // indirect
	github.com/notaryproject/notation-core-go v1.3.0 // indirect
	github.com/notaryproject/notation-go v1.3.2 // indirect
	github.com/opencontainers/go-digest v1.0.0 // indirect
	github.com/opencontainers/image-spec v1.1.1 // indirect
	github.com/openreports/reports-api v0.2.1 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/prometheus/client_golang v1.24.1 // indirect
	github.com/prometheus/client_model v0.6.2 // indirect
	github.com/prometheus/procfs v0.21.1 // indirect
	github.com/robfig/cron v1.2.0 // indirect
	github.com/rs/zerolog v1.35.1 // indirect
	github.com/sigstore/cosign/v3 v3.1.2 // indirect
	github.com/sigstore/k8s-manifest-sigstore v0.5.5-0.20251214123302-4152ec03ed3d // indirect
	github.com/sigstore/protobuf-specs v0.5.1 // indirect
	github.com/sigstore/rekor v1.5.3 // indirect
	github.com/sigstore/sigstore v1.10.9 // indirect
	github.com/sigstore/sigstore-go v1.3.0 // indirect
	github.com/sigstore/sigstore/pkg/signature/kms/aws v1.10.9 // indirect
	github.com/sigstore/sigstore/pkg/signature/kms/azure v1.10.9 // indirect
	github.com/sigstore/sigstore/pkg/signature/kms/gcp v1.10.9 // indirect
	github.com/sigstore/sigstore/pkg/signature/kms/hashivault v1.10.9 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	github.com/xlab/treeprint v1.2.0 // indirect
	github.com/zach-klippenstein/goregen v0.0.0-20160303162051-795b5e3961ea // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.69.0 // indirect
	go.opentelemetry.io/otel v1.44.0 // indirect
	go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc v1.44.0 // indirect
	go.opentelemetry.io/otel/exporters/otlp/otlptrace v1.44.0 // indirect
	go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc v1.44.0 // indirect
	go.opentelemetry.io/otel/exporters/prometheus v0.66.0 // indirect
	go.opentelemetry.io/otel/metric v1.44.0 // indirect
	go.opentelemetry.io/otel/sdk v1.44.0 // indirect
	go.opentelemetry.io/otel/sdk/metric v1.44.0 // indirect
	go.opentelemetry.io/otel/trace v1.44.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.4 // indirect
	golang.org/x/crypto v0.56.0 // indirect
	golang.org/x/exp v0.0.0-20260410095643-746e56fc9e2f // indirect
	golang.org/x/net v0.58.0 // indirect
	golang.org/x/oauth2 v0.36.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	gomodules.xyz/jsonpatch/v2 v2.5.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260727163830-6c54dddc4772 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260720155508-bb71a54f79dc // indirect
	google.golang.org/grpc v1.83.2 // indirect
	google.golang.org/protobuf v1.36.12-0.20260120151049-f2248ac996af // indirect
	gopkg.in/evanphx/json-patch.v4 v4.13.0 // indirect
	gopkg.in/inf.v0 v0.9.1 // indirect
	gopkg.in/yaml.v2 v2.4.0 // indirect
	k8s.io/apiextensions-apiserver v0.36.3 // indirect
	k8s.io/cli-runtime v0.36.3 // indirect
	k8s.io/client-go v0.36.3 // indirect
	k8s.io/component-base v0.36.3 // indirect
	k8s.io/klog/v2 v2.140.0 // indirect
	k8s.io/pod-security-admission v0.36.2 // indirect
	k8s.io/utils v0.0.0-20260210185600-b8788abfbbc2 // indirect
	sigs.k8s.io/apiserver-network-proxy/konnectivity-client v0.34.0 // indirect
	sigs.k8s.io/controller-runtime v0.24.1 // indirect
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730 // indirect
	sigs.k8s.io/kustomize/api v0.21.1 // indirect
	sigs.k8s.io/randfill v1.0.0 // indirect
	sigs.k8s.io/release-utils v0.12.4 // indirect
	sigs.k8s.io/structured-merge-diff/v6 v6.4.2 // indirect
)
