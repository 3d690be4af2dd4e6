// Reads certificates with Go's crypto/x509 and verifies their chains: a JSON list of jobs on standard input, a JSON list
// of reports on standard output. Built and run by golang.test.ts; no module, standard library only.
package main

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"log"
	"os"
	"time"
)

type job struct {
	Certificate   string // hexadecimal DER, as are the others
	Intermediates []string
	Root          string
	Time          time.Time
	Purposes      []int // 1 is serverAuth, 2 is clientAuth
	Host          string
}

type extension struct {
	Oid      string `json:"oid"`
	Critical bool   `json:"critical"`
}

type report struct {
	Version              int         `json:"version"`
	SerialNumber         string      `json:"serialNumber"`
	Issuer               string      `json:"issuer"`
	Subject              string      `json:"subject"`
	NotBefore            string      `json:"notBefore"`
	NotAfter             string      `json:"notAfter"`
	SignatureAlgorithm   string      `json:"signatureAlgorithm"`
	Ca                   bool        `json:"ca"`
	PathLength           int         `json:"pathLength"`
	KeyUsage             int         `json:"keyUsage"`
	ExtKeyUsage          []int       `json:"extKeyUsage"`
	SubjectKeyIdentifier string      `json:"subjectKeyIdentifier"`
	AuthorityKey         string      `json:"authorityKeyIdentifier"`
	Names                []string    `json:"names"`
	PermittedDns         []string    `json:"permittedDns"`
	Extensions           []extension `json:"extensions"`
	Unhandled            []string    `json:"unhandled"`
	Verdict              string      `json:"verdict"`
}

func main() {
	var jobs []job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		log.Fatal(err)
	}
	reports := []report{}
	for _, one := range jobs {
		reports = append(reports, read(one))
	}
	if err := json.NewEncoder(os.Stdout).Encode(reports); err != nil {
		log.Fatal(err)
	}
}

func read(one job) report {
	certificate, err := x509.ParseCertificate(octets(one.Certificate))
	if err != nil {
		return report{Verdict: err.Error()}
	}
	result := report{
		Version:              certificate.Version,
		SerialNumber:         hex.EncodeToString(certificate.SerialNumber.Bytes()),
		Issuer:               hex.EncodeToString(certificate.RawIssuer),
		Subject:              hex.EncodeToString(certificate.RawSubject),
		NotBefore:            certificate.NotBefore.UTC().Format(time.RFC3339),
		NotAfter:             certificate.NotAfter.UTC().Format(time.RFC3339),
		SignatureAlgorithm:   certificate.SignatureAlgorithm.String(),
		Ca:                   certificate.BasicConstraintsValid && certificate.IsCA,
		PathLength:           certificate.MaxPathLen,
		KeyUsage:             int(certificate.KeyUsage),
		ExtKeyUsage:          []int{},
		SubjectKeyIdentifier: hex.EncodeToString(certificate.SubjectKeyId),
		AuthorityKey:         hex.EncodeToString(certificate.AuthorityKeyId),
		Names:                names(certificate),
		PermittedDns:         append([]string{}, certificate.PermittedDNSDomains...),
		Extensions:           []extension{},
		Unhandled:            []string{},
		Verdict:              verify(certificate, one),
	}
	for _, usage := range certificate.ExtKeyUsage {
		result.ExtKeyUsage = append(result.ExtKeyUsage, int(usage))
	}
	for _, found := range certificate.Extensions {
		result.Extensions = append(result.Extensions, extension{found.Id.String(), found.Critical})
	}
	for _, oid := range certificate.UnhandledCriticalExtensions {
		result.Unhandled = append(result.Unhandled, oid.String())
	}
	return result
}

func names(certificate *x509.Certificate) []string {
	all := []string{}
	for _, name := range certificate.DNSNames {
		all = append(all, "dns:"+name)
	}
	for _, address := range certificate.IPAddresses {
		all = append(all, "ip:"+address.String())
	}
	for _, mailbox := range certificate.EmailAddresses {
		all = append(all, "email:"+mailbox)
	}
	for _, uri := range certificate.URIs {
		all = append(all, "uri:"+uri.String())
	}
	return all
}

func verify(certificate *x509.Certificate, one job) string {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	add(roots, one.Root)
	for _, intermediate := range one.Intermediates {
		add(intermediates, intermediate)
	}
	for _, purpose := range one.Purposes {
		_, err := certificate.Verify(x509.VerifyOptions{
			Roots:         roots,
			Intermediates: intermediates,
			CurrentTime:   one.Time,
			DNSName:       one.Host,
			KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsage(purpose)},
		})
		if err != nil {
			return err.Error()
		}
	}
	return "ok"
}

func add(pool *x509.CertPool, text string) {
	certificate, err := x509.ParseCertificate(octets(text))
	if err != nil {
		log.Fatal(err)
	}
	pool.AddCert(certificate)
}

func octets(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}
