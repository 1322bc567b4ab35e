"""The Merkle tree against the recursive definitions of RFC 9162, the vectors of RFC 6962 logs, and forged proofs."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit import merkle


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word for word, on the leaves' data."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162 2.1.4.1."""
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = split(n)
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def data(size: int) -> list[bytes]:
    return [f"entry {index}".encode() for index in range(size)]


def hashes(leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves]


# The test vectors of the reference log implementations (certificate-transparency, merkletree tests).
VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_vectors(size: int) -> None:
    assert merkle.root(hashes(VECTOR_LEAVES[:size])).hex() == VECTOR_ROOTS[size - 1]


def test_empty_tree() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_root_is_the_recursive_one(leaves: list[bytes]) -> None:
    assert merkle.root(hashes(leaves)) == mth(leaves)


@given(st.integers(1, 40), st.data())
def test_inclusion_proof_is_the_recursive_one_and_verifies(size: int, draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, size - 1))
    leaves = data(size)
    proof = merkle.inclusion_proof(hashes(leaves), index)
    assert list(proof) == path(index, leaves)
    assert merkle.verify_inclusion(merkle.leaf_hash(leaves[index]), index, size, proof, mth(leaves))


@given(st.integers(1, 40), st.data())
def test_consistency_proof_is_the_recursive_one_and_verifies(size: int, draw: st.DataObject) -> None:
    old = draw.draw(st.integers(1, size))
    leaves = data(size)
    proof = merkle.consistency_proof(hashes(leaves), old)
    assert list(proof) == subproof(old, leaves, True)
    assert merkle.verify_consistency(old, mth(leaves[:old]), size, mth(leaves), proof)


@given(st.integers(1, 33), st.data())
def test_forged_inclusion_is_refused(size: int, draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, size - 1))
    leaves = data(size)
    root, leaf = mth(leaves), merkle.leaf_hash(leaves[index])
    proof = merkle.inclusion_proof(hashes(leaves), index)
    forged = b"\x01" * 32
    assert not merkle.verify_inclusion(forged, index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof, forged)
    assert not merkle.verify_inclusion(leaf, index, size, (*proof, forged), root)
    assert not merkle.verify_inclusion(leaf, size, size, proof, root)
    assert not merkle.verify_inclusion(leaf, -1, size, proof, root)
    for place in range(len(proof)):
        assert not merkle.verify_inclusion(leaf, index, size, proof[:place] + proof[place + 1 :], root)
        assert not merkle.verify_inclusion(leaf, index, size, (*proof[:place], forged, *proof[place + 1 :]), root)
    for other in range(size):
        if other != index:
            assert not merkle.verify_inclusion(leaf, other, size, proof, root)


@given(st.integers(1, 33), st.data())
def test_forged_consistency_is_refused(size: int, draw: st.DataObject) -> None:
    old = draw.draw(st.integers(1, size))
    leaves = data(size)
    old_root, root = mth(leaves[:old]), mth(leaves)
    proof = merkle.consistency_proof(hashes(leaves), old)
    forged = b"\x01" * 32
    assert not merkle.verify_consistency(old, forged, size, root, proof)
    assert not merkle.verify_consistency(old, old_root, size, forged, proof)
    assert not merkle.verify_consistency(old, old_root, size, root, (*proof, forged))
    assert not merkle.verify_consistency(size + 1, old_root, size, root, proof)
    for place in range(len(proof)):
        assert not merkle.verify_consistency(old, old_root, size, root, proof[:place] + proof[place + 1 :])
        changed = (*proof[:place], forged, *proof[place + 1 :])
        assert not merkle.verify_consistency(old, old_root, size, root, changed)


def test_a_rewritten_beginning_is_not_consistent() -> None:
    honest, rewritten = data(7), [b"rewritten", *data(7)[1:]]
    proof = merkle.consistency_proof(hashes(rewritten), 4)
    assert not merkle.verify_consistency(4, mth(honest[:4]), 7, mth(rewritten), proof)


def test_the_empty_tree_begins_every_tree_without_a_proof() -> None:
    root = mth(data(3))
    assert merkle.verify_consistency(0, merkle.EMPTY_ROOT, 3, root, ())
    assert not merkle.verify_consistency(0, root, 3, root, ())
    assert not merkle.verify_consistency(0, merkle.EMPTY_ROOT, 3, root, (root,))


def test_proofs_of_what_is_not_there_are_errors() -> None:
    with pytest.raises(IndexError, match="no leaf 3 in a tree of 3"):
        merkle.inclusion_proof(hashes(data(3)), 3)
    with pytest.raises(ValueError, match="no tree of 0 within one of 3"):
        merkle.consistency_proof(hashes(data(3)), 0)
