"""Verifies a DSSE envelope with securesystemslib alone: verify_envelope.py ENVELOPE KEY_ID KEY_PEM. 0: it holds, 1: it does not."""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

envelope_path, key_id, key_path = sys.argv[1:]
with open(key_path, "rb") as file:
    key = SSlibKey.from_crypto(load_pem_public_key(file.read()), keyid=key_id)
with open(envelope_path, "rb") as file:
    envelope = Envelope.from_dict(json.load(file))
try:
    accepted = envelope.verify([key], threshold=1)
except VerificationError as error:
    print(error)
    sys.exit(1)
print(json.dumps({"accepted": list(accepted), "scheme": key.scheme, "payload": json.loads(envelope.payload)}))
