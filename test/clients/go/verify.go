// Verifies a TLS server certificate with crypto/x509, for one host name, trusting nothing but one root.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fail("usage: verify ROOT CHAIN NAME")
	}
	roots := x509.NewCertPool()
	for _, root := range read(os.Args[1]) {
		roots.AddCert(root)
	}
	chain := read(os.Args[2])
	intermediates := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		intermediates.AddCert(certificate)
	}
	verified, err := chain[0].Verify(x509.VerifyOptions{
		DNSName:       os.Args[3],
		Roots:         roots,
		Intermediates: intermediates,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		fail(err.Error())
	}
	fmt.Printf("verified: %d certificates\n", len(verified[0]))
}

func read(path string) []*x509.Certificate {
	rest, err := os.ReadFile(path)
	if err != nil {
		fail(err.Error())
	}
	var certificates []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			fail(path + ": " + err.Error())
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) == 0 {
		fail(path + ": no certificate")
	}
	return certificates
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
