"""Writes csr/python-*.pem with the cryptography package."""

import base64
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
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
for digest, suffix in [(hashes.SHA256(), ""), (hashes.SHA384(), "-sha384"), (hashes.SHA512(), "-sha512")]:
    pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
    write(f"rsa-2048-pss-signature{suffix}", rsa_key, digest, rsa_padding=pss)


def der(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    octets = (length.bit_length() + 7) // 8
    header = bytes([length]) if length < 128 else bytes([0x80 | octets]) + length.to_bytes(octets, "big")
    return bytes([tag]) + header + content


def write_ml_dsa(parameter_set, arc, key):
    """The package signs with ML-DSA but does not put requests together for it."""
    algorithm = der(0x30, der(0x06, bytes.fromhex("6086480165030403") + bytes([arc])))
    extension = der(0x30, der(0x06, bytes.fromhex("551d11")), der(0x04, names.public_bytes()))
    attribute = der(0x30, der(0x06, bytes.fromhex("2a864886f70d01090e")), der(0x31, der(0x30, extension)))
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    info = der(0x30, der(0x02, b"\0"), name.public_bytes(), spki, der(0xA0, attribute))
    request = der(0x30, info, algorithm, der(0x03, b"\0", key.sign(info)))
    text = base64.encodebytes(request).decode().replace("\n", "")
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    pem = f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}\n-----END CERTIFICATE REQUEST-----\n"
    (folder / f"python-ml-dsa-{parameter_set}.pem").write_text(pem)


write_ml_dsa(44, 17, mldsa.MLDSA44PrivateKey.generate())
write_ml_dsa(65, 18, mldsa.MLDSA65PrivateKey.generate())
write_ml_dsa(87, 19, mldsa.MLDSA87PrivateKey.generate())
