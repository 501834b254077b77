"""Opens the items of a SealedSecret as the controller does (pkg/crypto/crypto.go, HybridDecrypt)."""

import base64
import json
import sys

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

WIDE = "sealedsecrets.bitnami.com/namespace-wide"
CLUSTER = "sealedsecrets.bitnami.com/cluster-wide"


def label(metadata):
    """EncryptionLabel of pkg/apis/sealedsecrets/v1alpha1."""
    annotations = metadata.get("annotations") or {}
    if annotations.get(CLUSTER) == "true":
        return b""
    if annotations.get(WIDE) == "true":
        return metadata["namespace"].encode()
    return f"{metadata['namespace']}/{metadata['name']}".encode()


def open_item(key, bound_to, item):
    raw = base64.b64decode(item, validate=True)
    length = int.from_bytes(raw[:2], "big")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), bound_to)
    session = key.decrypt(raw[2 : 2 + length], oaep)
    return AESGCM(session).decrypt(bytes(12), raw[2 + length :], None)


def main(key_path, manifest_path):
    with open(key_path, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    with open(manifest_path, encoding="utf-8") as file:
        manifest = yaml.safe_load(file)
    bound_to = label(manifest["metadata"])
    values = {}
    for name, item in manifest["spec"]["encryptedData"].items():
        try:
            values[name] = base64.b64encode(open_item(key, bound_to, item)).decode()
        except (ValueError, InvalidTag):
            sys.exit(f"`{name}` does not open")
    json.dump(values, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
