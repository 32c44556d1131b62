#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    goody_fuzz_harness::webhooks::ups(data);
});
