// Reads CRLs with Go's crypto/x509 and verifies their signatures: a JSON list of jobs on standard input, a JSON list of reports on
// standard output. Built and run by crl-readers.test.ts; no module, standard library only.
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
	Crl    string // hexadecimal DER, as is the other
	Issuer string
}

type extension struct {
	Oid      string `json:"oid"`
	Critical bool   `json:"critical"`
	Value    string `json:"value"`
}

type entry struct {
	SerialNumber   string      `json:"serialNumber"`
	RevocationDate string      `json:"revocationDate"`
	Extensions     []extension `json:"extensions"`
}

type report struct {
	Issuer             string      `json:"issuer"`
	SignatureAlgorithm string      `json:"signatureAlgorithm"`
	ThisUpdate         string      `json:"thisUpdate"`
	NextUpdate         string      `json:"nextUpdate"`
	Number             string      `json:"number"`
	Entries            []entry     `json:"entries"`
	Extensions         []extension `json:"extensions"`
	Verdict            string      `json:"verdict"`
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
	list, err := x509.ParseRevocationList(octets(one.Crl))
	if err != nil {
		return report{Verdict: err.Error()}
	}
	issuer, err := x509.ParseCertificate(octets(one.Issuer))
	if err != nil {
		log.Fatal(err)
	}
	result := report{
		Issuer:             hex.EncodeToString(list.RawIssuer),
		SignatureAlgorithm: list.SignatureAlgorithm.String(),
		ThisUpdate:         list.ThisUpdate.UTC().Format(time.RFC3339),
		NextUpdate:         list.NextUpdate.UTC().Format(time.RFC3339),
		Entries:            []entry{},
		Verdict:            "ok",
	}
	if list.Number != nil {
		result.Number = list.Number.String()
	}
	for _, revoked := range list.RevokedCertificates {
		one := entry{hex.EncodeToString(revoked.SerialNumber.Bytes()), revoked.RevocationTime.UTC().Format(time.RFC3339), []extension{}}
		for _, found := range revoked.Extensions {
			one.Extensions = append(one.Extensions, extension{found.Id.String(), found.Critical, hex.EncodeToString(found.Value)})
		}
		result.Entries = append(result.Entries, one)
	}
	for _, found := range list.Extensions {
		result.Extensions = append(result.Extensions, extension{found.Id.String(), found.Critical, hex.EncodeToString(found.Value)})
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		result.Verdict = err.Error()
	}
	return result
}

func octets(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}
