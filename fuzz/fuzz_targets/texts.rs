#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kgen_fuzz::texts::check(data));
