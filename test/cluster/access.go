package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	clusterName = "plumbline-lab"
	contextName = "plumbline-lab"
)

// users are the identities a test can take; what `viewer` and `namespaced` may do is granted in bootstrap.go.
var users = []struct{ name, groups string }{
	{"admin", "system:masters"},
	{"viewer", "lab:viewers"},
	{"namespaced", "lab:namespaced"},
}

// access holds the paths and secrets that let clients and components in. It is made anew at every start.
type access struct {
	server, kubeconfig           string
	ca, serverCert, serverKey    string
	serviceAccountKey, tokenFile string
	tokens                       map[string]string
}

func writeAccess(dir string, apiPort int) (access, error) {
	certs := filepath.Join(dir, "certs")
	if err := os.MkdirAll(certs, 0o700); err != nil {
		return access{}, err
	}
	a := access{
		server:            fmt.Sprintf("https://127.0.0.1:%d", apiPort),
		kubeconfig:        filepath.Join(dir, "kubeconfig"),
		ca:                filepath.Join(certs, "ca.crt"),
		serverCert:        filepath.Join(certs, "server.crt"),
		serverKey:         filepath.Join(certs, "server.key"),
		serviceAccountKey: filepath.Join(certs, "service-account.key"),
		tokenFile:         filepath.Join(certs, "tokens.csv"),
		tokens:            map[string]string{},
	}
	caPEM, err := writeCertificates(a)
	if err != nil {
		return a, err
	}
	if err := writeTokens(a); err != nil {
		return a, err
	}
	return a, writeKubeconfig(a, caPEM)
}

// writeCertificates makes a certificate authority, the server's certificate and the key of service account tokens, and
// returns the authority's certificate.
func writeCertificates(a access) ([]byte, error) {
	caKey, err := newKey()
	if err != nil {
		return nil, err
	}
	ca := certificateTemplate(1, "plumbline-lab-ca")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	serverKey, err := newKey()
	if err != nil {
		return nil, err
	}
	server := certificateTemplate(2, "kube-apiserver")
	server.KeyUsage, server.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}
	server.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	serverDER, err := x509.CreateCertificate(rand.Reader, server, ca, &serverKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	accountKey, err := newKey()
	if err != nil {
		return nil, err
	}
	caPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	serverPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: serverDER})
	for path, content := range map[string][]byte{a.ca: caPEM, a.serverCert: append(serverPEM, caPEM...)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return nil, err
		}
	}
	for path, key := range map[string]*ecdsa.PrivateKey{a.serverKey: serverKey, a.serviceAccountKey: accountKey} {
		if err := writeKey(path, key); err != nil {
			return nil, err
		}
	}
	return caPEM, nil
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

func certificateTemplate(serial int64, name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(30 * 24 * time.Hour),
	}
}

func writeTokens(a access) error {
	var lines strings.Builder
	for _, user := range users {
		secret := make([]byte, 16)
		if _, err := rand.Read(secret); err != nil {
			return err
		}
		a.tokens[user.name] = hex.EncodeToString(secret)
		fmt.Fprintf(&lines, "%s,%s,%s,%q\n", a.tokens[user.name], user.name, user.name, user.groups)
	}
	return os.WriteFile(a.tokenFile, []byte(lines.String()), 0o600)
}

// writeKubeconfig writes one context per user; the administrator's carries the cluster's name and is the current one.
func writeKubeconfig(a access, caPEM []byte) error {
	config := clientcmdapi.NewConfig()
	config.Clusters[clusterName] = &clientcmdapi.Cluster{Server: a.server, CertificateAuthorityData: caPEM}
	for name, token := range a.tokens {
		config.AuthInfos[clusterName+"-"+name] = &clientcmdapi.AuthInfo{Token: token}
		context := contextName + "-" + name
		if name == "admin" {
			context = contextName
		}
		config.Contexts[context] = &clientcmdapi.Context{Cluster: clusterName, AuthInfo: clusterName + "-" + name}
	}
	config.CurrentContext = contextName
	return clientcmd.WriteToFile(*config, a.kubeconfig)
}
