// Writes rsa/strong.txt, one modulus of crypto/rsa a line: GO111MODULE=off go run make-rsa.go
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"os"
)

func main() {
	file, err := os.Create("rsa/strong.txt")
	check(err)
	for _, kind := range []struct{ bits, count int }{{2048, 50}, {2056, 1}, {3072, 4}, {4096, 3}, {8192, 1}} {
		for i := 0; i < kind.count; i++ {
			key, err := rsa.GenerateKey(rand.Reader, kind.bits)
			check(err)
			fmt.Fprintf(file, "%x\n", key.N)
		}
	}
	check(file.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
