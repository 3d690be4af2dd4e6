// Writes csr/go-*.pem with crypto/x509: GO111MODULE=off go run make-csr.go
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"net"
	"net/url"
	"os"
)

func main() {
	p256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	check(err)
	rsa2048 := must(rsa.GenerateKey(rand.Reader, 2048))
	uri := must(url.Parse("spiffe://example.test/workload/web"))
	names := x509.CertificateRequest{
		Subject:        pkix.Name{CommonName: "www.example.test", Organization: []string{"Lab"}},
		DNSNames:       []string{"www.example.test", "*.apps.example.test"},
		IPAddresses:    []net.IP{net.IPv4(192, 0, 2, 7), net.ParseIP("2001:db8::7")},
		EmailAddresses: []string{"lab@example.test"},
		URIs:           []*url.URL{uri},
	}
	write("p-256", names, p256)
	write("p-384", names, must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)))
	write("p-521", names, must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)))
	write("ed25519", names, ed)
	write("rsa-2048", names, rsa2048)
	pss := names
	pss.SignatureAlgorithm = x509.SHA256WithRSAPSS
	write("refused-pss-label", pss, rsa2048) // Go before 1.20 signs PKCS#1 v1.5 and calls it PSS
	write("no-attributes", x509.CertificateRequest{Subject: names.Subject}, p256)

	mustStaple := names
	mustStaple.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5}}}
	write("must-staple", mustStaple, p256)

	write("refused-p-224", names, must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)))
	mapped := names
	mapped.URIs = nil
	mapped.ExtraExtensions = []pkix.Extension{{
		Id:    asn1.ObjectIdentifier{2, 5, 29, 17},
		Value: append([]byte{0x30, 18, 0x87, 16}, net.IPv4(192, 0, 2, 7).To16()...),
	}}
	write("refused-mapped-address", mapped, p256)
}

func write(name string, template x509.CertificateRequest, key crypto.Signer) {
	der := must(x509.CreateCertificateRequest(rand.Reader, &template, key))
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	check(os.WriteFile("csr/go-"+name+".pem", block, 0o644))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
