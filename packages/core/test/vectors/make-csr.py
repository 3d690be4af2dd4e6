"""Writes csr/python-*.pem with the cryptography package."""

import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID, NameOID

folder = Path(__file__).parent / "csr"
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.test")])
names = x509.SubjectAlternativeName(
    [
        x509.DNSName("www.example.test"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
        x509.RFC822Name("lab@example.test"),
        x509.UniformResourceIdentifier("spiffe://example.test/workload/web"),
    ]
)


def write(file, key, digest, **options):
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"correct horse battery")
        .sign(key, digest, **options)
    )
    (folder / f"python-{file}.pem").write_bytes(request.public_bytes(serialization.Encoding.PEM))


rsa_key = rsa.generate_private_key(65537, 2048)
write("p-256", ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
write("ed25519", ed25519.Ed25519PrivateKey.generate(), None)
write("rsa-2048", rsa_key, hashes.SHA256())
pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
write("rsa-2048-pss-signature", rsa_key, hashes.SHA256(), rsa_padding=pss)
