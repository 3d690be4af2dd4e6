// A root run by Go's crypto/x509: reads a certification request as PEM on standard input, verifies it, and writes the certificate of an
// intermediate and then its own. Built and run by offline-root.test.ts; no module, standard library only.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"os"
	"time"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	check(err)
	block, _ := pem.Decode(text)
	request, err := x509.ParseCertificateRequest(block.Bytes)
	check(err)
	check(request.CheckSignature())

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	root := template(1, pkix.Name{CommonName: "Go Root"}, -1)
	rootDer, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	check(err)
	root, err = x509.ParseCertificate(rootDer)
	check(err)

	intermediate := template(2, pkix.Name{}, 0)
	intermediate.RawSubject = request.RawSubject
	der, err := x509.CreateCertificate(rand.Reader, intermediate, root, request.PublicKey, key)
	check(err)
	write(der)
	write(rootDer)
}

func template(serial int64, subject pkix.Name, pathLength int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               subject,
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(240 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            pathLength,
		MaxPathLenZero:        pathLength == 0,
	}
}

func write(der []byte) {
	check(pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
