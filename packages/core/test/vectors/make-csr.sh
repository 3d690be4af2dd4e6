#!/bin/sh
# Writes csr/openssl-*.pem, csr/certtool-*.pem, csr/keytool-*.pem. Keys are made in a temporary folder and forgotten.
set -eu
cd "$(dirname "$0")/csr"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

names='subjectAltName=DNS:www.example.test,DNS:*.apps.example.test,IP:192.0.2.7,IP:2001:db8::7,email:lab@example.test,URI:https://example.test/id'
request() { # file, key, then options of openssl req
  file=$1 key=$2
  shift 2
  openssl req -new -key "$keys/$key" -out "openssl-$file.pem" "$@"
}

for bits in 2048 3072 4096; do
  openssl genrsa -out "$keys/rsa-$bits" "$bits"
done
openssl genrsa -out "$keys/rsa-1024" 1024
openssl genrsa -3 -out "$keys/rsa-exponent-3" 2048
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$keys/rsa-pss"
for curve in P-256 P-384 P-521 secp256k1 brainpoolP256r1; do
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$keys/$curve"
done
openssl ec -in "$keys/P-256" -conv_form compressed -out "$keys/P-256-compressed"
openssl ec -in "$keys/P-256" -param_enc explicit -out "$keys/P-256-explicit"
openssl genpkey -algorithm ED25519 -out "$keys/ed25519"
openssl genpkey -algorithm ED448 -out "$keys/ed448"
openssl dsaparam -genkey -out "$keys/dsa" 2048

request rsa-2048 rsa-2048 -subj /CN=www.example.test -addext "$names"
request rsa-3072-sha384 rsa-3072 -sha384 -subj / -addext "$names"
request rsa-4096-sha512 rsa-4096 -sha512 -subj / -addext "$names"
request rsa-2048-pss-signature rsa-2048 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -subj / -addext "$names"
request p-256 P-256 -subj / -addext "$names"
request p-256-sha512 P-256 -sha512 -subj / -addext "$names"
request p-384 P-384 -sha384 -subj / -addext "$names"
request p-521 P-521 -sha512 -subj / -addext "$names"
request ed25519 ed25519 -subj / -addext "$names"
request no-extensions P-256 -subj /C=FI/O=Lab/CN=www.example.test
request new-header P-256 -newhdr -subj /CN=www.example.test
request usages P-256 -subj /CN=www.example.test -addext "$names" \
  -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
  -addext extendedKeyUsage=serverAuth -addext subjectKeyIdentifier=hash -addext tlsfeature=status_request
request utf8-subject P-256 -utf8 -subj '/O=Käyttö/CN=Zürich Ωmega'

cat > "$keys/challenge.cnf" <<'CNF'
[req]
prompt = no
distinguished_name = name
attributes = attributes
req_extensions = extensions
[name]
CN = www.example.test
[attributes]
challengePassword = correct horse battery
unstructuredName = Lab
[extensions]
subjectAltName = DNS:www.example.test
CNF
request challenge-password P-256 -config "$keys/challenge.cnf"

# What has to be refused.
request refused-sha1 rsa-2048 -sha1 -subj /CN=www.example.test
request refused-md5 rsa-2048 -md5 -subj /CN=www.example.test
request refused-sha224 rsa-2048 -sha224 -subj /CN=www.example.test
request refused-ecdsa-sha1 P-256 -sha1 -subj /CN=www.example.test
request refused-pss-sha1 rsa-2048 -sha1 -sigopt rsa_padding_mode:pss -subj /CN=www.example.test
request refused-pss-salt-20 rsa-2048 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -subj /CN=www.example.test
request refused-pss-key rsa-pss -subj /CN=www.example.test
request refused-rsa-1024 rsa-1024 -subj /CN=www.example.test
request refused-rsa-exponent-3 rsa-exponent-3 -subj /CN=www.example.test
request refused-secp256k1 secp256k1 -subj /CN=www.example.test
request refused-brainpool brainpoolP256r1 -subj /CN=www.example.test
request refused-compressed-point P-256-compressed -subj /CN=www.example.test
request refused-explicit-curve P-256-explicit -subj /CN=www.example.test
request refused-ed448 ed448 -subj /CN=www.example.test
request refused-dsa dsa -subj /CN=www.example.test
request refused-ca P-256 -subj /CN=www.example.test -addext basicConstraints=critical,CA:TRUE
request refused-key-cert-sign P-256 -subj /CN=www.example.test -addext keyUsage=keyCertSign
request refused-name-constraints P-256 -subj /CN=www.example.test -addext 'nameConstraints=permitted;DNS:example.test'
request refused-critical P-256 -subj /CN=www.example.test -addext 1.2.3.4=critical,DER:0500
request refused-other-name P-256 -subj /CN=www.example.test -addext 'subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@example.test'
request refused-directory-name P-256 -subj /CN=www.example.test -config /dev/stdin -reqexts e <<'CNF'
[req]
distinguished_name = n
[n]
[e]
subjectAltName = dirName:d
[d]
CN = www.example.test
CNF
request refused-registered-id P-256 -subj /CN=www.example.test -addext subjectAltName=RID:1.2.3.4
request refused-two-common-names P-256 -subj /CN=www.example.test/CN=other.example.test
cat > "$keys/certtool.cfg" <<'CNF'
cn = www.example.test
dns_name = www.example.test
ip_address = 192.0.2.7
email = lab@example.test
tls_www_server
signing_key
challenge_password = "correct horse battery"
CNF
for kind in rsa:2048 ecdsa:secp256r1 eddsa:Ed25519; do
  algorithm=${kind%:*} size=${kind#*:}
  option=--curve
  [ "$algorithm" = rsa ] && option=--bits
  certtool --generate-privkey --key-type "$algorithm" "$option" "$size" --no-text --outfile "$keys/certtool-$algorithm"
  certtool --generate-request --load-privkey "$keys/certtool-$algorithm" --template "$keys/certtool.cfg" --no-text \
    --outfile "certtool-$algorithm.pem"
done

keytool -genkeypair -alias key -keyalg EC -groupname secp256r1 -dname 'CN=www.example.test, O=Lab, C=FI' \
  -keystore "$keys/keystore" -storetype PKCS12 -storepass changeit
keytool -certreq -alias key -keystore "$keys/keystore" -storepass changeit -file keytool-ec.pem \
  -ext 'SAN=dns:www.example.test,ip:192.0.2.7'
keytool -genkeypair -alias rsa -keyalg RSA -keysize 2048 -dname 'CN=www.example.test' \
  -keystore "$keys/keystore" -storetype PKCS12 -storepass changeit
keytool -certreq -alias rsa -keystore "$keys/keystore" -storepass changeit -file keytool-rsa-pss.pem \
  -sigalg RSASSA-PSS -ext SAN=dns:www.example.test
