"""The audit log as values: entries, their canonical encoding, the Merkle tree over them, signed heads, the checker."""
