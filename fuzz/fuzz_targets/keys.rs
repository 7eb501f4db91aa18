//! Makes four edits in a random service file. The results with and without a memory are the same.
//! The first eight bytes are the positions and kinds of the edits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, Choices, Memory, RdsCertificates, Request, ServiceFile};

const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws: {region: us-east-1, account_id: 123456789012}\n\
                           modules:\n  - type: base\n  - {type: dns, domain: staging.acme.io}\n";
const TYPED: [&str; 12] = ["a", " ", "\n", ":", "- ", "\"", "#", "{", "]", "&a ", "*a", "|"];

fn analyze(text: &str, memory: Option<&Memory>) -> String {
    let request = Request {
        service: match memory {
            Some(memory) => memory.parse("opta.yml", text),
            None => ServiceFile::parse("opta.yml", text),
        },
        environment_files: [("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned()))].into(),
        choices: Choices { image_tag: Some("1".to_owned()), ..Choices::default() },
        rds_certificates: RdsCertificates::always("certificates"),
        ..Request::default()
    };
    let analysis = match memory {
        Some(memory) => memory.analyze(&request),
        None => api::analyze(&request, false),
    };
    serde_json::to_string(&analysis).expect("an analysis is data")
}

/// Removes, duplicates or inserts text at `place`, counted in 256 parts of the text.
fn edit(text: &mut String, place: u8, kind: u8) {
    let mut at = text.len() * usize::from(place) / 256;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
    match kind % 16 {
        kind @ 0..12 => text.insert_str(at, TYPED[usize::from(kind)]),
        12 => {
            let line = text[start..end].to_owned();
            text.insert_str(start, &line);
        }
        13 => text.replace_range(start..end, ""),
        _ => {
            text.replace_range(at..text[at..].chars().next().map_or(at, |c| at + c.len_utf8()), "")
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((edits, text)) = data.split_at_checked(8) else { return };
    let mut text = String::from_utf8_lossy(text).into_owned();
    let memory = Memory::default();
    assert_eq!(analyze(&text, Some(&memory)), analyze(&text, None));
    for pair in edits.chunks(2) {
        edit(&mut text, pair[0], pair[1]);
        assert_eq!(analyze(&text, Some(&memory)), analyze(&text, None), "{text}");
    }
});
