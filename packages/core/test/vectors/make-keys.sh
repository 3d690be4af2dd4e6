#!/bin/sh
# Writes keys/*.pem: one key of each kind in many forms. They exist to be read by tests and protect nothing.
# The passphrase of every encrypted file is "open sesame".
set -eu
cd "$(dirname "$0")/keys"
pass=pass:'open sesame'

openssl genrsa -out rsa.pem 2048
for curve in P-256 P-384 P-521; do
  name=$(echo "$curve" | tr 'P' 'p')
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$name.pem"
done
openssl genpkey -algorithm ED25519 -out ed25519.pem

# Older forms.
openssl rsa -in rsa.pem -traditional -out rsa-pkcs1.pem
openssl ec -in p-256.pem -out p-256-sec1.pem
{ openssl ecparam -name prime256v1; cat p-256-sec1.pem; } > p-256-sec1-parameters.pem
{ openssl ecparam -name prime256v1; cat p-256.pem; } > p-256-pkcs8-parameters.pem
openssl rsa -in rsa.pem -traditional -aes128 -passout "$pass" -out rsa-dek-info-aes128.pem
openssl rsa -in rsa.pem -traditional -des3 -passout "$pass" -out rsa-dek-info-des3.pem
openssl ec -in p-256.pem -aes192 -passout "$pass" -out p-256-dek-info-aes192.pem
openssl ec -in p-256.pem -aes256 -passout "$pass" -out p-256-dek-info-aes256.pem

# PKCS#8, encrypted.
encrypt() { # file, key, then options of openssl pkcs8
  file=$1 key=$2
  shift 2
  openssl pkcs8 -topk8 -in "$key.pem" -passout "$pass" -out "$file.pem" "$@"
}
for cipher in aes-128-cbc aes-192-cbc aes-256-cbc; do
  encrypt "p-256-pbes2-$cipher" p-256 -v2 "$cipher"
done
for hash in SHA1 SHA224 SHA256 SHA384 SHA512; do
  encrypt "ed25519-pbes2-hmac-$(echo "$hash" | tr S s | tr HA ha)" ed25519 -v2 aes-256-cbc -v2prf "hmacWith$hash"
done
encrypt rsa-pbes2 rsa
encrypt rsa-pbes2-des3 rsa -v2 des3
encrypt p-384-pbes2 p-384
encrypt p-521-pbes2 p-521
encrypt p-256-scrypt p-256 -scrypt
encrypt p-256-scrypt-other-parameters p-256 -scrypt -scrypt_N 32768 -scrypt_r 4 -scrypt_p 2
encrypt p-256-scrypt-smallest p-256 -scrypt -scrypt_N 2 -scrypt_r 1 -scrypt_p 1
encrypt p-256-scrypt-des3 p-256 -scrypt -v2 des3
encrypt p-256-pbes2-hmac-sha512-256 p-256 -v2 aes-256-cbc -v2prf hmacWithSHA512-256
encrypt p-256-pbes1-sha1-3des p-256 -v1 PBE-SHA1-3DES
certtool --to-p8 --load-privkey p-256.pem --password 'open sesame' --pkcs-cipher aes-256 --no-text --outfile p-256-certtool.pem

# What has to be refused although it opens.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out unsupported-secp256k1.pem
openssl genpkey -algorithm ED448 -out unsupported-ed448.pem
openssl genpkey -algorithm X25519 -out unsupported-x25519.pem
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out unsupported-rsa-pss.pem
encrypt unsupported-secp256k1-pbes2 unsupported-secp256k1

# Ciphers that Node does not have unless it loads OpenSSL's legacy provider.
legacy='-provider legacy -provider default'
openssl ec $legacy -in p-256.pem -des -passout "$pass" -out unsupported-dek-info-des.pem
encrypt unsupported-pbes2-des p-256 $legacy -v2 des
encrypt unsupported-pbes1-md5-des p-256 $legacy -v1 PBE-MD5-DES
encrypt unsupported-pbes1-sha1-rc2 p-256 $legacy -v1 PBE-SHA1-RC2-40
