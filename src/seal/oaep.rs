//! RSAES-OAEP with SHA-256, encryption only.
//!
//! Source: RFC 8017, 7.1.1 and B.2.1.

use anyhow::{Result, ensure};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::Certificate;

/// Bytes of a hash, and of the seed.
pub const HASH: usize = 32;

pub fn encrypt(key: &Certificate, message: &[u8], label: &[u8], seed: &[u8; HASH]) -> Result<Vec<u8>> {
    let size = key.modulus.bits().div_ceil(8) as usize;
    ensure!(message.len() + 2 * HASH + 2 <= size, "the certificate's key of {size} bytes is too short");
    let mut block = Sha256::digest(label).to_vec();
    block.resize(size - HASH - 1 - message.len() - 1, 0);
    block.push(1);
    block.extend_from_slice(message);
    mask(&mut block, seed);
    let mut masked_seed = *seed;
    mask(&mut masked_seed, &block);
    let encoded = [&[0], &masked_seed[..], &block].concat();
    let power = BigUint::from_bytes_be(&encoded).modpow(&key.exponent, &key.modulus).to_bytes_be();
    let mut out = vec![0; size - power.len()];
    out.extend(power);
    Ok(out)
}

/// Adds MGF1 of the seed.
fn mask(bytes: &mut [u8], seed: &[u8]) {
    for (counter, chunk) in (0u32..).zip(bytes.chunks_mut(HASH)) {
        let hash = Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        chunk.iter_mut().zip(hash).for_each(|(byte, other)| *byte ^= other);
    }
}
