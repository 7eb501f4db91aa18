//! What the page does on a key, so many times over, for a profiler: `keystroke 100`.

mod fixture;

use optakit_core::api;

fn main() {
    let keys = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100);
    let (before, after) = fixture::SIXTY_LINES.split_once("LOG_LEVEL: info").expect("the fixture has it");
    let memory = api::Memory::default();
    let mut objects = 0;
    for key in 0..keys {
        // A word that grows and begins again, as words do while they are typed.
        let typed = &"abcdefghij"[..key % 10];
        let text = format!("{before}LOG_LEVEL: info{typed}{after}");
        let request = api::Request { memory: Some(memory.clone()), ..fixture::request(&text) };
        let analysis = api::analyze(&request, false);
        objects += analysis.manifests.expect("the text has no errors").len();
    }
    assert!(objects >= keys, "each key is answered with manifests");
}
