// Makes certificates with Go's crypto/x509 as step-ca's documentation describes its default leaf: a JSON list of jobs on
// standard input, a JSON list of TBSCertificates (hexadecimal) on standard output. Built and run by step-leaf.test.ts; no
// module, standard library only.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"log"
	"math/big"
	"net"
	"net/url"
	"os"
	"time"
)

type job struct {
	IssuerCertificate string // hexadecimal DER, as are the others
	IssuerKey         string // PKCS#8
	PublicKey         string
	SerialNumber      string
	NotBefore         time.Time
	NotAfter          time.Time
	CommonName        string
	Dns               []string
	Ip                []string
	Email             []string
	Uri               []string
	Provisioner       *provisioner
}

type provisioner struct {
	Type          int
	Name          string
	CredentialId  string
	KeyValuePairs []string
}

// The value of the provisioner extension; Go's encoding/asn1 writes it.
type provisionerValue struct {
	Type          int
	Name          []byte
	CredentialID  []byte
	KeyValuePairs []string `asn1:"optional,omitempty"`
}

func main() {
	var jobs []job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		log.Fatal(err)
	}
	made := []string{}
	for _, one := range jobs {
		made = append(made, hex.EncodeToString(make509(one)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(made); err != nil {
		log.Fatal(err)
	}
}

func make509(one job) []byte {
	issuer, err := x509.ParseCertificate(octets(one.IssuerCertificate))
	check(err)
	key, err := x509.ParsePKCS8PrivateKey(octets(one.IssuerKey))
	check(err)
	publicKey, err := x509.ParsePKIXPublicKey(octets(one.PublicKey))
	check(err)
	template := &x509.Certificate{
		SerialNumber:   new(big.Int).SetBytes(octets(one.SerialNumber)),
		Subject:        pkix.Name{CommonName: one.CommonName},
		NotBefore:      one.NotBefore,
		NotAfter:       one.NotAfter,
		KeyUsage:       x509.KeyUsageDigitalSignature,
		ExtKeyUsage:    []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		SubjectKeyId:   keyIdentifier(octets(one.PublicKey)),
		DNSNames:       one.Dns,
		EmailAddresses: one.Email,
	}
	if _, isRsa := publicKey.(*rsa.PublicKey); isRsa {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	for _, text := range one.Ip {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(text))
	}
	for _, text := range one.Uri {
		uri, err := url.Parse(text)
		check(err)
		template.URIs = append(template.URIs, uri)
	}
	if one.Provisioner != nil {
		template.ExtraExtensions = append(template.ExtraExtensions, extension(one.Provisioner))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, publicKey, key)
	check(err)
	certificate, err := x509.ParseCertificate(der)
	check(err)
	return certificate.RawTBSCertificate
}

func extension(from *provisioner) pkix.Extension {
	value, err := asn1.Marshal(provisionerValue{
		Type:          from.Type,
		Name:          []byte(from.Name),
		CredentialID:  []byte(from.CredentialId),
		KeyValuePairs: from.KeyValuePairs,
	})
	check(err)
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 37476, 9000, 64, 1}, Value: value}
}

// RFC 5280 section 4.2.1.2, method 1.
func keyIdentifier(spki []byte) []byte {
	var info struct {
		Algorithm        pkix.AlgorithmIdentifier
		SubjectPublicKey asn1.BitString
	}
	_, err := asn1.Unmarshal(spki, &info)
	check(err)
	sum := sha1.Sum(info.SubjectPublicKey.Bytes)
	return sum[:]
}

func octets(text string) []byte {
	bytes, err := hex.DecodeString(text)
	check(err)
	return bytes
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
