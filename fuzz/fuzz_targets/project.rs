#![no_main]

mod lines;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| kgen_fuzz::project::check(data));

// Three of four mutations keep the text a YAML text for the most part: bytes of no kind die in the reader.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 4 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    match std::str::from_utf8(&data[..size]) {
        Ok(text) => {
            let text = lines::mutated(text, seed);
            let size = text.len().min(max_size).min(data.len());
            data[..size].copy_from_slice(&text.as_bytes()[..size]);
            size
        }
        Err(_) => fuzzer_mutate(data, size, max_size),
    }
});
