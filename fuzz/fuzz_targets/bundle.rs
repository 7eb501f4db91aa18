//! Reads, verifies and fills random bytes as a bundle. A valid bundle is written with the same
//! bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, RdsCertificates};
use optakit_core::bundle::Bundle;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mut bundle) = Bundle::parse(text) else { return };
    let again = Bundle::parse(&bundle.to_text()).expect("a written bundle is valid");
    assert_eq!(again.actual_digest(), bundle.actual_digest());
    let _ = api::verify_bundle(&bundle, &RdsCertificates::always("certificates"));
    let inputs: Vec<String> = bundle.holes.iter().map(|hole| hole.input.clone()).collect();
    for input in inputs {
        bundle.fill(&input, "value");
    }
    for manifest in 0..bundle.manifests.len() {
        let _ = bundle.line_of(manifest, "/spec/template");
    }
});
